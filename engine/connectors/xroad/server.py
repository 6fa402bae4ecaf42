"""Our security server as the operator lists it: where it answers, who we are to it, and names for services.

In the file of `ONEWINDOW_PARTNERS`:

    partners:
      xroad:
        kind: xroad
        url: https://security-server.agency.example
        certificate: {file: onewindow.pem, key: onewindow.key}
        authority: security-server.pem
        options:
          client: AZ/GOV/00000001/onewindow
          service.persons: AZ/GOV/00000002/population/persons        # a model says `persons`
          register.population: AZ/GOV/00000002/population/persons    # the register `population` is reached this way
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.connectors.partners import ListedPartner
from engine.connectors.xroad.identifiers import ClientId, ServiceId
from engine.errors import Invalid, Place

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_OF_MESSAGES: Final = frozenset(
    {"x-road-client", "x-road-id", "x-road-userid", "x-road-issue", "x-road-request-hash", "idempotency-key"}
)
"""Headers that each message has of its own; a list cannot set them."""


class BadSecurityServer(Invalid):
    """What an operator says of a security server cannot be used; `places` are its options."""

    code = "security-server-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityServer:
    """The security server that sends our messages, and our identity there. A model can change nothing of it."""

    url: str
    """Base address, without a slash at the end."""
    client: ClientId
    country: str
    """Two capitals before a person's number in X-Road-UserId."""
    name: str = "xroad"
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Our certificate for it, and whom we trust; None for a connection within the machine."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with each message, such as X-Road-Security-Server."""
    services: Mapping[str, ServiceId] = field(default_factory=dict)
    """Names that models use for services, so that the same model runs in a test instance and in the real one."""
    registers: Mapping[str, ServiceId] = field(default_factory=dict)
    """Registers that are reached over it."""


def read_security_server(partner: ListedPartner, country: str) -> SecurityServer:
    """The security server in an entry of the operator's list. Raises BadSecurityServer with every fault."""
    faults: list[Place] = []
    if partner.authentication is not None:
        message = "A security server knows its clients by their certificate: write `certificate`, or nothing."
        faults.append(Place("authentication", message))
    for header in partner.headers:
        if header.lower() in _OF_MESSAGES:
            faults.append(Place(f"headers/{header}", "Each message has its own; who we are stands in options/client."))
    client: ClientId | None = None
    services: dict[str, ServiceId] = {}
    registers: dict[str, ServiceId] = {}
    if "client" not in partner.options:
        faults.append(Place("options/client", "Expected who we are, such as AZ/GOV/00000001/onewindow."))
    for option, value in partner.options.items():
        kind, _, name = option.partition(".")
        try:
            if option == "client":
                client = ClientId.parse(value)
            elif option == "country":
                country = value
            elif kind in ("service", "register") and _NAME.fullmatch(name):
                (services if kind == "service" else registers)[name] = ServiceId.parse(value)
            else:
                raise Invalid(
                    "Expected client, country, service.<name> or register.<name> (small letters, digits, hyphens)."
                )
        except Invalid as fault:
            faults.append(Place(f"options/{option}", fault.message))
    if not _COUNTRY.fullmatch(country):
        faults.append(Place("options/country", f"Expected two capitals such as AZ, found {country!r:.20}."))
    if faults or client is None:
        told = "; ".join(f"{fault.path}: {fault.message}" for fault in faults)
        raise BadSecurityServer(told, places=faults, remedy="Correct the entry and start again.")
    return SecurityServer(
        name=partner.name,
        url=partner.url,
        client=client,
        country=country,
        tls=partner.tls,
        headers=partner.headers,
        services=services,
        registers=registers,
    )
