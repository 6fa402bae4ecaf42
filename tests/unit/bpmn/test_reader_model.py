"""What stands in a BPMN file stands in the model: every kind of element, with its attributes, lines and connections."""

from __future__ import annotations

import pytest

from engine.bpmn import model
from engine.bpmn.inventory import check_lossless, count, inventory
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import errors_in
from tests.builders.a_model import BPMN, a_file, a_process, a_straight_process


def scope_of(xml: bytes) -> model.Scope:
    definitions, findings = read_bpmn(xml)
    assert errors_in(findings) == ()
    return next(iter(definitions.processes.values())).scope


def in_process(inside: str, beside: str = "", prefix: str = "") -> bytes:
    """A process written by hand, in the default namespace unless a prefix is given."""
    name = f":{prefix}" if prefix else ""
    tag = f"{prefix}:" if prefix else ""
    return (
        f'<{tag}definitions xmlns{name}="{BPMN}" xmlns:tns="urn:t" targetNamespace="urn:t">\n{beside}\n'
        f'<{tag}process id="p" isExecutable="true">\n{inside}\n</{tag}process></{tag}definitions>'
    ).encode()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("task", model.Task),
        ("userTask", model.UserTask),
        ("manualTask", model.ManualTask),
        ("serviceTask", model.ServiceTask),
        ("scriptTask", model.ScriptTask),
        ("businessRuleTask", model.BusinessRuleTask),
        ("sendTask", model.SendTask),
        ("receiveTask", model.ReceiveTask),
        ("callActivity", model.CallActivity),
        ("subProcess", model.SubProcess),
        ("transaction", model.Transaction),
        ("adHocSubProcess", model.AdHocSubProcess),
        ("exclusiveGateway", model.ExclusiveGateway),
        ("inclusiveGateway", model.InclusiveGateway),
        ("parallelGateway", model.ParallelGateway),
        ("eventBasedGateway", model.EventBasedGateway),
        ("complexGateway", model.ComplexGateway),
        ("startEvent", model.StartEvent),
        ("endEvent", model.EndEvent),
        ("intermediateCatchEvent", model.CatchEvent),
        ("intermediateThrowEvent", model.ThrowEvent),
    ],
)
def test_every_kind_of_flow_node_has_a_type_of_its_own(kind: str, expected: type[model.FlowNode]) -> None:
    scope = scope_of(a_process().node(kind, "it", name="Its name").xml())

    assert type(scope.nodes["it"]) is expected
    assert scope.nodes["it"].name == "Its name"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"duration": "P10D"}, model.TimerDefinition),
        ({"date": "=due"}, model.TimerDefinition),
        ({"cycle": "R3/PT1H"}, model.TimerDefinition),
        ({"message": "withdrawn"}, model.MessageDefinition),
        ({"signal": "holiday"}, model.SignalDefinition),
        ({"error": "no-register"}, model.ErrorDefinition),
        ({"escalation": "late"}, model.EscalationDefinition),
        ({"link": "on"}, model.LinkDefinition),
        ({"condition": "=x > 1"}, model.ConditionalDefinition),
        ({"compensate": ""}, model.CompensateDefinition),
        ({"terminate": True}, model.TerminateDefinition),
        ({"cancel": True}, model.CancelDefinition),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_every_kind_of_event_definition_has_a_type_of_its_own(said: dict[str, object], expected: type) -> None:
    scope = scope_of(a_process().catch("it", **said).xml())

    (definition,) = scope.nodes["it"].definitions  # type: ignore[attr-defined]
    assert type(definition) is expected


def test_a_timer_knows_its_kind_and_text() -> None:
    scope = scope_of(a_process().catch("it", cycle="R3/PT1H").xml())

    (timer,) = scope.nodes["it"].definitions  # type: ignore[attr-defined]
    assert (timer.kind, timer.expression) == (model.TimerKind.cycle, "R3/PT1H")


def test_sequence_flows_decide_what_comes_in_and_goes_out() -> None:
    scope = scope_of(
        a_process().start().exclusive("ok").at("ok", when="=x").end("a").at("ok", otherwise=True).end("b").xml()
    )

    assert scope.nodes["ok"].incoming == ("start-ok",)
    assert scope.nodes["ok"].outgoing == ("ok-a", "ok-b")
    assert scope.flows["ok-a"].condition == "=x"
    assert scope.nodes["ok"].default == "ok-b"  # type: ignore[attr-defined]


def test_flows_without_ids_are_kept_under_made_up_ones() -> None:
    xml = in_process(
        '<startEvent id="s"/><task id="t"/><endEvent id="e"/>'
        '<sequenceFlow sourceRef="s" targetRef="t"/><sequenceFlow sourceRef="t" targetRef="e"/>'
    )

    scope = scope_of(xml)

    assert [flow.id for flow in scope.flows.values()] == ["~sequenceFlow-4", "~sequenceFlow-4.2"]
    assert all(flow.id_is_made_up for flow in scope.flows.values())
    assert scope.nodes["t"].incoming == ("~sequenceFlow-4",)


def test_elements_without_ids_are_kept_under_made_up_ones() -> None:
    definitions, findings = read_bpmn(in_process("<startEvent/><task/><task/>").replace(b' id="p"', b""))

    (process,) = definitions.processes.values()
    assert list(process.scope.nodes) == ["~startEvent-4", "~task-4", "~task-4.2"]
    assert process.id == "~process-3"
    assert errors_in(findings) == ()


@pytest.mark.parametrize("prefix", ["", "bpmn", "bpmn2", "semantic", "any-thing"])
def test_any_prefix_of_the_namespace_is_read(prefix: str) -> None:
    tag = f"{prefix}:" if prefix else ""

    scope = scope_of(in_process(f'<{tag}startEvent id="s"/>', prefix=prefix))

    assert list(scope.nodes) == ["s"]


def test_references_are_qualified_names() -> None:
    xml = in_process(
        '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="tns:m"/></intermediateCatchEvent>',
        beside='<message id="m" name="paid"/>',
    )

    (definition,) = scope_of(xml).nodes["c"].definitions  # type: ignore[attr-defined]
    assert definition.message == "m"


def test_every_element_knows_its_line() -> None:
    scope = scope_of(in_process('<startEvent id="s"/>\n\n<task id="t"/>'))

    assert (scope.nodes["s"].line, scope.nodes["t"].line) == (4, 6)


def test_a_boundary_event_knows_its_activity_and_whether_it_interrupts() -> None:
    scope = scope_of(a_process().start().task("t").boundary("b", on="t", duration="P1D", interrupting=False).xml())

    event = scope.nodes["b"]
    assert isinstance(event, model.BoundaryEvent)
    assert (event.attached_to, event.cancels_activity) == ("t", False)
    assert scope.boundary_events_of("t") == (event,)


def test_sub_processes_hold_their_scopes_however_deep() -> None:
    xml = (
        a_process()
        .sub_process("outer", lambda o: o.start("a").sub_process("inner", lambda i: i.start("b").end("c")).end("d"))
        .xml()
    )

    walked = [(node.id, len(scope.nodes)) for scope, node in scope_of(xml).walk()]

    assert walked == [("outer", 1), ("a", 3), ("inner", 3), ("d", 3), ("b", 2), ("c", 2)]


def test_an_event_sub_process_and_its_start_are_known() -> None:
    scope = scope_of(a_process().event_sub_process("e", lambda i: i.start("s", signal="x", interrupting=False)).xml())

    inner = scope.nodes["e"]
    assert isinstance(inner, model.SubProcess)
    assert inner.triggered_by_event
    start = inner.scope.nodes["s"]
    assert isinstance(start, model.StartEvent)
    assert not start.interrupting


def test_the_innermost_lane_counts() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="outer"><flowNodeRef>t</flowNodeRef><childLaneSet><lane id="inner" name="Clerks">'
        "<flowNodeRef>t</flowNodeRef></lane></childLaneSet></lane></laneSet>"
    )
    scope = scope_of(in_process(lanes + '<task id="t"/>'))

    assert scope.nodes["t"].lane == "inner"
    assert scope.lanes["inner"].parent == "outer"


def test_multi_instance_and_standard_loops_are_kept() -> None:
    xml = (
        a_process()
        .task("m", each="=items", as_="item", collect=("results", "=item.x"), until="=enough", sequential=True)
        .task("s", content='<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="3"/>')
        .xml()
    )
    scope = scope_of(xml)

    many = scope.nodes["m"].loop  # type: ignore[attr-defined]
    assert isinstance(many, model.MultiInstance)
    assert many.sequential
    assert many.completion_condition == "=enough"
    assert many.data == model.LoopData(
        input_collection="=items", input_element="item", output_collection="results", output_element="=item.x"
    )
    again = scope.nodes["s"].loop  # type: ignore[attr-defined]
    assert isinstance(again, model.StandardLoop)
    assert (again.test_before, again.maximum) == (True, "3")


def test_collaborations_data_and_artifacts_are_kept() -> None:
    beside = (
        '<collaboration id="c"><participant id="pool" name="City" processRef="p"/><participant id="citizen"/>'
        '<messageFlow id="mf" sourceRef="citizen" targetRef="t"/><textAnnotation id="note"><text>Hello</text>'
        '</textAnnotation></collaboration><dataStore id="store" name="Register"/>'
    )
    inside = (
        '<dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>'
        '<dataStoreReference id="sr" dataStoreRef="store"/>'
        '<property id="pr"/><group id="g"/><association id="as" sourceRef="t" targetRef="note"/>'
        '<task id="t"><ioSpecification><dataInput id="in"/><inputSet/><outputSet/></ioSpecification>'
        '<dataInputAssociation id="da"><sourceRef>dr</sourceRef><targetRef>in</targetRef></dataInputAssociation></task>'
    )

    definitions, findings = read_bpmn(in_process(inside, beside))

    assert errors_in(findings) == ()
    assert definitions.participants["pool"].process == "p"
    assert (definitions.message_flows["mf"].source, definitions.message_flows["mf"].target) == ("citizen", "t")
    assert definitions.artifacts["note"].text == "Hello"
    assert definitions.data["store"].name == "Register"
    scope = definitions.processes["p"].scope
    assert set(scope.data) == {"d", "dr", "sr", "pr", "in"}
    assert scope.data["sr"].refers_to == "store"
    assert set(scope.artifacts) == {"g", "as"}
    (association,) = scope.nodes["t"].data_associations
    assert (association.direction, association.sources, association.target) == ("input", ("dr",), "in")


def test_event_definitions_at_the_root_are_shared() -> None:
    xml = in_process(
        '<intermediateCatchEvent id="c"><eventDefinitionRef>tns:t</eventDefinitionRef></intermediateCatchEvent>',
        beside='<timerEventDefinition id="t"><timeDuration>PT1H</timeDuration></timerEventDefinition>',
    )

    definitions, findings = read_bpmn(xml)

    (definition,) = definitions.processes["p"].scope.nodes["c"].definitions  # type: ignore[attr-defined]
    assert definition is definitions.event_definitions["t"]
    assert findings == ()


def test_documentation_is_kept_with_all_its_parts() -> None:
    scope = scope_of(
        in_process(
            '<task id="t"><documentation>Law <b>12</b>.</documentation><documentation>Art. 3</documentation></task>'
        )
    )

    assert scope.nodes["t"].documentation == "Law 12.\nArt. 3"


def test_errors_and_escalations_keep_their_codes() -> None:
    definitions, _ = read_bpmn(a_process().end("e", error="E-1").throw("x", escalation="late").xml())

    assert [error.code for error in definitions.errors.values()] == ["E-1"]
    assert [escalation.code for escalation in definitions.escalations.values()] == ["late"]


def test_several_processes_of_one_file_are_read() -> None:
    definitions, _ = read_bpmn(a_file(a_process("a").start().end(id="e1"), a_process("b", executable=False)))

    assert [(process.id, process.executable) for process in definitions.processes.values()] == [
        ("a", True),
        ("b", False),
    ]


def test_a_diagram_is_noticed() -> None:
    di = (
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"><di:BPMNPlane bpmnElement="p">'
        '<di:BPMNShape bpmnElement="s"/></di:BPMNPlane></di:BPMNDiagram>'
    )

    definitions, findings = read_bpmn(a_process("p").start("s").xml(more=di))

    assert definitions.has_diagram
    assert findings == ()


def test_a_straight_model_of_5000_tasks_is_read_whole() -> None:
    definitions, findings = read_bpmn(a_straight_process(5_000))

    assert len(definitions.processes["straight"].scope.nodes) == 5_002
    assert findings == ()


def test_the_inventory_counts_the_raw_file_apart_from_the_reader() -> None:
    xml = a_process().start().task("t", documentation="<task/>").end().xml()

    assert inventory(xml) == {"process": 1, "startEvent": 1, "task": 1, "endEvent": 1, "sequenceFlow": 2}


def test_a_model_that_lost_an_element_is_not_lossless() -> None:
    definitions, _ = read_bpmn(a_process("p").start().task("t").end().xml())
    process = definitions.processes["p"]
    scope = model.Scope(nodes={"t": process.scope.nodes["t"]}, flows=process.scope.flows)
    poorer = model.Definitions(id="d", processes={"p": model.Process(id="p", scope=scope)}, counted=definitions.counted)

    assert [found.message for found in check_lossless(poorer)] == [
        "The file holds 1 endEvent, the model 0.",
        "The file holds 1 startEvent, the model 0.",
    ]
    assert check_lossless(definitions) == ()
    assert count(definitions) == definitions.counted
