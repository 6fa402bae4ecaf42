"""Compiles a process of the model to a specification of SpiffWorkflow with task specifications of our own.

Without recursion, and without loss: at the end every flow node, flow and event definition of the model must be found in
the specification, or the process is refused. What cannot be run as BPMN says is refused before (`refusals`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.specs import WorkflowSpec

from engine.bpmn.findings import Findings
from engine.bpmn.kernel.elements import add_node, link_of, no_catch
from engine.bpmn.kernel.plan import Compiled, EventSubProcess, ScopePlan
from engine.bpmn.kernel.port import StartKind, StartTrigger
from engine.bpmn.kernel.reach import reach_of_joins
from engine.bpmn.kernel.references import references_of
from engine.bpmn.kernel.refusals import check_node
from engine.bpmn.kernel.specs.events import ThrowSpec
from engine.bpmn.kernel.specs.gateways import EventBasedSpec
from engine.bpmn.kernel.specs.multi_instance import MultiInstanceSpec
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.specs.scopes import ProcessSpecRoot
from engine.bpmn.kernel.texts import Texts
from engine.bpmn.model import (
    BoundaryEvent,
    CatchEvent,
    Definitions,
    Element,
    ErrorDefinition,
    EscalationDefinition,
    Event,
    FlowNode,
    LinkDefinition,
    MessageDefinition,
    Process,
    Scope,
    SignalDefinition,
    StartEvent,
    SubProcess,
    TerminateDefinition,
    ThrowEvent,
    TimerDefinition,
)
from engine.diagnostics import Diagnostic, Severity, errors_in

ROOT_NAME = "/"
"""Name of the process's own task specification; no id of a file holds a slash."""

KINDS: Final[Mapping[type[Element], str]] = MappingProxyType(
    {
        TimerDefinition: "timer",
        MessageDefinition: "message",
        SignalDefinition: "signal",
        ErrorDefinition: "error",
        EscalationDefinition: "escalation",
        LinkDefinition: "link",
        TerminateDefinition: "terminate",
    }
)
"""What an event definition is called in the specification (`Catch.kind`)."""


class ProcessSpec(BpmnProcessSpec):
    """SpiffWorkflow's specification of a process, without the start, join and end it puts in on its own: their names
    would clash with elements called `Start` or `End`."""

    def __init__(self, name: str) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.start: Any = None
        self.end: Any = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []


def compile_process(
    definitions: Definitions, process: Process, source: str
) -> tuple[Compiled | None, tuple[Diagnostic, ...]]:
    """One process ready to run, with findings; None when one of them is an error."""
    findings = Findings()
    compiled = _Compiler(definitions, process, findings).compile(source)
    found = findings.all()
    return (None if errors_in(found) else compiled), found


class _Compiler:
    def __init__(self, definitions: Definitions, process: Process, findings: Findings) -> None:
        self.process = process
        self.findings = findings
        self.texts = Texts(definitions, findings)
        self.spec = ProcessSpec(process.id)
        self.plans: dict[str, ScopePlan] = {}

    def compile(self, source: str) -> Compiled | None:
        process = self.process
        scopes = self._scopes()
        self._check(scopes)
        if errors_in(self.findings.all()):
            return None
        for scope_id, scope in scopes.items():
            self.plans[scope_id] = self._plan(scope_id, scope)
        for scope_id, scope in scopes.items():
            for node in scope.nodes.values():
                add_node(self.spec, node, scope, self.plans[scope_id], self.texts, self.plans.get(_key(node)))
        self._add_root()
        for scope_id, scope in scopes.items():
            self._connect(scope)
            self._complete_plan(scope_id, scope)
        self._count(scopes)
        elements = {node.id: node for _, node in process.scope.walk()}
        flows = {flow for scope in scopes.values() for flow in scope.flows}
        return Compiled(
            process_id=process.id,
            name=process.name,
            version_tag=process.meaning.version_tag,
            source=source,
            start_triggers=self._triggers(),
            element_ids=frozenset(elements) | frozenset(flows),
            references=references_of(process),
            scope=self.plans[""],
            spec=self.spec,
            nodes=MappingProxyType(self.spec.task_specs),
            elements=MappingProxyType(elements),
        )

    # --- before ------------------------------------------------------------------------------------------------------

    def _scopes(self) -> dict[str, Scope]:
        """All scopes by key, the outermost first: empty for the process, else of the sub-process."""
        scopes = {"": self.process.scope}
        for _, node in self.process.scope.walk():
            if isinstance(node, SubProcess):
                scopes[_key(node)] = node.scope
        return scopes

    def _check(self, scopes: dict[str, Scope]) -> None:
        seen: set[str] = set()
        for key, scope in scopes.items():
            for node in scope.nodes.values():
                check_node(self.findings, scope, node, event_sub_process=key.startswith("event:"))
                self._once(seen, node)
            for flow in scope.flows.values():
                self._once(seen, flow)
                for end in (flow.source, flow.target):
                    if end not in scope.nodes:
                        message = f"Flow {flow.id} ends at {end!r}, which is not in its scope."
                        self.findings.about(flow, Severity.error, "lost-flow", message, "Draw flows within one scope.")
            self._check_links(scope)
        if not self.process.scope.nodes:
            self.findings.about(self.process, Severity.error, "empty-process", "The process has no nodes.", "Draw it.")
        self._check_starts()

    def _once(self, seen: set[str], element: Any) -> None:
        if element.id in seen or element.id == ROOT_NAME:
            message = f"Several elements have the id {element.id!r}."
            self.findings.about(element, Severity.error, "duplicate-id", message, "Give each an id of its own.")
        seen.add(element.id)

    def _check_links(self, scope: Scope) -> None:
        caught: set[str] = set()
        for node in scope.nodes.values():
            link = link_of(node)
            if link is None or not isinstance(node, CatchEvent):
                continue
            if link in caught:
                message = f"Several catching events have the link {link!r}."
                self.findings.about(node, Severity.error, "ambiguous-link", message, "Keep one.")
            caught.add(link)
        for node in scope.nodes.values():
            link = link_of(node)
            if link is not None and isinstance(node, ThrowEvent) and link not in caught:
                message = f"No catching event of this scope has the link {link!r}."
                self.findings.about(node, Severity.error, "lost-link", message, "Draw one.")

    def _check_starts(self) -> None:
        starts = [node for node in self.process.scope.nodes.values() if isinstance(node, StartEvent)]
        taken: set[str] = set()
        for start in starts:
            definition = start.definitions[0] if start.definitions else None
            refers = getattr(definition, "message", None) or getattr(definition, "signal", None)
            key = "" if definition is None else f"{type(definition).__name__}:{refers}" if refers else start.id
            if key in taken:
                message = "Two start events begin the process in the same way."
                self.findings.about(
                    start, Severity.error, "clashing-starts", message, "Keep one, or name other triggers."
                )
            taken.add(key)

    # --- building ----------------------------------------------------------------------------------------------------

    def _plan(self, key: str, scope: Scope) -> ScopePlan:
        nodes = scope.nodes.values()
        starts = [node for node in nodes if isinstance(node, StartEvent)]
        if starts:
            begun = tuple(node.id for node in starts if not node.definitions or key.startswith("event:"))
        else:
            begun = tuple(node.id for node in nodes if _begins_alone(node))
        unreached = [node for node in nodes if starts and _begins_alone(node)]
        for node in unreached:
            message = "Nothing leads here, so it is never visited."
            self.findings.about(node, Severity.warning, "unreached", message, "Draw a flow to it, or remove it.")
        links = [
            (node.id, target.id)
            for node in nodes
            if isinstance(node, ThrowEvent) and (link := link_of(node)) is not None
            for target in nodes
            if isinstance(target, CatchEvent) and link_of(target) == link
        ]
        return ScopePlan(id=key, starts=begun, reach=reach_of_joins(scope, links))

    def _add_root(self) -> None:
        element = FlowNode(id=ROOT_NAME)
        root = ProcessSpecRoot(self.spec, element, self.plans[""])
        root.element_id, root.element_type = self.process.id, "Process"
        self.spec.start = root

    def _connect(self, scope: Scope) -> None:
        specs = self.spec.task_specs
        caught = {link_of(node): node.id for node in scope.nodes.values() if isinstance(node, CatchEvent)}
        edges: dict[str, list[NodeSpec]] = {}
        for node in scope.nodes.values():
            made: NodeSpec = specs[node.id]
            for way in made.ways:
                made.connect(specs[way.target])
            if isinstance(made, EventBasedSpec):
                made.behind = tuple(specs[way.target] for way in made.ways)
            if isinstance(made, MultiInstanceSpec):
                made.connect(made.one)
            if isinstance(made, ThrowSpec) and (link := link_of(node)) is not None:
                made.link_target = caught[link]
                made.connect(specs[caught[link]])
            if isinstance(node, BoundaryEvent):
                edges.setdefault(node.attached_to, []).append(made)
        for host, on_edge in edges.items():
            specs[host].boundary = tuple(on_edge)
            for edge in on_edge:
                specs[host].connect(edge)

    def _complete_plan(self, key: str, scope: Scope) -> None:
        """Event sub-processes are known once their start events are made; then the scope is set for good."""
        found = []
        for node in scope.nodes.values():
            if isinstance(node, SubProcess) and node.triggered_by_event:
                start = next(inner for inner in node.scope.nodes.values() if isinstance(inner, StartEvent))
                found.append(
                    EventSubProcess(
                        id=node.id,
                        start=start.id,
                        catch=no_catch(self.spec.task_specs[start.id]),
                        interrupting=start.interrupting,
                    )
                )
        if not found:
            self._set_inner(key, self.plans[key])
            return
        before = self.plans[key]
        plan = ScopePlan(id=key, starts=before.starts, event_sub_processes=tuple(found), reach=before.reach)
        self.plans[key] = plan
        self._set_inner(key, plan)

    def _set_inner(self, key: str, plan: ScopePlan) -> None:
        specs = self.spec.task_specs
        if key == "":
            specs[ROOT_NAME].inner = plan
            return
        node_id = key.partition(":")[2]
        made = specs[node_id]
        (made.one if isinstance(made, MultiInstanceSpec) else made).inner = plan

    # --- after -------------------------------------------------------------------------------------------------------

    def _count(self, scopes: dict[str, Scope]) -> None:
        """Nothing may be lost between the model and the specification."""
        specs = self.spec.task_specs
        ways = {way.id for made in specs.values() for way in made.ways}
        for scope in scopes.values():
            for element in (*scope.nodes.values(), *scope.flows.values()):
                if element.id not in specs and element.id not in ways:
                    message = f"{type(element).__name__} {element.id} was lost on the way to the specification."
                    self.findings.about(element, Severity.error, "lost-element", message, "Draw it anew.")
            for node in scope.nodes.values():
                if isinstance(node, Event):
                    self._count_definitions(node)

    def _count_definitions(self, node: Event) -> None:
        made: NodeSpec | None = self.spec.task_specs.get(node.id)
        kept = [] if made is None or made.catch is None else [made.catch.kind]
        for definition in node.definitions:
            kind = KINDS.get(type(definition))
            if kind in kept:
                kept.remove(kind)
                continue
            message = f"The {type(definition).__name__} of {node.id} was lost on the way to the specification."
            self.findings.about(node, Severity.error, "lost-element", message, "Draw it anew.")

    def _triggers(self) -> tuple[StartTrigger, ...]:
        found = []
        for node in self.process.scope.nodes.values():
            if not isinstance(node, StartEvent):
                continue
            catch = no_catch(self.spec.task_specs[node.id])
            form = node.meaning.form
            found.append(
                StartTrigger(
                    kind=StartKind(catch.kind),
                    element_id=node.id,
                    name="" if catch.name is None else catch.name.source,
                    expression="" if catch.expression is None else catch.expression.source,
                    timer_kind="" if catch.timer is None else catch.timer.value,
                    form_id=None if form is None else form.form_id,
                )
            )
        return tuple(found)


def _key(node: FlowNode) -> str:
    """The key of the scope a node contains."""
    is_event = isinstance(node, SubProcess) and node.triggered_by_event
    return f"{'event' if is_event else 'scope'}:{node.id}"


def _begins_alone(node: FlowNode) -> bool:
    """Whether a node is begun with its scope when there is no start event (BPMN 2.0.2, 10.3.5 and 13.3.4)."""
    if node.incoming or isinstance(node, StartEvent | BoundaryEvent):
        return False
    if isinstance(node, SubProcess) and node.triggered_by_event:
        return False
    return not (isinstance(node, CatchEvent) and link_of(node) is not None)
