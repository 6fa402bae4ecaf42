"""What a step of the kernel may know of the world, as a test wants it; and an instance that is driven by element ids.

run = an_instance(a_process().start().user_task("check").end())
run.complete("check", approved=True)
assert run.state == "completed"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.port import (
    Activity,
    Budget,
    Cancel,
    CompiledProcess,
    CompleteJob,
    CompleteTask,
    Continue,
    DecisionOutcome,
    DeliverMessage,
    DeliverSignal,
    FireTimer,
    Incident,
    SetVariables,
    Step,
    Surroundings,
    ThrowError,
    Thrown,
    Wait,
)
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import errors_in
from engine.errors import NotFound
from engine.feel import Effort
from tests.builders.a_model import Drawing, a_file

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
"""A Monday."""


class PlainCalendar:
    """Counts each working day as two days, so that a test sees who counted."""

    def due(self, start: datetime, duration: str, counting: str) -> datetime:
        days = int(duration.removeprefix("P").removesuffix("D"))
        return start + timedelta(days=days * (2 if counting == "working-days" else 1))


def a_world(
    *,
    now: datetime = NOON,
    decisions: Mapping[str, Any] | None = None,
    processes: Mapping[str, CompiledProcess] | None = None,
    budget: Budget | None = None,
    effort: Effort | None = None,
) -> Surroundings:
    """Surroundings at a moment, with decisions (by id: a value, or a function of the inputs) and called processes."""
    decided, called = decisions or {}, processes or {}

    def decide(decision_id: str, binding: Any, tag: str | None, inputs: Mapping[str, Any]) -> DecisionOutcome:
        if decision_id not in decided:
            raise NotFound.of("decision", decision_id)
        value = decided[decision_id]
        return DecisionOutcome(value(inputs) if callable(value) else value, trace={"rules": [1]})

    def find(process_id: str, *_: Any) -> CompiledProcess:
        if process_id not in called:
            raise NotFound.of("process", process_id)
        return called[process_id]

    return Surroundings(
        now=now,
        calendar=PlainCalendar(),
        decide=decide,
        called=find,
        called_again=lambda process_id, source: find(process_id),
        budget=budget or Budget(),
        effort=effort,
    )


def compiled(*drawings: Drawing, kernel: SpiffKernel | None = None) -> Mapping[str, CompiledProcess]:
    """The processes drawn, ready to run; fails with the findings when they are refused."""
    definitions, found = read_bpmn(a_file(*drawings))
    processes, more = (kernel or SpiffKernel()).compile(definitions, source="test")
    assert not errors_in((*found, *more)), "\n".join(map(str, (*found, *more)))
    return processes


def an_instance(
    *drawings: Drawing,
    variables: Mapping[str, Any] | None = None,
    start: str | None = None,
    compact: bool = True,
    **world: Any,
) -> Running:
    """A started instance of the first process drawn; the others can be called."""
    kernel = SpiffKernel(compact=compact)
    processes = compiled(*drawings, kernel=kernel)
    around = a_world(processes=processes, **world)
    return Running(kernel, processes[drawings[0].id], around).start(variables or {}, start)


class Running:
    """An instance driven by element ids, each command from the snapshot of the step before."""

    def __init__(self, kernel: SpiffKernel, process: CompiledProcess, world: Surroundings) -> None:
        self.kernel, self.process, self.world = kernel, process, world
        self.waits: dict[int, Wait] = {}
        self.incidents: dict[int, Incident] = {}
        self.history: list[Activity] = []
        self.thrown: list[Thrown] = []
        self.last: Step
        self.snapshot: bytes | None = None

    # --- commands ----------------------------------------------------------------------------------------------------

    def start(self, variables: Mapping[str, Any], element: str | None = None) -> Running:
        return self._took(self.kernel.start(self.process, variables, self.world, element))

    def command(self, command: Any) -> Running:
        assert self.snapshot is not None, "the instance has ended"
        return self._took(self.kernel.step(self.process, self.snapshot, command, self.world))

    def complete(self, element: str, /, **variables: Any) -> Running:
        return self.command(CompleteTask(wait=self.wait(element), variables=variables))

    def work(self, element: str, /, **variables: Any) -> Running:
        return self.command(CompleteJob(wait=self.wait(element), variables=variables))

    def fail(self, element: str, code: str, /, **variables: Any) -> Running:
        return self.command(ThrowError(wait=self.wait(element), code=code, variables=variables))

    def fire(self, element: str) -> Running:
        wait = self.waits[self.wait(element)]
        self.world = replace(self.world, now=max(self.world.now, wait.due_at))
        return self.command(FireTimer(wait=wait.wait))

    def message(self, element: str, /, **variables: Any) -> Running:
        return self.command(DeliverMessage(wait=self.wait(element), variables=variables))

    def signal(self, name: str, /, **variables: Any) -> Running:
        return self.command(DeliverSignal(name=name, variables=variables))

    def set(self, /, **variables: Any) -> Running:
        return self.command(SetVariables(variables=variables))

    def go_on(self) -> Running:
        return self.command(Continue())

    def retry(self, element: str) -> Running:
        return self.command(Continue(wait=next(n for n, i in self.incidents.items() if i.element_id == element)))

    def cancel(self) -> Running:
        return self.command(Cancel())

    # --- what there is -----------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        return self.last.state.value

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.last.variables

    @property
    def waiting(self) -> list[str]:
        """Elements that wait, sorted, once for each wait."""
        return sorted(wait.element_id for wait in self.waits.values())

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Element and code of each open incident."""
        return sorted((incident.element_id, incident.code) for incident in self.incidents.values())

    def wait(self, element: str) -> int:
        """The first open wait of an element."""
        return next(number for number, wait in sorted(self.waits.items()) if wait.element_id == element)

    def visited(self, *changes: str) -> list[str]:
        """Elements in the order of history, of these changes (`completed` when none is said), flows and process out."""
        wanted = changes or ("completed",)
        return [
            line.element_id
            for line in self.history
            if line.change in wanted and line.element_type not in ("SequenceFlow", "Process")
        ]

    def flows(self) -> list[str]:
        """Flows taken, in order."""
        return [line.element_id for line in self.history if line.change == "taken"]

    def of(self, element: str) -> list[Activity]:
        """All history of an element."""
        return [line for line in self.history if line.element_id == element]

    def _took(self, step: Step) -> Running:
        self.last, self.snapshot = step, step.snapshot
        for number in step.closed:
            assert number in self.waits or number in self.incidents, f"{number} was closed but never open"
            self.waits.pop(number, None)
            self.incidents.pop(number, None)
        for wait in step.opened:
            assert wait.wait not in self.waits
            self.waits[wait.wait] = wait
        for incident in step.incidents:
            self.incidents[incident.wait] = incident
        self.history += step.activities
        self.thrown += step.thrown
        if step.snapshot is None:
            assert not self.waits, "an ended instance waits for nothing"
            assert not self.incidents
        return self
