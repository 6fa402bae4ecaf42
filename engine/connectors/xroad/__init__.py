"""The connector `xroad`: services of other agencies over X-Road (message protocol for REST), by our security server."""

from engine.connectors.xroad.connector import XroadConnector
from engine.connectors.xroad.identifiers import ClientId, ServiceId
from engine.connectors.xroad.message import RoadService
from engine.connectors.xroad.server import SecurityServer, read_security_server
from engine.connectors.xroad.settings import XroadSettings

__all__ = [
    "ClientId",
    "RoadService",
    "SecurityServer",
    "ServiceId",
    "XroadConnector",
    "XroadSettings",
    "read_security_server",
]
