"""What is said about a file an analyst wrote: where, what is wrong, what to do.

Readers of BPMN, DMN and forms, the lint, the compiler and deployment all speak in `Diagnostic`s; only those of severity
`error` stand against a deployment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from engine.errors import Invalid, Place


class Severity(StrEnum):
    """How much a finding matters."""

    error = "error"
    """Cannot be deployed."""
    warning = "warning"
    """Can be deployed; probably not what was meant."""
    info = "info"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about one place in one file."""

    rule: str
    """Stable name of the rule, such as `flow-without-target`."""
    message: str
    """What is wrong: expected what, found what."""
    remedy: str = ""
    """What the analyst can do about it."""
    severity: Severity = Severity.error
    element_id: str | None = None
    """Id of the element of the model, when it has one."""
    line: int | None = None
    """Line in the file, from 1."""
    file: str | None = None
    """Name of the file within its bundle."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the API and `--json`."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        element = f" [{self.element_id}]" if self.element_id else ""
        return f"{where}: {self.severity}: {self.message}{element} {self.remedy} ({self.rule})".lstrip(": ")


def errors_in(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those that stand against a deployment."""
    return tuple(found for found in diagnostics if found.severity is Severity.error)


class ModelRefused(Invalid):
    """A model, table or form cannot be deployed; `diagnostics` say why, all at once."""

    code = "model-refused"

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        faults = errors_in(self.diagnostics)
        super().__init__(
            f"The files cannot be deployed: {len(faults)} fault{'s' * (len(faults) != 1)} found.",
            places=[Place(f"/{d.file or ''}/{d.element_id or ''}", d.message, d.rule) for d in faults],
            remedy="Mend the elements named and deploy again; nothing was changed.",
        )
