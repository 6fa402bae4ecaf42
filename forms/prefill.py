"""What fills in the fields of a form before the applicant does.

ow:prefill            the value: case.applicant.pin or case.applicant.name of the account itself; or, with the two
                      below, its path in a register's answer, such as number or permit.valid_until
ow:prefill.evidence   key of the proof in the passport: it names the register, the purpose and the law
ow:prefill.operation  what is called, such as GET /licences/{pin}; {pin} is the number of the account, nothing else
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forms.findings import Findings
from forms.form import Form
from forms.model import AnyComponent, DynamicList, FilePicker, Group, Input

OF_ACCOUNT: Final = ("case.applicant.pin", "case.applicant.name")
_VALUE: Final = "ow:prefill"
_EVIDENCE: Final = "ow:prefill.evidence"
_OPERATION: Final = "ow:prefill.operation"
_PATH: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*){0,9}")
_CALL: Final = re.compile(r"GET /[^\s{}]*\{pin\}[^\s{}]*")


@dataclass(frozen=True, slots=True)
class FieldPrefill:
    """What fills in one field."""

    key: str
    """Of the field, its names joined by dots."""
    path: str
    evidence: str | None = None
    """None for what the account itself says."""
    operation: str = ""


def prefills(form: Form) -> Iterator[FieldPrefill]:
    """What fills in the fields of a form that was read."""
    for slot in form.scope.slots:
        said = slot.component.properties
        if _VALUE in said:
            yield FieldPrefill(".".join(slot.path), said[_VALUE], said.get(_EVIDENCE), said.get(_OPERATION, ""))


def check_prefills(components: tuple[AnyComponent, ...], findings: Findings) -> None:
    """Report what cannot fill in a field."""
    ahead = [(component, False) for component in components]
    while ahead:
        component, in_list = ahead.pop(0)
        if isinstance(component, Group | DynamicList):
            inside = in_list or isinstance(component, DynamicList)
            ahead += [(inner, inside) for inner in component.components]
        fault = _fault(component, in_list)
        if fault is not None:
            findings.error(*fault, component.id)


def _fault(component: AnyComponent, in_list: bool) -> tuple[str, str, str] | None:
    said = component.properties
    if not any(name in said for name in (_VALUE, _EVIDENCE, _OPERATION)):
        return None
    value = said.get(_VALUE, "")
    if in_list or not isinstance(component, Input) or isinstance(component, FilePicker):
        return "form-prefill", "Only a field outside of lists, and no file, is filled in.", "Remove ow:prefill."
    if _EVIDENCE not in said and _OPERATION not in said:
        if value in OF_ACCOUNT:
            return None
        return (
            "form-prefill",
            f"Nothing says who knows {value!r:.80}.",
            f"Write {' or '.join(OF_ACCOUNT)}; or name the proof in {_EVIDENCE} and the call in {_OPERATION}.",
        )
    if _PATH.fullmatch(value) is None:
        return "form-prefill", f"{value!r:.80} is no path in an answer.", f"Write {_VALUE} such as permit.number."
    if not said.get(_EVIDENCE):
        return "form-prefill", f"The property {_EVIDENCE} is missing.", "Name the proof in the passport."
    if _CALL.fullmatch(said.get(_OPERATION, "")) is None:
        return (
            "form-prefill",
            f"{said.get(_OPERATION, '')!r:.80} asks for nobody, or for somebody else.",
            f"Write {_OPERATION} such as GET /licences/{{pin}}: the number is that of the applicant's account.",
        )
    return None
