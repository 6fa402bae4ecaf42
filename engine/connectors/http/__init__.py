"""The connector `http`: any JSON service of a partner, or on a host, that the operator listed."""

from engine.connectors.http.connector import HttpConnector
from engine.connectors.http.settings import HttpSettings

__all__ = ["HttpConnector", "HttpSettings"]
