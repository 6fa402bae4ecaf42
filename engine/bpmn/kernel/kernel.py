"""The kernel itself: `port.Kernel` on SpiffWorkflow. Each step works on a copy made from the snapshot's bytes."""

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow import TaskState

from engine.bpmn.kernel import driver
from engine.bpmn.kernel.compiler import ROOT_NAME, compile_process
from engine.bpmn.kernel.expressions import Evaluator, Text
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.port import (
    Command,
    CompiledProcess,
    InstanceState,
    NoTimer,
    StartKind,
    StartTrigger,
    Step,
    Surroundings,
    TimerDue,
    Variables,
)
from engine.bpmn.kernel.scopes import Variables as Scope
from engine.bpmn.kernel.scopes import admitted
from engine.bpmn.kernel.snapshot import dump, load, open_waits
from engine.bpmn.kernel.snapshot import variables_at as read_variables
from engine.bpmn.kernel.specs.scopes import as_compiled
from engine.bpmn.kernel.timers import Due, first_due, next_due
from engine.bpmn.kernel.token import ROOT, Token
from engine.bpmn.model import Definitions, TimerKind
from engine.diagnostics import Diagnostic, errors_in
from engine.errors import Invalid, NotFound


class SpiffKernel:
    """Compiles models and steps instances. Keeps nothing between calls; safe to share between threads.

    `compact=False` keeps all finished tokens in the snapshot: only for the test that compaction changes nothing.
    """

    def __init__(self, *, compact: bool = True) -> None:
        self._compact = compact

    def compile(
        self, definitions: Definitions, source: str = ""
    ) -> tuple[Mapping[str, CompiledProcess], tuple[Diagnostic, ...]]:
        """The executable processes of a file by id, with findings. A process with an error is not in the mapping."""
        processes: dict[str, CompiledProcess] = {}
        found: list[Diagnostic] = []
        for process in definitions.processes.values():
            if process.executable:
                compiled, findings = compile_process(definitions, process, source)
                found.extend(findings)
                if compiled is not None and not errors_in(findings):
                    processes[process.id] = compiled
        return processes, tuple(found)

    def start(
        self,
        process: CompiledProcess,
        variables: Variables,
        surroundings: Surroundings,
        start_element_id: str | None = None,
    ) -> Step:
        """Begin an instance at its none start event, or at the start event named. Raises NotFound, Invalid."""
        compiled = as_compiled(process)
        if start_element_id is not None:
            if start_element_id not in {trigger.element_id for trigger in compiled.start_triggers}:
                raise NotFound.of("start event", start_element_id)
        elif not compiled.scope.starts:
            names = ", ".join(trigger.element_id for trigger in compiled.start_triggers)
            raise Invalid(
                f"Process {compiled.process_id} has no none start event.",
                remedy=f"Name the start event: {names}.",
            )
        instance = Instance(compiled, surroundings, compact=self._compact)
        root = Token(instance, compiled.nodes[ROOT_NAME], ROOT, None, None, TaskState.FUTURE)
        instance.task_tree = root
        root.inner = Scope(admitted(variables))
        if start_element_id is not None:
            root.internal_data["start"] = start_element_id
            if compiled.nodes[start_element_id].outputs_mapped:  # which chooses what of an event's data comes in
                root.carried, root.inner = root.inner, Scope({})
        root._ready()
        driver.run(instance)
        return _report(instance)

    def step(self, process: CompiledProcess, snapshot: bytes, command: Command, surroundings: Surroundings) -> Step:
        """Apply one command to a copy of an instance. Raises NotWaiting, SnapshotUnreadable, VariablesUnfit."""
        instance = load(as_compiled(process), snapshot, surroundings, compact=self._compact)
        driver.apply(instance, command)
        driver.run(instance)
        return _report(instance)

    def variables_at(self, process: CompiledProcess, snapshot: bytes, wait: int | None = None) -> Variables:
        """The variables visible at a wait, or at an incident's element; of the process when None. Raises NotWaiting."""
        return read_variables(as_compiled(process), snapshot, wait)

    def open_waits(self, snapshot: bytes) -> frozenset[int]:
        """The numbers of all open waits and incidents of an instance."""
        return open_waits(snapshot)

    def start_due(self, trigger: StartTrigger, surroundings: Surroundings, after: TimerDue | None = None) -> TimerDue:
        """When the timer of a start event fires first, or the next time after one firing. Raises NoTimer."""
        try:
            due = _start_due(trigger, surroundings, after)
        except Fault as fault:
            raise NoTimer(f"Start event {trigger.element_id}: {fault.message}", remedy=fault.remedy) from fault
        if due is None:
            raise NoTimer(f"The timer of start event {trigger.element_id} does not fire again.")
        return TimerDue(due_at=due.at, duration=due.duration, remaining=due.remaining)


def _start_due(trigger: StartTrigger, surroundings: Surroundings, last: TimerDue | None) -> Due | None:
    if trigger.kind is not StartKind.timer:
        return None
    if last is not None:
        return next_due(Due(last.due_at, last.duration, last.remaining), surroundings.calendar, None)
    evaluator = Evaluator(surroundings.now, surroundings.functions, [])
    value = evaluator.value(Text.of(trigger.expression), {})
    return first_due(TimerKind(trigger.timer_kind), value, surroundings.now, surroundings.calendar)


def _report(instance: Instance) -> Step:
    root = instance.tasks[ROOT]
    assert root.inner is not None
    ended = instance.state is not InstanceState.active and not root.is_open
    return Step(
        state=instance.state if ended else InstanceState.active,
        snapshot=None if ended else dump(instance),
        variables=dict(root.inner.values),
        activities=tuple(instance.activities),
        opened=tuple(instance.opened.values()),
        closed=tuple(instance.closed),
        thrown=tuple(instance.thrown),
        incidents=tuple(instance.raised.values()),
        unfinished=instance.unfinished,
        visits=instance.visits,
    )
