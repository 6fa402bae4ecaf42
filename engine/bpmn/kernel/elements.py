"""One element of the model -> its task specification."""

from __future__ import annotations

from typing import Any

from engine.bpmn.kernel.plan import Catch, ScopePlan, Way
from engine.bpmn.kernel.specs.events import BoundarySpec, CatchSpec, StartSpec, ThrowSpec
from engine.bpmn.kernel.specs.gateways import EventBasedSpec, ExclusiveSpec, InclusiveSpec, ParallelSpec
from engine.bpmn.kernel.specs.jobs import JobPlan
from engine.bpmn.kernel.specs.multi_instance import MultiInstanceSpec
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.specs.scopes import CallSpec, SubProcessSpec
from engine.bpmn.kernel.specs.tasks import (
    DecisionSpec,
    JobSpec,
    PassSpec,
    ReceiveSpec,
    ScriptSpec,
    TaskPlan,
    UserSpec,
)
from engine.bpmn.kernel.texts import Texts
from engine.bpmn.model import (
    Activity,
    BoundaryEvent,
    CallActivity,
    CatchEvent,
    Element,
    EndEvent,
    Event,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    LinkDefinition,
    MessageDefinition,
    MultiInstance,
    ParallelGateway,
    ReceiveTask,
    Scope,
    SendTask,
    StartEvent,
    SubProcess,
    TaskDefinition,
    ThrowEvent,
    UserTask,
)

_PLAIN: dict[type[FlowNode], type[NodeSpec]] = {
    StartEvent: StartSpec,
    BoundaryEvent: BoundarySpec,
    CatchEvent: CatchSpec,
    ThrowEvent: ThrowSpec,
    EndEvent: ThrowSpec,
    ExclusiveGateway: ExclusiveSpec,
    InclusiveGateway: InclusiveSpec,
    ParallelGateway: ParallelSpec,
    EventBasedGateway: EventBasedSpec,
}


def add_node(spec: Any, node: FlowNode, scope: Scope, plan: ScopePlan, texts: Texts, inner: ScopePlan | None) -> None:
    """Add a node to the specification, with its mappings and its ways on; `inner` is the scope it contains."""
    loop = node.loop if isinstance(node, Activity) else None
    if isinstance(loop, MultiInstance):
        whole = MultiInstanceSpec(spec, node, plan)
        one = _make(spec, node, plan, texts, inner, name=f"{node.id}/each")
        _repeat(whole, one, loop, node, texts)
        _mappings(one, node, texts)
        _ways(whole, node, scope, texts)
        return
    made = _make(spec, node, plan, texts, inner, name=None)
    _mappings(made, node, texts)
    _ways(made, node, scope, texts)


def _make(
    spec: Any, node: FlowNode, plan: ScopePlan, texts: Texts, inner: ScopePlan | None, *, name: str | None
) -> NodeSpec:
    plain = _PLAIN.get(type(node))
    if plain is not None:
        made = plain(spec, node, plan, name=name)
        if isinstance(node, Event) and node.definitions:
            _event(made, node, texts)
        return made
    return _activity(spec, node, plan, texts, inner, name=name)


def _event(made: NodeSpec, node: Event, texts: Texts) -> None:
    definition = node.definitions[0]
    catches = isinstance(node, StartEvent | BoundaryEvent | CatchEvent)
    is_process_start = isinstance(node, StartEvent) and not made.scope.id.startswith("event:")
    made.catch = texts.catch(definition, node, keyed=catches and not is_process_start)
    if isinstance(made, ThrowSpec) and isinstance(definition, MessageDefinition):
        job = node.meaning.task_definition or definition.task_definition
        made.job = None if job is None else _job(job, node, texts)


def _activity(
    spec: Any, node: FlowNode, plan: ScopePlan, texts: Texts, inner: ScopePlan | None, *, name: str | None
) -> NodeSpec:
    meaning = node.meaning
    if isinstance(node, SubProcess):
        sub = SubProcessSpec(spec, node, plan, name=name)
        assert inner is not None
        sub.inner = inner
        return sub
    if isinstance(node, UserTask):
        user = UserSpec(spec, node, plan, name=name)
        user.plan = _task(node, texts)
        return user
    if meaning.task_definition is not None and not isinstance(node, CallActivity | ReceiveTask):
        job = JobSpec(spec, node, plan, name=name)
        job.plan = _job(meaning.task_definition, node, texts)
        return job
    if meaning.script is not None:
        script = ScriptSpec(spec, node, plan, name=name)
        script.expression = texts.feel(meaning.script.expression, node, "a script")
        script.result = meaning.script.result_variable
        return script
    if meaning.called_decision is not None:
        decision = DecisionSpec(spec, node, plan, name=name)
        decision.decision = texts.of(meaning.called_decision.decision_id, node)
        decision.result = meaning.called_decision.result_variable
        decision.binding = meaning.called_decision.binding
        decision.version_tag = meaning.called_decision.version_tag
        return decision
    if isinstance(node, CallActivity) and meaning.called_element is not None:
        call = CallSpec(spec, node, plan, name=name)
        call.target, call.called_element = texts.of(meaning.called_element.process_id, node), meaning.called_element
        return call
    if isinstance(node, ReceiveTask):
        receive = ReceiveSpec(spec, node, plan, name=name)
        receive.catch = texts.message(node.message, node, keyed=True)
        return receive
    if isinstance(node, SendTask):
        send = ThrowSpec(spec, node, plan, name=name)
        send.catch = texts.message(node.message, node, keyed=False)
        return send
    return PassSpec(spec, node, plan, name=name)


def _job(task: TaskDefinition, node: FlowNode, texts: Texts) -> JobPlan:
    return JobPlan(texts.of(task.type, node), texts.of(task.retries, node), node.meaning.headers)


def _task(node: FlowNode, texts: Texts) -> TaskPlan:
    meaning = node.meaning
    who, when, form = meaning.assignment, meaning.schedule, meaning.form
    return TaskPlan(
        groups=None if who is None else texts.maybe(who.candidate_groups, node),
        users=None if who is None else texts.maybe(who.candidate_users, node),
        assignee=None if who is None else texts.maybe(who.assignee, node),
        due=None if when is None else texts.moment(when.due_date, node),
        follow_up=None if when is None else texts.moment(when.follow_up_date, node),
        priority=texts.maybe(meaning.priority, node),
        form_id=None if form is None else texts.maybe(form.form_id, node),
        **({} if form is None else {"form_binding": form.binding}),
    )


def _repeat(whole: MultiInstanceSpec, one: NodeSpec, loop: MultiInstance, node: FlowNode, texts: Texts) -> None:
    whole.element_type = type(loop).__name__
    whole.one, one.each = one, whole
    whole.sequential = loop.sequential
    whole.until = texts.condition(loop.completion_condition, node)
    if loop.data is None:
        whole.cardinality = texts.maybe(loop.cardinality, node)
        return
    whole.collection = texts.feel(loop.data.input_collection, node, "the input collection")
    whole.element_name = loop.data.input_element or None
    whole.output_name = loop.data.output_collection or None
    whole.output_element = texts.maybe(loop.data.output_element, node)


def _mappings(made: NodeSpec, node: Element, texts: Texts) -> None:
    made.inputs_mapped = texts.mapping(node.meaning.inputs, node)
    made.outputs_mapped = texts.mapping(node.meaning.outputs, node)


def _ways(made: NodeSpec, node: FlowNode, scope: Scope, texts: Texts) -> None:
    flows = [scope.flows[flow] for flow in node.outgoing if flow in scope.flows]
    made.ways = tuple(Way(flow.id, flow.target, texts.condition(flow.condition, flow)) for flow in flows)
    made.default = getattr(node, "default", None)
    made.is_conditional = made.default is not None or any(way.condition is not None for way in made.ways)


def link_of(node: FlowNode) -> str | None:
    """The name of a link event's link."""
    if isinstance(node, Event) and node.definitions and isinstance(node.definitions[0], LinkDefinition):
        return node.definitions[0].link_name
    return None


def no_catch(made: NodeSpec) -> Catch:
    """What an event waits for, where it waits for anything."""
    return made.catch or Catch(kind="none")
