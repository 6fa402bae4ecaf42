"""Which elements of the models the scenarios passed: seen at the kernel's interface, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.kernel.port import (
    ActivityChange,
    Command,
    CompiledProcess,
    Kernel,
    StartTrigger,
    Step,
    Surroundings,
    TimerDue,
    Variables,
)
from engine.bpmn.model import Definitions, EndEvent
from engine.diagnostics import Diagnostic

_PASSED = frozenset({ActivityChange.completed, ActivityChange.taken})


class WatchedKernel:
    """The real kernel, with an eye on what each step passed."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.passed: dict[str, set[str]] = {}
        """Process id -> ids of elements that were completed, and of flows that were taken."""
        self.variables: Variables = {}
        """Of the process, after the last step."""

    def compile(
        self, definitions: Definitions, source: str = ""
    ) -> tuple[Mapping[str, CompiledProcess], tuple[Diagnostic, ...]]:
        """As the real one."""
        return self._kernel.compile(definitions, source)

    def start_due(self, trigger: StartTrigger, surroundings: Surroundings, after: TimerDue | None = None) -> TimerDue:
        """As the real one."""
        return self._kernel.start_due(trigger, surroundings, after)

    def start(
        self,
        process: CompiledProcess,
        variables: Variables,
        surroundings: Surroundings,
        start_element_id: str | None = None,
    ) -> Step:
        """As the real one, watched."""
        return self._watch(process, self._kernel.start(process, variables, surroundings, start_element_id))

    def step(self, process: CompiledProcess, snapshot: bytes, command: Command, surroundings: Surroundings) -> Step:
        """As the real one, watched."""
        return self._watch(process, self._kernel.step(process, snapshot, command, surroundings))

    def open_waits(self, snapshot: bytes) -> frozenset[int]:
        """As the kernel does."""
        return self._kernel.open_waits(snapshot)

    def variables_at(self, process: CompiledProcess, snapshot: bytes, wait: int | None = None) -> Variables:
        """As the real one."""
        return self._kernel.variables_at(process, snapshot, wait)

    def _watch(self, process: CompiledProcess, step: Step) -> Step:
        self.variables = step.variables
        for activity in step.activities:
            if activity.change in _PASSED:
                self.passed.setdefault(activity.process_id or process.process_id, set()).add(activity.element_id)
        return step


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of one process all scenarios passed."""

    process_id: str
    nodes: frozenset[str]
    flows: frozenset[str]
    ends: frozenset[str]
    """End events, among the nodes."""
    passed: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, definitions: Definitions, process_id: str, passed: frozenset[str]) -> Coverage:
        """The coverage of a process of a file."""
        nodes: set[str] = set()
        flows: set[str] = set()
        ends: set[str] = set()
        scopes = []
        process = definitions.processes[process_id]
        for scope, node in process.scope.walk():
            nodes.add(node.id)
            if isinstance(node, EndEvent):
                ends.add(node.id)
            if scope not in scopes:
                scopes.append(scope)
        for scope in scopes:
            flows.update(scope.flows)
        return cls(
            process_id=process_id,
            nodes=frozenset(nodes),
            flows=frozenset(flows),
            ends=frozenset(ends),
            passed=passed & (nodes | flows),
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids of elements no scenario passed."""
        return tuple(sorted((self.nodes | self.flows) - self.passed))

    @property
    def missing_ends(self) -> tuple[str, ...]:
        """Ids of end events no scenario reached."""
        return tuple(sorted(self.ends - self.passed))

    @property
    def share(self) -> float:
        """Passed elements of all elements, from 0 to 1."""
        everything = self.nodes | self.flows
        return len(self.passed) / len(everything) if everything else 1.0

    def to_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "process": self.process_id,
            "share": round(self.share, 4),
            "nodes": {"all": len(self.nodes), "passed": len(self.nodes & self.passed)},
            "flows": {"all": len(self.flows), "passed": len(self.flows & self.passed)},
            "ends": {"all": len(self.ends), "passed": len(self.ends & self.passed)},
            "missing": list(self.missing),
        }
