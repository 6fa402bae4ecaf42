"""What a model may say of a SOAP call; partners and operations that are not there are refused before deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from engine.connectors.contract import RESULT_VARIABLE, Setting, SettingsSchema
from engine.connectors.partners import PartnerList

_SETTINGS: Final = (
    Setting(
        name="partner",
        description="name of the partner in the operator's list, of the kind soap.",
        required=True,
        pattern="[a-z0-9][a-z0-9-]*",
        example="civil-status",
    ),
    Setting(
        name="operation",
        description="operation of the partner's WSDL.",
        required=True,
        pattern="\\S{1,200}",
        example="GetCivilStatus",
    ),
    Setting(
        name="bodyVariable",
        description="the variable with the operation's parameters; without it, all variables of the task.",
        pattern="[^\\W\\d]\\w*",
    ),
    RESULT_VARIABLE,
)


@dataclass(frozen=True, slots=True)
class SoapSettings(SettingsSchema):
    """The task headers of `soap`. Without the operator's list only their form is checked."""

    settings: tuple[Setting, ...] = _SETTINGS
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


def missing_operation(partner: str, name: str, known: frozenset[str]) -> str:
    """A sentence that says that a partner's WSDL has no such operation."""
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(sorted(known)[:20])}."
    return f"The WSDL of the partner {partner} has no operation {name!r:.80}. {hint}"
