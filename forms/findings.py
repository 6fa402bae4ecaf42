"""Collects what is said about one form file, each finding with the line of its component."""

from __future__ import annotations

import json

from engine.diagnostics import Diagnostic, Severity


class Findings:
    """The diagnostics of one file, in the order of its lines."""

    def __init__(self, text: str, file: str | None) -> None:
        self._text, self._file = text, file
        self._found: list[Diagnostic] = []

    def error(self, rule: str, message: str, remedy: str = "", component_id: str | None = None) -> None:
        """Something that stands against deployment."""
        self._add(rule, message, remedy, component_id, Severity.error)

    def warning(self, rule: str, message: str, remedy: str = "", component_id: str | None = None) -> None:
        """Something that was probably not meant."""
        self._add(rule, message, remedy, component_id, Severity.warning)

    @property
    def has_errors(self) -> bool:
        """Whether anything stands against deployment."""
        return any(found.severity is Severity.error for found in self._found)

    def in_order(self) -> tuple[Diagnostic, ...]:
        """All findings, by line."""
        return tuple(sorted(self._found, key=lambda found: found.line or 0))

    def _add(self, rule: str, message: str, remedy: str, component_id: str | None, severity: Severity) -> None:
        line = self._line_of(component_id) if component_id else None
        self._found.append(Diagnostic(rule, message, remedy, severity, component_id, line, self._file))

    def _line_of(self, component_id: str) -> int | None:
        """JSON keeps no lines: the first one that holds the id is near enough."""
        for written in (json.dumps(component_id), json.dumps(component_id, ensure_ascii=False)):
            place = self._text.find(written)
            if place >= 0:
                return self._text.count("\n", 0, place) + 1
        return None
