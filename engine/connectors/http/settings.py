"""What a model may say of a call; partners and hosts that the operator does not list are refused before deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import httpx

from engine.connectors.call_settings import BODY_VARIABLE, METHOD, OPERATOR_NAME, PROBLEM_VARIABLE, QUERY_VARIABLE
from engine.connectors.contract import (
    RESULT_VARIABLE,
    About,
    Feel,
    Group,
    Kind,
    Offer,
    ReadyCall,
    Setting,
    SettingsSchema,
    ThrownError,
    said,
)
from engine.connectors.exchange import AllowedHosts
from engine.connectors.partners import ListedPartner, PartnerList
from engine.connectors.settings import offered

_FILLED: Final = "[^\\s{}]*(?:\\{\\w+\\}[^\\s{}]*)*"
_SETTINGS: Final = (
    Setting(
        name="partner",
        description="name of the partner in the operator's list, which knows its address and how to sign in.",
        label="Partner",
        translations=said(
            az=("Tərəfdaş", "operatorun siyahısındakı tərəfdaşın adı; ünvanı və girişi siyahı bilir."),
            ru=("Партнёр", "имя партнёра в списке оператора, где известны его адрес и способ входа."),
        ),
        pattern=OPERATOR_NAME,
        example="cadastre",
    ),
    Setting(
        name="operation",
        description="operation of the partner's OpenAPI document; its parameters are variables of the same names.",
        label="Operation",
        translations=said(
            az=("Əməliyyat", "tərəfdaşın OpenAPI sənədinin əməliyyatı; parametrləri eyniadlı dəyişənlərdir."),
            ru=("Операция", "операция из документа OpenAPI партнёра; её параметры — одноимённые переменные."),
        ),
        pattern="\\S{1,200}",
        example="getParcel",
    ),
    METHOD,
    Setting(
        name="path",
        description="the path below the partner's address; {name} stands for a variable.",
        label="Path",
        translations=said(
            az=("Yol", "tərəfdaşın ünvanından sonrakı yol; {ad} dəyişəni bildirir."),
            ru=("Путь", "путь после адреса партнёра; {имя} означает переменную."),
        ),
        pattern=f"/{_FILLED}",
        example="/parcels/{parcel}",
    ),
    Setting(
        name="url",
        description="the whole address, on a host that asks for no sign-in; {name} stands for a variable.",
        label="Address",
        translations=said(
            az=("Ünvan", "giriş tələb etməyən hostdakı tam ünvan; {ad} dəyişəni bildirir."),
            ru=("Адрес", "полный адрес на узле без входа; {имя} означает переменную."),
        ),
        pattern=f"https?://[^\\s{{}}/?#]+(?:[/?#]{_FILLED})?",
        example="https://api.example.gov/v1/parcels/{parcel}",
    ),
    QUERY_VARIABLE,
    BODY_VARIABLE,
    Setting(
        name="headersVariable",
        description="the variable whose entries are sent as headers; those that sign in cannot be set.",
        label="Headers variable",
        translations=said(
            az=("Başlıqlar dəyişəni", "bəndləri başlıq kimi göndərilən dəyişən; giriş başlıqları verilə bilməz."),
            ru=("Переменная заголовков", "переменная, поля которой уходят заголовками; кроме заголовков входа."),
        ),
        kind=Kind.variable,
        example="headers",
        group=Group.input,
    ),
    RESULT_VARIABLE,
    PROBLEM_VARIABLE,
)
_ABOUT: Final = About(
    title="HTTP call",
    description="Calls a JSON service over HTTP: an operation of a listed partner, or an address on a listed host.",
    translations=said(
        az=("HTTP çağırışı", "JSON xidmətini HTTP ilə çağırır: siyahıdakı tərəfdaş və ya icazəli host."),
        ru=("Вызов HTTP", "Вызывает службу JSON по HTTP: операцию партнёра из списка или разрешённый адрес."),
    ),
    errors=(ThrownError(code="http-4xx", description="the partner refused, such as http-404 or http-422."),),
)


@dataclass(frozen=True, slots=True)
class HttpSettings(SettingsSchema):
    """The task headers of `http`. Without the operator's lists only their form is checked, as at an analyst's desk."""

    settings: tuple[Setting, ...] = _SETTINGS
    about: About | None = _ABOUT
    partners: PartnerList | None = None
    hosts: AllowedHosts | None = None

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task."""
        # super() without arguments finds no class here: a dataclass with slots is made twice.
        return SettingsSchema.faults(self, headers) + tuple(self._of_whom(headers))

    def offers(self, setting: str) -> tuple[Offer, ...]:
        """The listed partners, and the operations of each."""
        if self.partners is None or setting not in ("partner", "operation"):
            return ()
        if setting == "partner":
            return offered(one.name for one in self.partners)
        return tuple(
            Offer(values=tuple(sorted(one.operations)), when=("partner", one.name))
            for one in self.partners
            if one.operations
        )

    def ready_calls(self) -> Iterator[ReadyCall]:
        """One for each operation of each listed partner."""
        for partner in self.partners or ():
            for operation in partner.operations.values():
                yield ReadyCall(
                    id=f"{partner.name}.{operation.id}",
                    title=f"{partner.name}: {operation.id}",
                    headers={"partner": partner.name, "operation": operation.id},
                    inputs=tuple(
                        Setting(
                            name=one.variable,
                            description=f"the parameter {one.name} of {operation.method} {operation.path}.",
                            label=one.name,
                            kind=Kind.value,
                            required=one.is_required,
                            feel=Feel.required,
                            group=Group.input,
                        )
                        for one in operation.parameters
                    ),
                )

    def _of_whom(self, headers: Mapping[str, str]) -> Iterator[str]:
        if ("partner" in headers) == ("url" in headers):
            yield "Expected either the header 'partner' (from the operator's list) or the header 'url'."
        elif "url" in headers:
            yield from self._of_address(headers)
        else:
            yield from self._of_partner(headers)

    def _of_address(self, headers: Mapping[str, str]) -> Iterator[str]:
        for name in ("operation", "path"):
            if name in headers:
                yield f"The header {name!r} goes with the header 'partner', not with 'url'."
        if "method" not in headers:
            yield "Expected the header 'method' with the header 'url'."
        host = host_of(headers["url"])
        if self.hosts is not None and host is not None and not self.hosts.holds(host):
            yield (
                f"The host {host.host!r:.100} may not be called. An operator lists hosts in ONEWINDOW_HTTP_HOSTS, "
                "or better as a partner in the file of ONEWINDOW_PARTNERS."
            )

    def _of_partner(self, headers: Mapping[str, str]) -> Iterator[str]:
        partner = None if self.partners is None else self.partners.get(headers["partner"])
        if self.partners is not None and partner is None:
            yield self.partners.missing(headers["partner"])
        if "operation" in headers:
            for name in ("method", "path"):
                if name in headers:
                    yield f"The header {name!r} is known from the operation; leave it out."
            if partner is not None and headers["operation"] not in partner.operations:
                yield missing_operation(partner, headers["operation"])
        elif "method" not in headers or "path" not in headers:
            yield "Expected the header 'operation', or the headers 'method' and 'path'."


def missing_operation(partner: ListedPartner, name: str) -> str:
    """A sentence that says that a partner offers no such operation."""
    if not partner.operations:
        return (
            f"No OpenAPI document of the partner {partner.name} is registered, so it has no operation {name!r:.80}. "
            "Write `method` and `path`, or let an operator register one."
        )
    near = get_close_matches(name, partner.operations, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"It offers {', '.join(sorted(partner.operations)[:20])}."
    return f"The partner {partner.name} offers no operation {name!r:.80}. {hint}"


def host_of(url: str) -> httpx.URL | None:
    """Scheme, host and port of an address; None when it has none that can be read."""
    scheme, _, rest = url.partition("://")
    for end in "/?#":
        rest = rest.partition(end)[0]
    try:
        return httpx.URL(f"{scheme}://{rest}")
    except httpx.InvalidURL:
        return None
