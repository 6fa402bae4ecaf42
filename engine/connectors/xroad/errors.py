"""What X-Road itself says went wrong (PR-REST, 4.6), told apart from what the provider answers.

The type in the header X-Road-Error says where: `Client` (what we sent), `Server.ClientProxy` (our security server),
`Server.ServerProxy` (the provider's). It does not say whether the same call may work later, and status 500 stands for
nearly all: so the types that only people can mend are listed here, and all others are tried again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from engine.connectors.contract import PartnerRefused, PartnerUnavailable
from engine.connectors.exchange import Answer

ERROR_HEADER: Final = "X-Road-Error"
_TYPE: Final = re.compile(r"(?:Client|Server)(?:\.[A-Za-z0-9_]{1,80}){0,6}")
_DETAIL: Final = re.compile(r"[0-9a-fA-F-]{8,64}")
_ASK_THE_PROVIDER: Final = "Ask the provider for the right to this service, for our client; then retry the incident."
_COMPARE: Final = "Compare service, method and path with the provider's description (getOpenAPI), then deploy again."
_FOR_PEOPLE: Final[Mapping[str, str]] = {
    "AccessDenied": _ASK_THE_PROVIDER,
    "UnknownService": "Compare the identifier of the service with what the provider offers (listMethods).",
    "UnknownMember": "Compare our client and the provider with the members of the instance (listClients).",
    "SslAuthenticationFailed": "Register our certificate for our client at our security server, then retry.",
    "InvalidSecurityServer": "Correct the header X-Road-Security-Server in the operator's list of partners.",
    "InvalidServiceType": "The service speaks another protocol than REST; ask the provider for a REST service.",
    "InvalidProtocolVersion": _COMPARE,
    "InvalidHttpMethod": _COMPARE,
    "InvalidRequest": _COMPARE,
    "InvalidServiceId": _COMPARE,
    "InvalidClientIdentifier": "Correct `client` in the operator's list of partners.",
    "MissingHeader": _COMPARE,
    "MissingHeaderField": _COMPARE,
}
_DISABLED: Final = "ServiceDisabled"
_DISABLED_SECONDS: Final = 300
_SOON_SECONDS: Final = 5


def require_no_road_error(answer: Answer, service: str) -> None:
    """Raises PartnerRefused for what people must mend, PartnerUnavailable for what may pass, when X-Road failed."""
    said = answer.headers.get(ERROR_HEADER)
    if said is None:
        return
    type = said if _TYPE.fullmatch(said) else "of an unreadable type"
    told = f"X-Road did not bring the call to {service} to an answer: {type}{_detail(answer)}."
    parts = type.split(".")
    remedy = next((_FOR_PEOPLE[part] for part in parts if part in _FOR_PEOPLE), None)
    if remedy is not None or parts[0] == "Client":
        raise PartnerRefused(told, remedy=remedy or _COMPARE)
    raise PartnerUnavailable(
        told,
        remedy="It is tried again by itself; when this stays, ask whoever runs the security server.",
        retry_after_seconds=_DISABLED_SECONDS if _DISABLED in parts else _SOON_SECONDS,
    )


def _detail(answer: Answer) -> str:
    """The id under which the security server logged its error; its message may hold data of persons."""
    try:
        body = json.loads(answer.body[:10_000])
    except (ValueError, RecursionError):
        return ""
    detail = body.get("detail") if isinstance(body, dict) else None
    return f" ({detail})" if isinstance(detail, str) and _DETAIL.fullmatch(detail) else ""
