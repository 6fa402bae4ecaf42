"""Files of decisions as `lint` and `inspect` show them: what each holds, and every fault of its tables."""

from __future__ import annotations

from engine.bpmn.inspect import Row
from engine.diagnostics import Diagnostic
from engine.dmn import compile_decisions, read_dmn
from engine.dmn.checks import check_tables, check_types
from engine.dmn.model import Decision, DecisionTable, Definitions
from onewindow.decision_folders import DecisionFolder


def describe_decisions(
    content: bytes, file: str, folder: DecisionFolder
) -> tuple[tuple[Row, ...], tuple[Diagnostic, ...]]:
    """The elements of a DMN file and the findings about it; what it imports is looked for in the folder.

    Raises ModelRefused when it cannot be read or compiled.
    """
    definitions = read_dmn(content, file=file)
    compiled = compile_decisions(definitions, folder.imports_of(definitions))
    findings = (*compiled.diagnostics, *check_types(compiled), *check_tables(definitions))
    return tuple(_rows(definitions)), findings


def _rows(definitions: Definitions) -> list[Row]:
    rows = []
    for one in definitions.elements:
        kind, meaning = type(one).__name__, ""
        if isinstance(one, Decision) and isinstance(one.logic, DecisionTable):
            meaning = f"table, hit policy {one.logic.hit_policy}, {len(one.logic.rules)} rules"
        rows.append(_row(kind[0].lower() + kind[1:], one.spot.element_id, one.name, one.spot.line, meaning))
    return rows


def _row(kind: str, element_id: str | None, name: str, line: int | None, meaning: str) -> Row:
    return Row(id=element_id or "", type=kind, name=name, line=line or 0, scope="", meaning=meaning)
