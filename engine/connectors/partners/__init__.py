"""Partners an operator listed: where they answer, how we prove to them who we are, and what they offer."""

from engine.connectors.partners.authentication import Authentication, Basic, Bearer, ClientCredentials, KeyHeader
from engine.connectors.partners.listed import ListedPartner, PartnerList
from engine.connectors.partners.operations import Operation, read_operations

__all__ = [
    "Authentication",
    "Basic",
    "Bearer",
    "ClientCredentials",
    "KeyHeader",
    "ListedPartner",
    "Operation",
    "PartnerList",
    "read_operations",
]
