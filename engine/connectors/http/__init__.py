"""The connector `http`: any JSON service on a host the operator listed."""

from engine.connectors.http.connector import HttpConnector

__all__ = ["HttpConnector"]
