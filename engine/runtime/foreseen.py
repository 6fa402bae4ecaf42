"""What a bundle tells of a procedure's variables before it runs, and the expressions that cannot fit it. Pure."""

from __future__ import annotations

from typing import Any, Final

from engine.bpmn.lint import check_variables
from engine.casework.passport import ServicePassport
from engine.runtime.bundle import Bundle
from engine.runtime.ports import Forms

APPLICATION: Final = "application"
CASE: Final = {
    **dict.fromkeys(("number", "service", "agency", "submittedAt", "channel", "language")),
    "applicant": dict.fromkeys(("account", "pin", "name")),
}
"""The entries of the variable `case`, as `engine.runtime.apply` makes it."""


def check_foreseen(bundle: Bundle, forms: Forms) -> None:
    """Add a finding for each expression of a service's process that the application's form makes impossible."""
    for passport in bundle.passports.values():
        model = bundle.models.get(passport.process_id)
        if model is None:
            continue
        found = check_variables(model, _given(bundle, passport, forms), file=bundle.file_of("process", model.id))
        known = set(bundle.findings)
        bundle.findings.extend(finding for finding in found if finding not in known)


def _given(bundle: Bundle, passport: ServicePassport, forms: Forms) -> dict[str, Any]:
    form = bundle.forms.get(passport.form_id or "")
    rewritten = any(APPLICATION in other.keys for other in bundle.forms.values() if other is not form)
    return {"case": CASE, APPLICATION: None if form is None or rewritten else forms.value_types(form)}
