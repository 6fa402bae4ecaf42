"""What a model may say of a call over X-Road; who we are and where the security server stands it cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from engine.connectors.contract import RESULT_VARIABLE, PartnerRefused, Setting, SettingsSchema
from engine.connectors.xroad.identifiers import BadIdentifier, ServiceId
from engine.connectors.xroad.message import RoadService
from engine.connectors.xroad.server import SecurityServer

_VARIABLE: Final = "[^\\W\\d]\\w*"
_STRAIGHT: Final = "(?!.*//)(?!.*/\\.{1,2}(?:/|$))"
_SETTINGS: Final = (
    Setting(
        name="service",
        description="the service: its name in the operator's list, or INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE.",
        required=True,
        example="AZ/GOV/00000002/population/persons",
    ),
    Setting(
        name="method",
        description="the method of the call.",
        required=True,
        choices=("GET", "POST", "PUT", "PATCH", "DELETE"),
    ),
    Setting(
        name="path",
        description="the path below the service; {name} stands for a variable.",
        pattern=f"{_STRAIGHT}/[^\\s{{}}?#\\\\]*(?:\\{{\\w+\\}}[^\\s{{}}?#\\\\]*)*",
        example="/persons/{pin}",
    ),
    Setting(name="queryVariable", description="the variable whose entries are the query.", pattern=_VARIABLE),
    Setting(
        name="bodyVariable",
        description="the variable that is sent; without it, all variables of the task.",
        pattern=_VARIABLE,
    ),
    RESULT_VARIABLE,
    Setting(
        name="problemVariable",
        description="the variable that takes status and body of an answer from 400 to 499, where the error is caught.",
        pattern=_VARIABLE,
        example="problem",
    ),
    Setting(
        name="userVariable",
        description="the variable with the national number of the person for whom it is asked.",
        pattern=_VARIABLE,
        example="pin",
    ),
    Setting(name="purpose", description="why the data are needed, where it is a look-up.", example="renewal"),
    Setting(
        name="legalBasis",
        description="the article that allows the look-up.",
        example="Law on Road Traffic, art. 30",
    ),
    Setting(
        name="server",
        description="name of the security server in the operator's list, where there are several.",
        pattern="[a-z0-9][a-z0-9-]*",
        example="xroad",
    ),
)


@dataclass(frozen=True, slots=True)
class XroadSettings(SettingsSchema):
    """The task headers of `xroad`. Without the operator's list only their form is checked, as at an analyst's desk."""

    settings: tuple[Setting, ...] = _SETTINGS
    servers: Sequence[SecurityServer] | None = None

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task."""
        # super() without arguments finds no class here: a dataclass with slots is made twice.
        return SettingsSchema.faults(self, headers) + tuple(self._of_whom(headers))

    def _of_whom(self, headers: Mapping[str, str]) -> Iterator[str]:
        if ("purpose" in headers) != ("legalBasis" in headers):
            yield "A look-up names both, the header 'purpose' and the header 'legalBasis'."
        name = headers.get("service", "")
        if name and "/" in name:
            try:
                ServiceId.parse(name)
            except BadIdentifier as fault:
                yield f"{fault.message} {fault.remedy}"
                return
        if self.servers is not None and name:
            try:
                road_service(self.servers, headers)
            except PartnerRefused as fault:
                yield fault.message


def road_service(servers: Sequence[SecurityServer], headers: Mapping[str, str]) -> RoadService:
    """The service that a task names, and the security server that leads there. Raises PartnerRefused."""
    wanted = headers.get("server")
    chosen = [one for one in servers if wanted is None or one.name == wanted]
    name = headers.get("service", "")
    if "/" not in name:
        known = {each: one for one in chosen for each in one.services}
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known)) or 'none'}."
            raise PartnerRefused(
                f"The operator lists no service {name!r:.80} of X-Road. {hint}",
                remedy="An operator names it as an option `service.<name>`, then retries the incident.",
            )
        return RoadService(server=known[name], service=known[name].services[name])
    try:
        service = ServiceId.parse(name)
    except BadIdentifier as fault:
        raise PartnerRefused(fault.message, remedy=fault.remedy) from fault
    if len(chosen) != 1:
        names = ", ".join(sorted(one.name for one in servers)) or "none"
        raise PartnerRefused(
            f"Expected one security server for the call, found {len(chosen)} of {names}.",
            remedy="An operator lists it with `kind: xroad`; where there are several, the task names one as `server`.",
        )
    return RoadService(server=chosen[0], service=service)
