"""Expressions held to what is known of a process's variables before it runs: its application's form, and its case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from engine.bpmn.findings import Findings
from engine.bpmn.lint.expressions import check_expressions, written_by
from engine.bpmn.model import Process
from engine.diagnostics import Diagnostic
from engine.feel.inference import Names
from engine.feel.types import ANY, FeelType, Record

Known: TypeAlias = "FeelType | Mapping[str, Known] | None"
"""What is known of a variable: its type, the names of its entries, or nothing."""


def check_variables(process: Process, given: Mapping[str, Known], *, file: str | None = None) -> tuple[Diagnostic, ...]:
    """All findings about the expressions of a process of whose variables something is known beforehand.

    What the process writes itself may be of any type; the names of entries stay known. A process of unknown callers
    has other variables too, so that an unknown one is nothing to tell.
    """
    known = {name: _type_of(one, name) for name, one in given.items()}
    for _, node in process.scope.walk():
        for _, name in written_by(node):
            root, *path = name.split(".")
            if root in known:
                known[root] = _rewritten(known[root], path)
    findings = Findings(file)
    check_expressions(process, findings, Names(known, is_open=True))
    return findings.all()


def _type_of(known: Known, name: str) -> FeelType:
    if known is None:
        return ANY
    if isinstance(known, Mapping):
        return Record({key: _type_of(entry, key) for key, entry in known.items()}, name)
    return known


def _rewritten(kind: FeelType, path: list[str]) -> FeelType:
    """A type after something at a path in it was written."""
    if not isinstance(kind, Record):
        return ANY
    if not path:
        return Record(dict.fromkeys(kind.entries, ANY), kind.label)
    entry, *inner = path
    return Record({**kind.entries, entry: _rewritten(kind.entries.get(entry, ANY), inner)}, kind.label)
