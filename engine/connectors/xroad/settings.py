"""What a model may say of a call over X-Road; who we are and where the security server stands it cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from engine.connectors.call_settings import (
    BODY_VARIABLE,
    LEGAL_BASIS,
    METHOD,
    OPERATOR_NAME,
    PROBLEM_VARIABLE,
    PURPOSE,
    QUERY_VARIABLE,
    USER_VARIABLE,
)
from engine.connectors.contract import (
    RESULT_VARIABLE,
    About,
    Offer,
    PartnerRefused,
    Setting,
    SettingsSchema,
    ThrownError,
    said,
)
from engine.connectors.settings import offered
from engine.connectors.xroad.identifiers import BadIdentifier, ServiceId
from engine.connectors.xroad.message import RoadService
from engine.connectors.xroad.server import SecurityServer

_STRAIGHT: Final = "(?!.*//)(?!.*/\\.{1,2}(?:/|$))"
_SETTINGS: Final = (
    Setting(
        name="service",
        description="the service: its name in the operator's list, or INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE.",
        label="Service",
        translations=said(
            az=("Xidmət", "operatorun siyahısındakı ad və ya INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE."),
            ru=("Служба", "имя в списке оператора или INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE."),
        ),
        required=True,
        example="AZ/GOV/00000002/population/persons",
    ),
    replace(
        METHOD,
        description="the method of the call.",
        translations=said(az=("Metod", "çağırışın metodu."), ru=("Метод", "метод вызова.")),
        required=True,
    ),
    Setting(
        name="path",
        description="the path below the service; {name} stands for a variable.",
        label="Path",
        translations=said(
            az=("Yol", "xidmətdən sonrakı yol; {ad} dəyişəni bildirir."),
            ru=("Путь", "путь после службы; {имя} означает переменную."),
        ),
        pattern=f"{_STRAIGHT}/[^\\s{{}}?#\\\\]*(?:\\{{\\w+\\}}[^\\s{{}}?#\\\\]*)*",
        example="/persons/{pin}",
    ),
    QUERY_VARIABLE,
    BODY_VARIABLE,
    RESULT_VARIABLE,
    PROBLEM_VARIABLE,
    USER_VARIABLE,
    PURPOSE,
    LEGAL_BASIS,
    Setting(
        name="server",
        description="name of the security server in the operator's list, where there are several.",
        label="Security server",
        translations=said(
            az=("Təhlükəsizlik serveri", "bir neçəsi olduqda, operatorun siyahısındakı adı."),
            ru=("Сервер безопасности", "имя в списке оператора, если серверов несколько."),
        ),
        pattern=OPERATOR_NAME,
        example="xroad",
    ),
)
_ABOUT: Final = About(
    title="X-Road call",
    description="Calls a service of another agency over X-Road, through our own security server.",
    translations=said(
        az=("X-Road çağırışı", "Başqa qurumun xidmətini X-Road ilə, öz təhlükəsizlik serverimizdən çağırır."),
        ru=("Вызов X-Road", "Вызывает службу другого ведомства по X-Road через наш сервер безопасности."),
    ),
    errors=(ThrownError(code="http-4xx", description="the provider refused, such as http-404 or http-422."),),
    is_look_up=True,
)


@dataclass(frozen=True, slots=True)
class XroadSettings(SettingsSchema):
    """The task headers of `xroad`. Without the operator's list only their form is checked, as at an analyst's desk."""

    settings: tuple[Setting, ...] = _SETTINGS
    about: About | None = _ABOUT
    servers: Sequence[SecurityServer] | None = None

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task."""
        # super() without arguments finds no class here: a dataclass with slots is made twice.
        return SettingsSchema.faults(self, headers) + tuple(self._of_whom(headers))

    def offers(self, setting: str) -> tuple[Offer, ...]:
        """The services and servers of the operator's list."""
        if self.servers is None:
            return ()
        if setting == "server":
            return offered(one.name for one in self.servers)
        return offered(name for one in self.servers for name in one.services) if setting == "service" else ()

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
