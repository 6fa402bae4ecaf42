"""A BPMN file, written readably: `a_process().start().user_task("check", queue="a:b").end().xml()`.

Each method adds one node and draws a flow to it from the node before; `at("id")` goes back to another node, and
`to("id")` draws a flow to one that stands (or will stand) elsewhere. `node` and `flow` do the same without the chain.

    a_process("permit")
        .start()
        .user_task("check", queue="city:clerk")
        .exclusive("ok")
        .at("ok", when="=approved").end("granted")
        .at("ok", otherwise=True).end("refused")
        .boundary("late", on="check", duration="P10D").end("overdue")
        .xml()

Every node and event takes the keywords of `_extensions`, every event those of `_definition`. What is written is what
an analyst's modeler would write: `zeebe:` extensions, ids everywhere, no diagram.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:zeebe="{ZEEBE}" xmlns:camunda="{CAMUNDA}"\n'
    '  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="urn:onewindow:test">\n'
)

Body = Callable[["Drawing"], Any]
Names = Mapping[str, str]


def a_process(id: str = "process", *, name: str | None = None, executable: bool = True, **meaning: Any) -> Drawing:
    """An empty process to draw in. `version_tag` and `properties` as for a node."""
    return Drawing("process", id, name=name, attributes={"isExecutable": _said(executable)}, **meaning)


def a_file(*processes: Drawing, more: str = "") -> bytes:
    """One BPMN file with several processes; `more` is XML put beside them (a collaboration, a diagram)."""
    roots: dict[str, str] = {}
    for process in processes:
        roots.update(process.roots)
    body = [*roots.values(), *(process.element() for process in processes), more]
    return (_HEAD + "\n".join(part for part in body if part) + "\n</bpmn:definitions>\n").encode()


def a_straight_process(tasks: int, *, kind: str = "userTask", id: str = "straight") -> bytes:
    """A start, so many tasks in a row (`t1`, `t2` ...), an end."""
    process = a_process(id).start()
    for number in range(1, tasks + 1):
        process.node(kind, f"t{number}", connect=True, queue="a:b" if kind == "userTask" else None)
    return process.end().xml()


class Drawing:
    """A process or sub-process while it is drawn."""

    def __init__(self, tag: str, id: str, **said: Any) -> None:
        self.id = id
        self.roots: dict[str, str] = {}
        """Messages, signals, errors and escalations, by id: they stand beside the process in the file."""
        self._tag = tag
        self._said = said
        self._nodes: list[tuple[str, str, dict[str, Any]]] = []
        self._flows: list[str] = []
        self._extra: list[str] = []
        self._defaults: dict[str, str] = {}
        self._here: str | None = None
        self._next: dict[str, Any] = {}

    # --- the chain ---------------------------------------------------------------------------------------------------

    def at(self, id: str, *, when: str | None = None, otherwise: bool = False, flow: str | None = None) -> Drawing:
        """Go on from another node; the next flow has the condition `when`, or is the default flow."""
        self._here, self._next = id, {"condition": when, "default": otherwise, "id": flow}
        return self

    def when(self, condition: str) -> Drawing:
        """Put a condition on the next flow."""
        self._next["condition"] = condition
        return self

    def to(self, target: str) -> Drawing:
        """Draw a flow from here to a node that stands elsewhere."""
        assert self._here is not None, "there is no node to come from"
        self.flow(self._here, target, **self._next)
        self._here, self._next = None, {}
        return self

    def start(self, id: str = "start", **said: Any) -> Drawing:
        """A start event; `interrupting=False` for event sub-processes."""
        interrupting = said.pop("interrupting", True)
        return self.node(
            "startEvent", id, connect=True, **_with(said, isInterrupting=None if interrupting else "false")
        )

    def end(self, id: str = "end", **said: Any) -> Drawing:
        """An end event; the chain stops here."""
        self.node("endEvent", id, connect=True, **said)
        self._here = None
        return self

    def task(self, id: str, **said: Any) -> Drawing:
        """A task of no kind."""
        return self.node("task", id, connect=True, **said)

    def user_task(self, id: str, **said: Any) -> Drawing:
        """Work of a person: `queue`, `assignee`, `candidate_users`, `form`, `due`, `follow_up`, `priority`."""
        return self.node("userTask", id, connect=True, **said)

    def manual_task(self, id: str, **said: Any) -> Drawing:
        """A manual task."""
        return self.node("manualTask", id, connect=True, **said)

    def service_task(self, id: str, connector: str | None = "demo", **said: Any) -> Drawing:
        """Work of a connector: `retries`, `headers`, `inputs`, `outputs`."""
        return self.node("serviceTask", id, connect=True, connector=connector, **said)

    def send_task(self, id: str, connector: str | None = "demo", **said: Any) -> Drawing:
        """A send task, done by a connector."""
        return self.node("sendTask", id, connect=True, connector=connector, **said)

    def receive_task(self, id: str, message: str, key: str | None = None, **said: Any) -> Drawing:
        """Waits for a message with the correlation key `key` (an expression)."""
        return self.node("receiveTask", id, connect=True, **_with(said, messageRef=self.message(message, key)))

    def script(self, id: str, expression: str, result: str = "result", **said: Any) -> Drawing:
        """A FEEL script task; `expression` begins with `=`."""
        return self.node("scriptTask", id, connect=True, script=expression, result=result, **said)

    def decision(self, id: str, decision_id: str, result: str = "result", **said: Any) -> Drawing:
        """A business rule task that evaluates a decision definition."""
        return self.node("businessRuleTask", id, connect=True, decision=decision_id, result=result, **said)

    def call(self, id: str, process_id: str, **said: Any) -> Drawing:
        """A call activity; `propagate_parent` and `propagate_child` as booleans."""
        return self.node("callActivity", id, connect=True, calls=process_id, **said)

    def exclusive(self, id: str, **said: Any) -> Drawing:
        """An exclusive gateway."""
        return self.node("exclusiveGateway", id, connect=True, **said)

    def inclusive(self, id: str, **said: Any) -> Drawing:
        """An inclusive gateway."""
        return self.node("inclusiveGateway", id, connect=True, **said)

    def parallel(self, id: str, **said: Any) -> Drawing:
        """A parallel gateway."""
        return self.node("parallelGateway", id, connect=True, **said)

    def event_based(self, id: str, **said: Any) -> Drawing:
        """An event-based gateway; draw its ways with `at(id).catch(...)`."""
        return self.node("eventBasedGateway", id, connect=True, **said)

    def catch(self, id: str, **said: Any) -> Drawing:
        """An intermediate catching event."""
        return self.node("intermediateCatchEvent", id, connect=True, **said)

    def throw(self, id: str, **said: Any) -> Drawing:
        """An intermediate throwing event; with no definition the none event."""
        return self.node("intermediateThrowEvent", id, connect=True, **said)

    def boundary(self, id: str, *, on: str, interrupting: bool = True, **said: Any) -> Drawing:
        """An event on the edge of the activity `on`; the chain goes on from it."""
        said = _with(said, attachedToRef=on, cancelActivity=None if interrupting else "false")
        return self.node("boundaryEvent", id, **said)._from(id)

    def sub_process(self, id: str, body: Body, *, kind: str = "subProcess", **said: Any) -> Drawing:
        """An embedded sub-process; `body` draws into it: `lambda inner: inner.start("s").end("e")`."""
        return self.node(kind, id, connect=True, body=body, **said)

    def event_sub_process(self, id: str, body: Body, **said: Any) -> Drawing:
        """An event sub-process: stands apart from the chain, which goes on where it was."""
        return self.node("subProcess", id, body=body, **_with(said, triggeredByEvent="true"))

    # --- piece by piece ----------------------------------------------------------------------------------------------

    def node(self, kind: str, id: str, *, connect: bool = False, **said: Any) -> Drawing:
        """Add a node by its BPMN name. `attributes` are written as they are, `content` is XML put inside."""
        body = said.pop("body", None)
        if body is not None:
            inner = Drawing(kind, id)
            body(inner)
            self.roots.update(inner.roots)
            said["inner"] = inner
        said["definition"] = self._definition(id, said)
        self._nodes.append((kind, id, said))
        if connect:
            if self._here is not None:
                self.flow(self._here, id, **self._next)
            self._from(id)
        return self

    def flow(
        self, source: str, target: str, condition: str | None = None, *, default: bool = False, id: str | None = None
    ) -> Drawing:
        """Draw a sequence flow. Its id is `source-target` unless one is given; `id=""` leaves it out."""
        flow_id = f"{source}-{target}" if id is None else id
        if default:
            self._defaults[source] = flow_id
        inside = (
            ""
            if condition is None
            else _tag("bpmn:conditionExpression", {"xsi:type": "bpmn:tFormalExpression"}, condition)
        )
        attributes = {"id": flow_id or None, "sourceRef": source, "targetRef": target}
        self._flows.append(_tag("bpmn:sequenceFlow", attributes, raw=inside))
        return self

    def lane(self, id: str, *nodes: str, name: str | None = None) -> Drawing:
        """A lane with the nodes it refers to, in a lane set of its own."""
        refs = "".join(_tag("bpmn:flowNodeRef", {}, node) for node in nodes)
        lane = _tag("bpmn:lane", {"id": id, "name": name}, raw=refs)
        self._extra.append(_tag("bpmn:laneSet", {"id": f"lanes-{id}"}, raw=lane))
        return self

    def more(self, xml: str) -> Drawing:
        """Put XML of your own into the process."""
        self._extra.append(xml)
        return self

    def message(self, name: str, key: str | None = None) -> str:
        """A message of the file; gives its id. A later call with a key adds the key."""
        id = f"message-{name}"
        extension = "" if key is None else _extension(_tag("zeebe:subscription", {"correlationKey": key}))
        if key is not None or id not in self.roots:
            self.roots[id] = _tag("bpmn:message", {"id": id, "name": name}, raw=extension)
        return id

    def element(self) -> str:
        """The process as an XML element."""
        return self._element(self._tag, self.id, self._said, self._inside())

    def xml(self, more: str = "") -> bytes:
        """The whole BPMN file."""
        return a_file(self, more=more)

    # --- how it is written -------------------------------------------------------------------------------------------

    def _from(self, id: str) -> Drawing:
        self._here, self._next = id, {}
        return self

    def _inside(self) -> str:
        nodes = [
            self._element(
                kind,
                id,
                _with(said, default=self._defaults.get(id)),
                said["inner"]._inside() if "inner" in said else "",
            )
            for kind, id, said in self._nodes
        ]
        return "\n".join([*self._extra, *nodes, *self._flows])

    def _element(self, kind: str, id: str, said: Mapping[str, Any], inside: str) -> str:
        attributes = {"id": id or None, "name": said.get("name"), **said.get("attributes", {})}
        documentation = said.get("documentation")
        parts = [
            _tag("bpmn:documentation", {}, documentation) if documentation else "",
            _extension(*_extensions(said)),
            said.get("content", ""),
            inside,
            said.get("definition", ""),
            _loop(said),
        ]
        return _tag(f"bpmn:{kind}", attributes, raw="".join(parts))

    def _root(self, kind: str, name: str, code_name: str | None = None) -> str:
        """A signal, error or escalation of the file, by name or code; gives its id."""
        id = f"{kind}-{name}"
        self.roots[id] = _tag(f"bpmn:{kind}", {"id": id, "name": name, **({code_name: name} if code_name else {})})
        return id

    def _definition(self, id: str, said: dict[str, Any]) -> str:
        """The event definitions of a node: `duration`, `date`, `cycle`, `message` (+ `key`), `signal`, `error`,
        `escalation` (by code, `""` for any), `link`, `condition`, `terminate`, `compensate`, `cancel`."""
        found = ""
        for kind, name in (("timeDuration", "duration"), ("timeDate", "date"), ("timeCycle", "cycle")):
            if (value := said.pop(name, None)) is not None:
                timer = _tag(f"bpmn:{kind}", {"xsi:type": "bpmn:tFormalExpression"}, value)
                found += _tag("bpmn:timerEventDefinition", {"id": f"{id}-timer"}, raw=timer)
        if (value := said.pop("message", None)) is not None:
            reference = self.message(value, said.pop("key", None))
            found += _tag("bpmn:messageEventDefinition", {"id": f"{id}-message", "messageRef": reference})
        for kind, code in (("signal", None), ("error", "errorCode"), ("escalation", "escalationCode")):
            if (value := said.pop(kind, None)) is not None:
                target = self._root(kind, value, code) if value else None
                found += _tag(f"bpmn:{kind}EventDefinition", {"id": f"{id}-{kind}", f"{kind}Ref": target})
        if (value := said.pop("link", None)) is not None:
            found += _tag("bpmn:linkEventDefinition", {"id": f"{id}-link", "name": value})
        if (value := said.pop("condition", None)) is not None:
            condition = _tag("bpmn:condition", {"xsi:type": "bpmn:tFormalExpression"}, value)
            found += _tag("bpmn:conditionalEventDefinition", {"id": f"{id}-condition"}, raw=condition)
        if (value := said.pop("compensate", None)) is not None:
            attributes = {"id": f"{id}-compensate", "activityRef": value or None}
            found += _tag("bpmn:compensateEventDefinition", attributes)
        for kind in ("terminate", "cancel"):
            if said.pop(kind, False):
                found += _tag(f"bpmn:{kind}EventDefinition", {"id": f"{id}-{kind}"})
        return found


def _extensions(said: Mapping[str, Any]) -> Iterable[str]:
    """The `zeebe:` elements of a node: who does it, with which data, in which form."""
    if (connector := said.get("connector")) is not None:
        yield _tag("zeebe:taskDefinition", {"type": connector, "retries": said.get("retries")})
    if headers := said.get("headers"):
        yield _tag("zeebe:taskHeaders", {}, raw=_pairs("header", "key", "value", headers))
    inputs, outputs = said.get("inputs", {}), said.get("outputs", {})
    if inputs or outputs:
        mappings = _pairs("input", "target", "source", inputs) + _pairs("output", "target", "source", outputs)
        yield _tag("zeebe:ioMapping", {}, raw=mappings)
    who = {
        "assignee": said.get("assignee"),
        "candidateGroups": said.get("queue"),
        "candidateUsers": said.get("candidate_users"),
    }
    if any(who.values()):
        yield "<zeebe:userTask/>" + _tag("zeebe:assignmentDefinition", who)
    if form := said.get("form"):
        yield _tag("zeebe:formDefinition", {"formId": form})
    if said.get("due") or said.get("follow_up"):
        yield _tag("zeebe:taskSchedule", {"dueDate": said.get("due"), "followUpDate": said.get("follow_up")})
    if (priority := said.get("priority")) is not None:
        yield _tag("zeebe:priorityDefinition", {"priority": str(priority)})
    if script := said.get("script"):
        yield _tag("zeebe:script", {"expression": script, "resultVariable": said.get("result")})
    if decision := said.get("decision"):
        yield _tag("zeebe:calledDecision", {"decisionId": decision, "resultVariable": said.get("result")})
    if calls := said.get("calls"):
        attributes = {
            "processId": calls,
            "propagateAllParentVariables": _said(said.get("propagate_parent")),
            "propagateAllChildVariables": _said(said.get("propagate_child")),
        }
        yield _tag("zeebe:calledElement", attributes)
    if version_tag := said.get("version_tag"):
        yield _tag("zeebe:versionTag", {"value": version_tag})
    if properties := said.get("properties"):
        yield _tag("zeebe:properties", {}, raw=_pairs("property", "name", "value", properties))
    if extension := said.get("extension"):
        yield extension


def _loop(said: Mapping[str, Any]) -> str:
    """Multi-instance: `each` (collection) `as_` (element) `sequential` `collect=(collection, element)` `until`
    `times`."""
    if said.get("each") is None and said.get("times") is None:
        return ""
    collected, element = said.get("collect", (None, None))
    attributes = {
        "inputCollection": said.get("each"),
        "inputElement": said.get("as_"),
        "outputCollection": collected,
        "outputElement": element,
    }
    extension = _extension(_tag("zeebe:loopCharacteristics", attributes)) if said.get("each") else ""
    times = _tag("bpmn:loopCardinality", {}, str(said["times"])) if said.get("times") is not None else ""
    until = _tag("bpmn:completionCondition", {}, said["until"]) if said.get("until") else ""
    sequential = {"isSequential": _said(said.get("sequential"))}
    return _tag("bpmn:multiInstanceLoopCharacteristics", sequential, raw=extension + times + until)


def _with(said: Mapping[str, Any], **attributes: str | None) -> dict[str, Any]:
    """The keywords, with XML attributes added (those that are None are left out)."""
    return {**said, "attributes": {**said.get("attributes", {}), **{k: v for k, v in attributes.items() if v}}}


def _said(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _extension(*elements: str) -> str:
    inside = "".join(elements)
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>" if inside else ""


def _pairs(tag: str, key: str, value: str, pairs: Names) -> str:
    return "".join(_tag(f"zeebe:{tag}", {key: name, value: said}) for name, said in pairs.items())


def _tag(tag: str, attributes: Mapping[str, str | None], text: str = "", *, raw: str = "") -> str:
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)
    inside = raw or escape(text)
    return f"<{tag}{written}>{inside}</{tag}>\n" if inside else f"<{tag}{written}/>\n"
