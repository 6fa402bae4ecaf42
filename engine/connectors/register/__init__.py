"""The connector `register`: look-ups in, and entries into, the state's registers."""

from engine.connectors.register.connector import Register, RegisterConnector

__all__ = ["Register", "RegisterConnector"]
