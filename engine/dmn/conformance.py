"""A folder in the form of the DMN Technology Compatibility Kit: for each case, whether it passes, and if not, why.

The core of `onewindow conformance dmn DIR`. It measures; it knows no case by its name. Beside each file of cases stands
its model and those it imports. A case passes when every result is the one expected: numbers to 1e-8, as in the official
runners, everything else equal in kind and value. Where an error is expected, null is right as well. What would call a
function outside of FEEL (Java, PMML) is `refused`, on purpose and with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from engine.diagnostics import ModelRefused
from engine.dmn.compiled import CompiledDecisions, compile_decisions
from engine.dmn.conformance_cases import LARGEST_FILE, KitCase, KitInput, KitResult, Untyped, as_kind, read_cases, typed
from engine.dmn.evaluate import DecisionResult, evaluate
from engine.dmn.model import BusinessKnowledgeModel, Decision, DecisionService, Definitions, Element, InputData
from engine.dmn.nodes import FunctionNode, InputNode
from engine.dmn.reader import read_dmn
from engine.errors import OnewindowError
from engine.feel import Value, equal, feel_type, to_text

TOLERANCE: Final = Decimal("1e-8")
"""Numbers that differ by less are the same."""
_KINDS: Final[Mapping[str | None, type]] = {
    "decision": Decision,
    "bkm": BusinessKnowledgeModel,
    "decisionService": DecisionService,
}


class Outcome(StrEnum):
    """What became of a case, from best to worst."""

    passed = "passed"
    refused = "refused"
    """It calls a function outside of FEEL."""
    failed = "failed"
    """Another value than the one expected."""
    error = "error"
    """There is no value: the model or the case cannot be read, or a fault of ours."""


_WORST_LAST: Final = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class ResultVerdict:
    """How one result of a case came out."""

    name: str
    outcome: Outcome
    message: str = ""
    """What was expected and found, and why; empty when it passed."""


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    """How one case came out: as its worst result."""

    case_id: str
    results: tuple[ResultVerdict, ...]

    @property
    def outcome(self) -> Outcome:
        """That of the worst result; an error when the case expects nothing."""
        return max((result.outcome for result in self.results), key=_WORST_LAST.index, default=Outcome.error)


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """How the cases of one file came out."""

    file: str
    """Its path within the folder."""
    level: str
    """The folder of the kit it belongs to, such as `compliance-level-3`."""
    cases: tuple[CaseVerdict, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `--json`; cases that passed are counted, all others told."""
        told = [
            {"case": case.case_id, "result": result.name, "outcome": result.outcome.value, "message": result.message}
            for case in self.cases
            for result in case.results
            if result.outcome is not Outcome.passed
        ]
        return {"file": self.file, "level": self.level, **counted([self]), "not_passed": told}


def counted(verdicts: Iterable[FileVerdict]) -> dict[str, Any]:
    """How many cases, and how many single results, came out in which way."""
    cases: Counter[Outcome] = Counter()
    results: Counter[Outcome] = Counter()
    for verdict in verdicts:
        for case in verdict.cases:
            cases[case.outcome] += 1
            results.update(result.outcome for result in case.results)
    return {**_figures("cases", cases), "results": _figures("total", results)}


def _figures(name: str, found: Counter[Outcome]) -> dict[str, int]:
    return {name: found.total(), **{outcome.value: found[outcome] for outcome in Outcome}}


def judge(path: Path, folder: Path, now: datetime) -> FileVerdict:
    """The verdict on one file of cases. `now` is what now() and today() tell. Never raises because of a file."""
    file = path.relative_to(folder).as_posix()
    level = path.resolve().parent.parent.name
    try:
        return FileVerdict(file, level, tuple(_judge(path, now)))
    except Exception as fault:  # noqa: BLE001 - the survey measures us too: a fault of ours is a line, not an end
        return FileVerdict(file, level, (CaseVerdict("", (_error("", fault),)),))


def _error(name: str, fault: Exception | str) -> ResultVerdict:
    if isinstance(fault, ModelRefused):
        fault = "; ".join(str(found) for found in fault.diagnostics[:3])
    elif isinstance(fault, Exception) and not isinstance(fault, OnewindowError | ValueError | OSError):
        fault = f"{type(fault).__name__}: {fault}"
    return ResultVerdict(name, Outcome.error, f"{fault!s:.500}")


def _judge(path: Path, now: datetime) -> list[CaseVerdict]:
    kit = read_cases(path)
    compiled = _compiled(path.parent, kit.model)
    verdicts: list[CaseVerdict] = []
    for case in kit.cases:
        results = [_judged(compiled, case, result, now) for result in case.results]
        if not results:
            results = [_error("", case.fault or "The case expects nothing: there is no `resultNode`.")]
        verdicts.append(CaseVerdict(case.case_id, tuple(results)))
    return verdicts


def _compiled(folder: Path, name: str | None) -> CompiledDecisions | Exception:
    """The model of a file of cases, or why there is none."""
    models = sorted(folder.glob("*.dmn"))
    try:
        if name is None and len(models) != 1:
            raise ValueError(f"expected a `modelName` or one model beside the cases, found {len(models)} models")
        main = models[0] if name is None else folder / name
        if not main.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"expected a model beside the cases, found {name}")
        model = _read(main)
        others = [other for path in models if path != main and (other := _imported(path)) is not None]
        return compile_decisions(model, _wanted(model, others), tolerant=True)
    except (OnewindowError, ValueError, OSError) as fault:
        return fault


def _read(path: Path) -> Definitions:
    with path.open("rb") as opened:
        return read_dmn(opened.read(LARGEST_FILE), file=path.name)


def _imported(path: Path) -> Definitions | None:
    """A model that another may import; None for one that cannot be read, which the compiler then misses."""
    try:
        return _read(path)
    except OnewindowError:
        return None


def _wanted(model: Definitions, others: list[Definitions]) -> list[Definitions]:
    """Those models of a folder that one imports, or that these import."""
    found: dict[str, Definitions] = {}
    waiting = [model]
    while waiting:
        for entry in waiting.pop().imports:
            fitting = [other for other in others if other.namespace == entry.namespace]
            if fitting and entry.namespace not in found:
                named = (other for other in fitting if other.file == (entry.location or "").rpartition("/")[2])
                found[entry.namespace] = next(named, fitting[0])
                waiting.append(found[entry.namespace])
    return list(found.values())


def _judged(compiled: CompiledDecisions | Exception, case: KitCase, result: KitResult, now: datetime) -> ResultVerdict:
    if isinstance(compiled, Exception):
        return _error(result.name, compiled)
    asked = _element(compiled, case.invocable or result.name, case.kind if case.invocable else result.kind)
    name = (asked.spot.element_id or asked.name) if asked is not None else case.invocable or result.name
    try:
        found = evaluate(compiled, name, _inputs(compiled, name, case.inputs), now=now)
    except OnewindowError as fault:
        return ResultVerdict(result.name, Outcome.passed) if result.error else _error(result.name, fault)
    except Exception as fault:  # noqa: BLE001 - as in `judge`
        return _error(result.name, fault)
    value = found.value
    if isinstance(asked, DecisionService) and len(asked.outputs) > 1 and isinstance(value, dict):
        value = value.get(result.name, value)
    return _compared(compiled, result, value, found)


def _element(compiled: CompiledDecisions, name: str, kind: str | None) -> Element | None:
    named = [
        one
        for one in compiled.definitions.elements
        if " ".join(name.split()) in (one.name, one.spot.element_id) and not isinstance(one, InputData)
    ]
    wanted = _KINDS.get(kind, object)
    return next((one for one in named if isinstance(one, wanted)), named[0] if named else None)


def _inputs(compiled: CompiledDecisions, asked: str, given: Iterable[KitInput]) -> dict[str, Value]:
    """The inputs by name, untyped texts with the types that the model declares."""
    key = compiled.find(asked)
    node = None if key is None else compiled.nodes[key]
    if isinstance(node, FunctionNode) and node.function.signatures:
        names = node.function.signatures[0]
        kinds = dict(zip(names, node.function.parameter_types or (None,) * len(names), strict=True))
    else:
        kinds = {one.name: one.kind for one in compiled.nodes.values() if isinstance(one, InputNode)}
    inputs: dict[str, Value] = {}
    for one in given:
        value = typed(one.value, kinds.get(one.name))
        inputs[one.name if one.namespace is None else f"{{{one.namespace}}}{one.name}"] = value
    return inputs


def _compared(compiled: CompiledDecisions, result: KitResult, value: Value, found: DecisionResult) -> ResultVerdict:
    if (result.error and value is None) or same(result.expected, value):
        return ResultVerdict(result.name, Outcome.passed)
    external = any(warning.code == "external-function" for warning in found.warnings)
    faults = [] if value is not None else [str(one) for one in compiled.diagnostics[:2]]
    reasons = " ".join([*(warning.message for warning in found.warnings[:3]), *faults])
    message = f"Expected {_told(result.expected)}, found {_told(value)}. {reasons}".rstrip()
    return ResultVerdict(result.name, Outcome.refused if external else Outcome.failed, message)


def _told(value: Value) -> str:
    if value is None:
        return "null"
    text = to_text(value)
    return f'"{text:.200}"' if isinstance(value, str) else f"{text!s:.200}"


def same(expected: Value, found: Value) -> bool:
    """Whether a value is the expected one. An untyped text is read as a value of the kind found; empty, it is null."""
    if isinstance(expected, Untyped):
        return not expected if found is None else same(as_kind(expected, feel_type(found)), found)
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) < TOLERANCE
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    return type(expected) is type(found) and equal(expected, found) is True
