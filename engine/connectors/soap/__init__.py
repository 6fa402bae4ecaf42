"""The connector `soap`: operations of older registers, described by a WSDL file that the operator keeps."""

from engine.connectors.soap.connector import SoapConnector
from engine.connectors.soap.settings import SoapSettings

__all__ = ["SoapConnector", "SoapSettings"]
