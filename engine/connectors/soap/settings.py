"""What a model may say of a SOAP call; partners and operations that are not there are refused before deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from engine.connectors.call_settings import BODY_VARIABLE, OPERATOR_NAME
from engine.connectors.contract import RESULT_VARIABLE, About, Offer, Setting, SettingsSchema, ThrownError, said
from engine.connectors.partners import PartnerList
from engine.connectors.settings import offered

_SETTINGS: Final = (
    Setting(
        name="partner",
        description="name of the partner in the operator's list, of the kind soap.",
        label="Partner",
        translations=said(
            az=("Tərəfdaş", "operatorun siyahısındakı soap növlü tərəfdaşın adı."),
            ru=("Партнёр", "имя партнёра вида soap в списке оператора."),
        ),
        required=True,
        pattern=OPERATOR_NAME,
        example="civil-status",
    ),
    Setting(
        name="operation",
        description="operation of the partner's WSDL.",
        label="Operation",
        translations=said(
            az=("Əməliyyat", "tərəfdaşın WSDL sənədinin əməliyyatı."), ru=("Операция", "операция из WSDL партнёра.")
        ),
        required=True,
        pattern="\\S{1,200}",
        example="GetCivilStatus",
    ),
    BODY_VARIABLE,
    RESULT_VARIABLE,
)
_ABOUT: Final = About(
    title="SOAP call",
    description="Calls an operation of a listed SOAP service, as its WSDL describes it.",
    translations=said(
        az=("SOAP çağırışı", "Siyahıdakı SOAP xidmətinin WSDL-də təsvir olunan əməliyyatını çağırır."),
        ru=("Вызов SOAP", "Вызывает операцию службы SOAP из списка, как она описана в WSDL."),
    ),
    errors=(ThrownError(code="soap-<code>", description="the service answered with a fault of this code."),),
)


@dataclass(frozen=True, slots=True)
class SoapSettings(SettingsSchema):
    """The task headers of `soap`. Without the operator's list only their form is checked."""

    settings: tuple[Setting, ...] = _SETTINGS
    about: About | None = _ABOUT
    partners: PartnerList | None = None
    operations: Mapping[str, frozenset[str]] | None = None
    """Of each partner."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task."""
        found = SettingsSchema.faults(self, headers)
        if found or self.partners is None or self.operations is None:
            return found
        partner = self.partners.get(headers["partner"])
        if partner is None:
            return (self.partners.missing(headers["partner"]),)
        known = self.operations[partner.name]
        return () if headers["operation"] in known else (missing_operation(partner.name, headers["operation"], known),)

    def offers(self, setting: str) -> tuple[Offer, ...]:
        """The listed partners, and the operations of each."""
        if self.partners is None or self.operations is None or setting not in ("partner", "operation"):
            return ()
        if setting == "partner":
            return offered(one.name for one in self.partners)
        known = self.operations.items()
        return tuple(Offer(values=tuple(sorted(names)), when=("partner", partner)) for partner, names in known if names)


def missing_operation(partner: str, name: str, known: frozenset[str]) -> str:
    """A sentence that says that a partner's WSDL has no such operation."""
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(sorted(known)[:20])}."
    return f"The WSDL of the partner {partner} has no operation {name!r:.80}. {hint}"
