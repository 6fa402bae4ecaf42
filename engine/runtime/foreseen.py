"""What a bundle tells of a procedure's variables before it runs, and what expressions cannot do with them. Pure."""

from __future__ import annotations

from typing import Any, Final

from engine.bpmn.lint import check_variables
from engine.casework.passport import ServicePassport
from engine.diagnostics import Diagnostic, Severity
from engine.dmn.entry_names import unreadable_entries
from engine.runtime.bundle import Bundle
from engine.runtime.ports import Forms

APPLICATION: Final = "application"
CASE: Final = {
    **dict.fromkeys(("number", "service", "agency", "submittedAt", "channel", "language")),
    "applicant": dict.fromkeys(("account", "pin", "tin", "name")),
    "representative": None,
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


def check_answers(bundle: Bundle) -> None:
    """Warn of what a decision beside a process answers under names that no path of the process means."""
    for process_id, compiled in bundle.compiled.items():
        for reference in compiled.references:
            file = bundle.file_of("decision", reference.name) if reference.kind == "decision" else None
            if file is None or file not in bundle.decisions:
                continue
            for name in unreadable_entries(bundle.decisions[file], reference.name):
                bundle.findings.append(
                    Diagnostic(
                        "unreadable-entry",
                        f"The decision {reference.name!r:.80} answers `{name:.80}`, a name that processes do "
                        "not know: a path to it means something else there.",
                        f'Name it with letters, digits and underscores, or read it by get value(..., "{name:.80}").',
                        Severity.warning,
                        element_id=reference.element_id,
                        line=reference.line or None,
                        file=bundle.file_of("process", process_id),
                    )
                )


def _given(bundle: Bundle, passport: ServicePassport, forms: Forms) -> dict[str, Any]:
    form = bundle.forms.get(passport.form_id or "")
    rewritten = any(APPLICATION in other.keys for other in bundle.forms.values() if other is not form)
    return {"case": CASE, APPLICATION: None if form is None or rewritten else forms.value_types(form)}
