"""The lossless model of a BPMN file: what it says, in types, before anybody asks whether it can run.

Reading XML is `reader`'s work, the meaning of `zeebe:` and `camunda:` extensions is `dialect`'s, running it is the
kernel's. Terms and attributes are those of the OMG's BPMN 2.0.2 (formal/2013-12-09), chapters 8 to 10. Every element
knows its line, so that a finding can be shown where it stands. Texts of expressions are kept as written: a text that
begins with `=` is FEEL, any other is static (the `zeebe:` convention); the dialect brings other writings to that form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

_EMPTY: Mapping[str, Any] = MappingProxyType({})


# --- what extensions mean -------------------------------------------------------------------------------------------


class Binding(StrEnum):
    """Which version of a called process, decision or form is meant."""

    latest = "latest"
    deployment = "deployment"
    version_tag = "versionTag"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableMapping:
    """One line of an input or output mapping: the value of `source` becomes variable `target`."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """The automatic work of a task: which connector does it."""

    type: str
    """Name of a connector, or an expression for it."""
    retries: str = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLink:
    """The form of a user task or of a start event."""

    form_id: str | None = None
    form_key: str | None = None
    external_reference: str | None = None
    binding: Binding = Binding.latest
    version_tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who may take a user task."""

    assignee: str | None = None
    candidate_groups: str | None = None
    """Queues `agency:role`, separated by commas, or an expression that gives a list."""
    candidate_users: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSchedule:
    """When a user task is due and when to look at it again (ISO 8601 or expressions)."""

    due_date: str | None = None
    follow_up_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledDecision:
    """The decision definition a business rule task evaluates."""

    decision_id: str
    result_variable: str
    binding: Binding = Binding.latest
    version_tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledElement:
    """The process a call activity calls, and which variables travel."""

    process_id: str
    propagate_all_child_variables: bool = True
    propagate_all_parent_variables: bool = True
    binding: Binding = Binding.latest
    version_tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopData:
    """Collections of a multi-instance activity."""

    input_collection: str
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The FEEL expression of a script task and the variable that takes its result."""

    expression: str
    result_variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An execution or task listener."""

    event_type: str
    type: str
    retries: str = "3"
    kind: str = "execution"
    """`execution` or `task`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignElement:
    """An extension nobody here understands: kept, and reported at deployment."""

    namespace: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """All that the extensions of one element say, whatever dialect they were written in."""

    task_definition: TaskDefinition | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    form: FormLink | None = None
    assignment: Assignment | None = None
    schedule: TaskSchedule | None = None
    priority: str | None = None
    called_decision: CalledDecision | None = None
    called_element: CalledElement | None = None
    loop: LoopData | None = None
    script: Script | None = None
    correlation_key: str | None = None
    """Of a message: the expression whose value must fit (`zeebe:subscription`)."""
    version_tag: str | None = None
    """Of a process."""
    properties: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    listeners: tuple[Listener, ...] = ()
    foreign: tuple[ForeignElement, ...] = ()


NO_MEANING = Meaning()


# --- elements -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Anything with a place in the file. `id` is made up (`~line:column`-like, never empty) where the file has none."""

    id: str
    line: int = 0
    name: str = ""
    documentation: str = ""
    meaning: Meaning = NO_MEANING
    id_is_made_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFlow(Element):
    """An arrow between two flow nodes of one scope."""

    source: str
    target: str
    condition: str | None = None


class TimerKind(StrEnum):
    """The three ways to write a timer."""

    date = "timeDate"
    duration = "timeDuration"
    cycle = "timeCycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDefinition(Element):
    """Fires at a date, after a duration, or in a cycle."""

    kind: TimerKind
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDefinition(Element):
    """Refers to a message by id; None when the file names none."""

    message: str | None = None
    task_definition: TaskDefinition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalDefinition(Element):
    """Refers to a signal by id."""

    signal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDefinition(Element):
    """Refers to an error by id; None catches every error."""

    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationDefinition(Element):
    """Refers to an escalation by id; None catches every escalation."""

    escalation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDefinition(Element):
    """Joins two places of one scope by `link_name`."""

    link_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateDefinition(Element):
    """Ends its scope at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalDefinition(Element):
    """Fires when its condition becomes true."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensateDefinition(Element):
    """Undoes an activity, or all of the scope when `activity` is None."""

    activity: str | None = None
    wait_for_completion: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDefinition(Element):
    """Cancels a transaction."""


EventDefinition: TypeAlias = (
    TimerDefinition
    | MessageDefinition
    | SignalDefinition
    | ErrorDefinition
    | EscalationDefinition
    | LinkDefinition
    | TerminateDefinition
    | ConditionalDefinition
    | CompensateDefinition
    | CancelDefinition
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAssociation(Element):
    """Data that flows into or out of an activity or event; carried, not run."""

    direction: str
    """`input` or `output`."""
    sources: tuple[str, ...] = ()
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode(Element):
    """A node that a token can visit. `incoming` and `outgoing` are ids of sequence flows, in the order of the flows."""

    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    lane: str | None = None
    """Id of the innermost lane that refers to it."""
    data_associations: tuple[DataAssociation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(FlowNode):
    """Common to all events; several definitions make a multiple event."""

    definitions: tuple[EventDefinition, ...] = ()
    parallel_multiple: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent(Event):
    """Where a scope begins."""

    interrupting: bool = True
    """Only for event sub-processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent(Event):
    """Where a token ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchEvent(Event):
    """An intermediate catching event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowEvent(Event):
    """An intermediate throwing event, or the none event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryEvent(Event):
    """An event on the edge of an activity."""

    attached_to: str
    cancels_activity: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardLoop(Element):
    """Repeat while a condition holds."""

    condition: str | None = None
    maximum: str | None = None
    test_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInstance(Element):
    """Once for each element of a collection, or a number of times."""

    sequential: bool = False
    cardinality: str | None = None
    completion_condition: str | None = None
    data: LoopData | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(FlowNode):
    """Work: a task, a sub-process or a call."""

    loop: StandardLoop | MultiInstance | None = None
    default: str | None = None
    """Id of the default flow."""
    is_for_compensation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Activity):
    """A task of no kind: passes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask(Activity):
    """Work of a person, in a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTask(Activity):
    """Work outside the system: passes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTask(Activity):
    """Work of a connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTask(Activity):
    """A FEEL expression, or a job of a connector. Other script languages are kept here and refused."""

    script_format: str | None = None
    script_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessRuleTask(Activity):
    """A decision definition, or a job of a connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTask(Activity):
    """Sends a message: a job of a connector."""

    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveTask(Activity):
    """Waits for a message."""

    message: str | None = None
    instantiate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallActivity(Activity):
    """Calls another process; `meaning.called_element` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcess(Activity):
    """A scope inside a scope."""

    scope: Scope
    triggered_by_event: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(SubProcess):
    """A sub-process that can be cancelled as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHocSubProcess(SubProcess):
    """A sub-process whose activities have no fixed order."""

    completion_condition: str | None = None
    cancel_remaining: bool = True
    sequential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway(FlowNode):
    """Common to all gateways."""

    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGateway(Gateway):
    """One way on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusiveGateway(Gateway):
    """All ways whose conditions hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelGateway(Gateway):
    """All ways on; waits for all ways in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBasedGateway(Gateway):
    """The first event decides the way."""

    instantiate: bool = False
    parallel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexGateway(Gateway):
    """An activation condition decides."""

    activation_condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane(Element):
    """A row of a pool; `nodes` are the ids of the flow nodes it refers to."""

    nodes: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum(Element):
    """A data object, its reference, a data store reference, a property, a data input or output."""

    kind: str
    """Local name of the element in the file."""
    refers_to: str | None = None
    is_collection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact(Element):
    """A text annotation, group or association: drawn, never run."""

    kind: str
    text: str = ""
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a process or sub-process contains. Mappings are by id, in the order of the file."""

    nodes: Mapping[str, FlowNode] = field(default_factory=lambda: _EMPTY)
    flows: Mapping[str, SequenceFlow] = field(default_factory=lambda: _EMPTY)
    lanes: Mapping[str, Lane] = field(default_factory=lambda: _EMPTY)
    data: Mapping[str, Datum] = field(default_factory=lambda: _EMPTY)
    artifacts: Mapping[str, Artifact] = field(default_factory=lambda: _EMPTY)

    def walk(self) -> Iterator[tuple[Scope, FlowNode]]:
        """Every flow node of this scope and of those inside it, with the scope it stands in. Without recursion."""
        scopes = [self]
        while scopes:
            scope = scopes.pop(0)
            for node in scope.nodes.values():
                yield scope, node
                if isinstance(node, SubProcess):
                    scopes.append(node.scope)

    def boundary_events_of(self, activity_id: str) -> tuple[BoundaryEvent, ...]:
        """The boundary events attached to an activity of this scope."""
        return tuple(n for n in self.nodes.values() if isinstance(n, BoundaryEvent) and n.attached_to == activity_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Element):
    """A process of the file."""

    executable: bool = False
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Element):
    """A message; its correlation key stands in `meaning.correlation_key`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Element):
    """A signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Element):
    """An error with its code."""

    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Element):
    """An escalation with its code."""

    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant(Element):
    """A pool of a collaboration."""

    process: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFlow(Element):
    """An arrow between pools: drawn, never run."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions(Element):
    """A whole BPMN file."""

    target_namespace: str = ""
    exporter: str = ""
    execution_platform: str = ""
    """`modeler:executionPlatform`, such as `Camunda Cloud`."""
    processes: Mapping[str, Process] = field(default_factory=lambda: _EMPTY)
    messages: Mapping[str, Message] = field(default_factory=lambda: _EMPTY)
    signals: Mapping[str, Signal] = field(default_factory=lambda: _EMPTY)
    errors: Mapping[str, Error] = field(default_factory=lambda: _EMPTY)
    escalations: Mapping[str, Escalation] = field(default_factory=lambda: _EMPTY)
    participants: Mapping[str, Participant] = field(default_factory=lambda: _EMPTY)
    message_flows: Mapping[str, MessageFlow] = field(default_factory=lambda: _EMPTY)
    event_definitions: Mapping[str, EventDefinition] = field(default_factory=lambda: _EMPTY)
    """Event definitions at the root; events that refer to them hold the very same values."""
    data: Mapping[str, Datum] = field(default_factory=lambda: _EMPTY)
    """Data stores."""
    artifacts: Mapping[str, Artifact] = field(default_factory=lambda: _EMPTY)
    """Those of collaborations."""
    has_diagram: bool = False
    """Whether there is diagram interchange, so that a modeler shows it."""
    counted: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    """How many elements of each BPMN kind the XML held: the reader's proof that nothing was lost."""
