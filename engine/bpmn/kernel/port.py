"""The kernel as the runtime sees it: values in, values out.

A `Kernel` takes a compiled model, a snapshot and one command, and gives back a `Step`: the next snapshot and all that
happened. It opens nothing, stores nothing and asks no clock: time, decisions and calendars come in with `Surroundings`.
The runtime turns a `Step` into rows. Nothing here names SpiffWorkflow, so that the kernel can be changed behind it.

A token that waits for the outside is a *wait*: a user task, a job, a timer, a message or a signal. Each has a number
that is unique within its instance and never used again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from engine.bpmn.model import Binding, Definitions
from engine.diagnostics import Diagnostic
from engine.errors import Refused
from engine.feel import Effort

Variables: TypeAlias = Mapping[str, Any]
"""FEEL values by name: the data of an instance, a scope or a message."""


# --- what goes in ---------------------------------------------------------------------------------------------------


class TermCalendar(Protocol):
    """How long a duration is where days are counted by law."""

    def due(self, start: datetime, duration: str, counting: str) -> datetime:
        """The moment an ISO 8601 duration after `start` ends; `counting` is `calendar-days` or `working-days`."""
        ...


class DecisionEvaluator(Protocol):
    """Evaluates decision definitions for business rule tasks."""

    def __call__(
        self, decision_id: str, binding: Binding, version_tag: str | None, inputs: Variables
    ) -> DecisionOutcome:
        """The value of a decision. Raises OnewindowError when it cannot be had."""
        ...


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """What a decision definition said, and why."""

    value: Any
    trace: Any = None
    """Plain JSON: which rules matched with which inputs."""
    definition: str | None = None
    """Key of the definition that said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds on the work of one step and of one instance (fault matrix, row 24)."""

    steps_per_transaction: int = 1_000
    """After so many element visits the step stops with `unfinished` and a job goes on."""
    steps_in_all: int = 1_000_000
    """After so many element visits the instance has an incident."""
    operations_per_transaction: int = 200_000
    """After so many operations of all its expressions (engine.feel) the step stops in the same way ..."""
    seconds_per_transaction: float = 0.25
    """... and after so long a work of the processor on them."""
    operations_per_element: int = 300_000
    """Expressions and decisions of one element that take more give an incident ..."""
    seconds_per_element: float = 2.0
    """... and those that take longer."""
    open_tokens: int = 10_000
    multi_instance: int = 1_000
    call_depth: int = 50
    variables_bytes: int = 1_000_000
    """Of the encoded variables of one instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a step may know of the world."""

    now: datetime
    calendar: TermCalendar
    decide: DecisionEvaluator
    called: Callable[[str, Binding, str | None], CompiledProcess]
    """The process a call activity calls, by process id. Raises NotFound."""
    called_again: Callable[[str, str], CompiledProcess] | None = None
    """The very process called before: by its process id and `source`. Raises NotFound. Where there is none, `called`
    is asked for the latest, which must have the same `source`."""
    functions: Mapping[str, Any] = field(default_factory=dict)
    """Functions the product adds to FEEL."""
    budget: Budget = Budget()
    effort: Effort | None = None
    """Of all expressions and decisions of the transaction; where there is none, operations only are counted."""


# Commands: what may happen to an instance.


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """A person finished a user task."""

    wait: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteJob:
    """A connector finished a job."""

    wait: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowError:
    """A job or task ended in a business error: caught by an error event around it, else an incident."""

    wait: int
    code: str
    message: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimer:
    """A timer is due."""

    wait: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessage:
    """A message was correlated to a waiting subscription."""

    wait: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSignal:
    """A signal was broadcast; every wait for `name` takes it."""

    name: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables:
    """An operator or use case changes variables of the instance; a waiting condition may become true."""

    variables: Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue:
    """Go on after the budget of a step was spent, or retry the token that stands in an incident (`wait`)."""

    wait: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """End the instance: every open element is cancelled."""


Command: TypeAlias = (
    CompleteTask
    | CompleteJob
    | ThrowError
    | FireTimer
    | DeliverMessage
    | DeliverSignal
    | SetVariables
    | Continue
    | Cancel
)


# --- what comes out -------------------------------------------------------------------------------------------------


class InstanceState(StrEnum):
    """Where an instance stands after a step."""

    active = "active"
    completed = "completed"
    terminated = "terminated"
    """Ended by a terminate end event."""
    cancelled = "cancelled"


class ActivityChange(StrEnum):
    """What happened to an element."""

    entered = "entered"
    completed = "completed"
    cancelled = "cancelled"
    failed = "failed"
    taken = "taken"
    """Only for sequence flows, for the coverage of scenarios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One line of history, in the order things happened."""

    change: ActivityChange
    element_id: str
    element_type: str
    """Name of the model's class, such as `UserTask`."""
    element_instance: int
    """Number of this visit, unique in the instance; the same for `entered` and `completed`. 0 for flows."""
    scope_instance: int = 0
    """Number of the visit of the sub-process or call it happened in; 0 is the process itself."""
    process_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON: warnings of FEEL, the trace of a decision, an error's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A token that waits for the outside, just opened. `wait` equals the element instance except for boundary events,
    event sub-processes and events behind an event-based gateway, which have numbers of their own."""

    wait: int
    element_id: str
    element_name: str = ""
    scope_instance: int = 0
    process_id: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    """The element's `zeebe:properties`."""
    documentation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWait(Wait):
    """A user task was opened; expressions are evaluated."""

    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    assignee: str | None = None
    form_id: str | None = None
    form_binding: Binding = Binding.latest
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    variables: Variables = field(default_factory=dict)
    """The task's own scope (input mapping), over the variables it sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWait(Wait):
    """A connector has work to do."""

    type: str
    retries: int = 3
    headers: Mapping[str, str] = field(default_factory=dict)
    variables: Variables = field(default_factory=dict)
    """What the connector may see: the input mapping's result, or all variables where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerWait(Wait):
    """A timer runs."""

    due_at: datetime
    duration: str | None = None
    """The ISO 8601 text it was computed from, when it was a duration."""
    remaining: int | None = None
    """Firings left of a cycle after this one; None when it is no cycle, -1 when it has no bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWait(Wait):
    """A message with this name and key is awaited."""

    name: str
    correlation_key: str
    """The key as text; a number and its text are the same key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWait(Wait):
    """A signal with this name is awaited."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrown:
    """A signal, an uncaught escalation or a message that left the instance; the runtime acts on it after commit.

    A message is published like one from outside; this instance may be the one that waits for it.

    A signal was already taken by all waits for it in this very instance, so the runtime delivers it to all *other*
    instances and to start events, never to the one that threw it.
    """

    kind: str
    """`signal`, `escalation` or `message`."""
    name: str
    correlation_key: str | None = None
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A token that cannot go on: a fault of the model or its data that an operator must repair."""

    wait: int
    """Number of the incident, its own: to be named in `Continue(wait=...)` after repair."""
    element_id: str
    code: str
    """Stable: `feel`, `no-flow-taken`, `unknown-decision`, `budget`, `uncaught-error`, `bad-timer` ..."""
    message: str
    remedy: str = ""
    scope_instance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """All that one command did."""

    state: InstanceState
    snapshot: bytes | None
    """None when the instance has ended."""
    variables: Variables
    """Of the process's own scope, after the step (the whole, not a difference)."""
    activities: Sequence[Activity] = ()
    opened: Sequence[Wait] = ()
    closed: Sequence[int] = ()
    """Numbers of waits that are open no more (done, cancelled, overtaken), without those opened in this very step."""
    thrown: Sequence[Thrown] = ()
    incidents: Sequence[Incident] = ()
    unfinished: bool = False
    """The budget of the step is spent: send `Continue` in a transaction of its own."""
    visits: int = 0
    """Elements visited in this step."""


# --- the kernel -----------------------------------------------------------------------------------------------------


class StartKind(StrEnum):
    """How an instance can begin from outside."""

    none = "none"
    message = "message"
    timer = "timer"
    signal = "signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrigger:
    """One start event of a process."""

    kind: StartKind
    element_id: str
    name: str = ""
    """Of the message or signal."""
    expression: str = ""
    """Of the timer, with its kind."""
    timer_kind: str = ""
    form_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDue:
    """The next firing of the timer of a start event."""

    due_at: datetime
    duration: str | None = None
    remaining: int | None = None
    """Firings left of a cycle after this one; None when it is no cycle, -1 when it has no bound."""


class CompiledProcess(Protocol):
    """A process ready to run; shared between instances and never changed."""

    @property
    def process_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def version_tag(self) -> str | None: ...
    @property
    def source(self) -> str:
        """What `compile` was told of the file: a snapshot keeps it of each process called."""
        ...

    @property
    def start_triggers(self) -> tuple[StartTrigger, ...]: ...
    @property
    def element_ids(self) -> frozenset[str]:
        """Of all flow nodes and flows, inner scopes included: what coverage is measured against."""
        ...

    @property
    def references(self) -> ProcessReferences: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something a model names that must exist when it is deployed."""

    kind: str
    """`connector`, `form`, `decision`, `process` or `queue`."""
    name: str
    element_id: str
    line: int = 0
    binding: Binding = Binding.latest
    version_tag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of a connector: its static task headers."""


ProcessReferences: TypeAlias = tuple[Reference, ...]


class Kernel(Protocol):
    """Compiles models and steps instances."""

    def compile(
        self, definitions: Definitions, source: str = ""
    ) -> tuple[Mapping[str, CompiledProcess], tuple[Diagnostic, ...]]:
        """The executable processes of a file by id, with findings. A process with an error is not in the mapping.

        `source` names the file's very version, such as its checksum: see `Surroundings.called_again`.
        """
        ...

    def start_due(self, trigger: StartTrigger, surroundings: Surroundings, after: TimerDue | None = None) -> TimerDue:
        """When the timer of a start event fires first, or the next time after one firing.

        Raises NoTimer when it never does (again).
        """
        ...

    def start(
        self,
        process: CompiledProcess,
        variables: Variables,
        surroundings: Surroundings,
        start_element_id: str | None = None,
    ) -> Step:
        """Begin an instance at its none start event, or at the start event named."""
        ...

    def step(self, process: CompiledProcess, snapshot: bytes, command: Command, surroundings: Surroundings) -> Step:
        """Apply one command to a copy of an instance.

        Raises NotWaiting when the command names a wait that is not open, SnapshotUnreadable when the bytes cannot be
        loaded; the snapshot passed in stays valid. A fault of the model is no exception but an incident of the step.
        """
        ...

    def variables_at(self, process: CompiledProcess, snapshot: bytes, wait: int | None = None) -> Variables:
        """The variables visible at a wait (its scope and all around it); of the process when None."""
        ...

    def open_waits(self, snapshot: bytes) -> frozenset[int]:
        """The numbers of all open waits and incidents. Raises SnapshotUnreadable."""
        ...


class NotWaiting(Refused):
    """The wait named is not open: it was done before, cancelled, or never was."""

    code = "not-waiting"


class NoTimer(Refused):
    """The timer of a start event fires never, or not again."""

    code = "no-timer"


class VariablesUnfit(Refused):
    """The variables of an instance are too large, nested too deep, or no data; nothing was changed."""

    code = "variables-unfit"


class InvariantBroken(Refused):
    """After a step an open instance waits for nothing, or an ended one has an open token; the step was thrown away."""

    code = "invariant-broken"


class SnapshotUnreadable(Refused):
    """Bytes of a snapshot are damaged or of a newer format; the case needs repair (fault matrix, rows 23 and 29)."""

    code = "snapshot-unreadable"
