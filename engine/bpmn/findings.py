"""Where the rooms of BPMN write down what they find in one file."""

from __future__ import annotations

from typing import Final

from engine.bpmn.model import Element
from engine.diagnostics import Diagnostic, Severity

_MOST: Final = 1_000
"""Findings listed of one file; a broken file of 5 MB could give hundreds of thousands."""
_NAMED: Final = 10
"""Elements named in a finding about many."""


class Findings:
    """The diagnostics of one file, in the order they were found."""

    def __init__(self, file: str | None = None) -> None:
        self.file = file
        self._found: list[Diagnostic] = []
        self._more: list[Severity] = []
        self._foreign: dict[str, list[tuple[str, int]]] = {}

    def note(
        self,
        severity: Severity,
        rule: str,
        message: str,
        remedy: str = "",
        *,
        element_id: str | None = None,
        line: int | None = None,
    ) -> None:
        """Write down one finding at an element."""
        if len(self._found) >= _MOST:
            self._more.append(severity)
            return
        self._found.append(
            Diagnostic(rule, message, remedy, severity, element_id=element_id, line=line or None, file=self.file)
        )

    def about(self, element: Element, severity: Severity, rule: str, message: str, remedy: str = "") -> None:
        """Write down one finding about an element of the model."""
        self.note(severity, rule, message, remedy, element_id=element.id, line=element.line)

    def foreign(self, namespace: str, element_id: str, line: int) -> None:
        """An element carries an extension of a namespace that nobody here understands."""
        self._foreign.setdefault(namespace, []).append((element_id, line))

    def all(self) -> tuple[Diagnostic, ...]:
        """Everything found so far; foreign namespaces once each, with the elements that carry them."""
        namespaces = tuple(self._about_namespace(*found) for found in list(self._foreign.items())[:_MOST])
        return (*self._found, *self._about_rest(), *namespaces)

    def _about_rest(self) -> tuple[Diagnostic, ...]:
        """One finding for all beyond the bound, as grave as the gravest of them."""
        if not self._more:
            return ()
        gravest = next(severity for severity in Severity if severity in self._more)
        message = f"{len(self._more):,} more findings are not listed."
        return (Diagnostic("too-many-findings", message, "Mend the first ones first.", gravest, file=self.file),)

    def _about_namespace(self, namespace: str, places: list[tuple[str, int]]) -> Diagnostic:
        ids = list(dict.fromkeys(id for id, _ in places))
        named = ", ".join(f"{id:.80}" for id in ids[:_NAMED]) + (" ..." if len(ids) > _NAMED else "")
        return Diagnostic(
            "foreign-extension",
            f"Extensions of {namespace or 'no namespace'!r:.160} stand on {len(ids)} elements ({named}); "
            "they are kept in the file and have no effect.",
            "Say it with zeebe: extensions if it should have effect.",
            Severity.info,
            element_id=ids[0],
            line=places[0][1] or None,
            file=self.file,
        )
