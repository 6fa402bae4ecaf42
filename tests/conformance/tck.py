"""Runs folders in the form of the DMN Technology Compatibility Kit: models beside XML files of test cases.

A case names the decision to make, its inputs and the value expected; `errorResult="true"` means that null or an error
is right. Numbers are compared to the precision that the case tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.diagnostics import ModelRefused
from engine.dmn import CompiledDecisions, Definitions, compile_decisions, evaluate, read_dmn
from engine.errors import OnewindowError
from engine.feel import Value, equal, read_date, read_date_time, read_duration, read_time, to_text

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one result of one case came out."""

    file: str
    case: str
    result: str
    passed: bool
    message: str = ""


def run_folder(folder: Path) -> Iterator[Outcome]:
    """Every result of every case under a folder, in a stable order."""
    for cases in sorted(folder.rglob("*.xml")):
        root = etree.parse(cases).getroot()
        if etree.QName(root).localname == "testCases":
            yield from _run_cases(cases, root)


def _run_cases(path: Path, root: etree._Element) -> Iterator[Outcome]:
    name = root.findtext("{*}modelName") or ""
    others = [file for file in sorted(path.parent.glob("*.dmn")) if file.name != name]
    compiled: CompiledDecisions | str
    try:
        compiled = compile_decisions(_read(path.parent / name), [_read(file) for file in others], tolerant=True)
    except ModelRefused as fault:
        compiled = "; ".join(str(found) for found in fault.diagnostics[:3])
    except (OnewindowError, OSError) as fault:
        compiled = str(fault)
    for case in root.iter("{*}testCase"):
        inputs = {node.get("name", ""): value_of(node) for node in case.iterfind("{*}inputNode")}
        for result in case.iterfind("{*}resultNode"):
            yield _check(path, case, result, compiled, inputs)


def _read(path: Path) -> Definitions:
    return read_dmn(path.read_bytes(), file=path.name)


def _check(
    path: Path,
    case: etree._Element,
    result: etree._Element,
    compiled: CompiledDecisions | str,
    inputs: dict[str, Value],
) -> Outcome:
    name, case_id = result.get("name", ""), case.get("id", "")
    erroneous = result.get("errorResult") == "true"
    asked = case.get("invocableName") or name
    if isinstance(compiled, str):
        return Outcome(str(path), case_id, name, erroneous, f"the model is refused: {compiled}")
    expected = value_of(next(iter(result.iterfind("{*}expected")), None))
    try:
        found = evaluate(compiled, asked, inputs, now=NOW)
    except OnewindowError as fault:
        return Outcome(str(path), case_id, name, erroneous, str(fault))
    value = found.value
    if case.get("invocableName") and isinstance(value, dict) and name in value:
        value = value[name]
    passed = (erroneous and value is None) or same(expected, value)
    reasons = "; ".join(warning.message for warning in found.warnings[:3])
    return Outcome(str(path), case_id, name, passed, f"expected {_told(expected)}, found {_told(value)}. {reasons}")


def _told(value: Value) -> str:
    return "null" if value is None else f"{to_text(value)!s:.200}"


def same(expected: Value, found: Value) -> bool:
    """Whether a value is the expected one; numbers to the digits that are told, at most eight after the point."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) <= max(abs(expected), Decimal(1)) * Decimal("1e-8")
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    return type(expected) is type(found) and equal(expected, found) is True


def value_of(node: etree._Element | None) -> Value:
    """The FEEL value of an `inputNode`, `expected`, `item` or `component` element."""
    if node is None:
        return None
    children = {etree.QName(child).localname: child for child in node if isinstance(child.tag, str)}
    if "list" in children:
        listed = children["list"]
        return None if listed.get(f"{XSI}nil") == "true" else [value_of(item) for item in listed.iterfind("{*}item")]
    if "component" in children:
        return {part.get("name", ""): value_of(part) for part in node.iterfind("{*}component")}
    if "value" not in children:
        return None
    return _simple(children["value"])


def _simple(node: etree._Element) -> Value:
    if node.get(f"{XSI}nil") == "true":
        return None
    text = node.text or ""
    kind = (node.get(f"{XSI}type") or "string").rpartition(":")[2]
    readers: dict[str, Any] = {
        "date": read_date,
        "time": read_time,
        "dateTime": read_date_time,
        "duration": read_duration,
        "boolean": lambda told: told.strip() in ("true", "1"),
    }
    if kind in ("decimal", "integer", "int", "double", "float", "long"):
        return Decimal(text.strip())
    return readers.get(kind, str)(text)
