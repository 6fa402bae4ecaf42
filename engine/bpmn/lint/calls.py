"""Calls in a circle: a process that calls itself, over however many others, would never end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn.findings import Findings
from engine.bpmn.model import CallActivity, Definitions, Process
from engine.diagnostics import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCycle:
    """One circle of calls."""

    process_ids: tuple[str, ...]
    """In the order of the calls; the last calls the first."""
    process_id: str
    """The process that closes the circle."""
    element_id: str
    """Its call activity that does so."""
    line: int


def call_cycles(processes: Iterable[Process]) -> tuple[CallCycle, ...]:
    """The circles among these processes (a file, a bundle, or a bundle with what is deployed).

    A depth-first walk, in time of the calls; at least one circle is named where there are any. Only calls whose process
    id is written as it is can be followed; ids that are expressions are bounded when they run.
    """
    calls: dict[str, list[CallActivity]] = {process.id: _calls_of(process) for process in processes}
    done: set[str] = set()
    found: list[CallCycle] = []
    for root in calls:
        if root in done:
            continue
        path = [root]
        ways = [iter(calls[root])]
        while path:
            call = next(ways[-1], None)
            if call is None:
                done.add(path.pop())
                ways.pop()
                continue
            called = _called(call)
            if called in path:
                circle = tuple(path[path.index(called) :])
                found.append(CallCycle(process_ids=circle, process_id=path[-1], element_id=call.id, line=call.line))
            elif called in calls and called not in done:
                path.append(called)
                ways.append(iter(calls[called]))
    return tuple(found)


def check_calls(definitions: Definitions, findings: Findings) -> None:
    """The circles within one file."""
    for cycle in call_cycles(definitions.processes.values()):
        way = " -> ".join(f"{id:.80}" for id in (*cycle.process_ids, cycle.process_ids[0]))
        findings.note(
            Severity.error,
            "call-cycle",
            f"The processes call one another in a circle: {way}.",
            "Draw the repetition as a loop inside one process.",
            element_id=cycle.element_id,
            line=cycle.line,
        )


def _calls_of(process: Process) -> list[CallActivity]:
    nodes = (node for _, node in process.scope.walk() if isinstance(node, CallActivity))
    return [node for node in nodes if not _called(node).startswith("=")]


def _called(call: CallActivity) -> str:
    return "" if call.meaning.called_element is None else call.meaning.called_element.process_id
