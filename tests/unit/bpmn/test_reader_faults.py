"""Faults of a file are named all at once: rule, element, line; the rest of the model is read all the same."""

from __future__ import annotations

import pytest

from engine.bpmn.reader import read_bpmn
from engine.diagnostics import Diagnostic, Severity
from tests.builders.a_model import BPMN, a_process


def findings_of(inside: str, beside: str = "") -> tuple[Diagnostic, ...]:
    xml = (
        f'<definitions xmlns="{BPMN}" xmlns:x="urn:x" targetNamespace="urn:t">{beside}'
        f'<process id="p" isExecutable="true">\n{inside}</process></definitions>'
    )
    return read_bpmn(xml.encode(), file="a.bpmn")[1]


TIMED = '<intermediateCatchEvent id="c"><timerEventDefinition id="d">{}</timerEventDefinition></intermediateCatchEvent>'


@pytest.mark.parametrize(
    ("inside", "rule", "element"),
    [
        ('<task id="t"/><task id="t"/>', "duplicate-id", "~task-2"),
        ('<task id="a b"/>', "bad-id", "~task-2"),
        ('<task id="a&#10;b"/>', "bad-id", "~task-2"),
        ('<task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="no"/>', "dangling-reference", "f"),
        ('<task id="t"/><sequenceFlow id="f" sourceRef="no" targetRef="t"/>', "dangling-reference", "f"),
        ('<task id="t"/><sequenceFlow id="f" sourceRef="t"/>', "flow-without-end", "f"),
        ('<task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="p"/>', "wrong-reference", "f"),
        ('<boundaryEvent id="b" attachedToRef="no"/>', "dangling-reference", "b"),
        ('<boundaryEvent id="b"/>', "boundary-unattached", "b"),
        ('<startEvent id="s"/><boundaryEvent id="b" attachedToRef="s"/>', "wrong-reference", "b"),
        (
            '<subProcess id="s"><task id="t"/></subProcess><boundaryEvent id="b" attachedToRef="t"/>',
            "attached-elsewhere",
            "b",
        ),
        ('<exclusiveGateway id="g" default="no"/>', "dangling-reference", "g"),
        (
            '<task id="t"/><exclusiveGateway id="g" default="f"/><sequenceFlow id="f" sourceRef="t" targetRef="g"/>',
            "default-not-outgoing",
            "g",
        ),
        (
            '<task id="t"/><subProcess id="s"><task id="u"/></subProcess>'
            '<sequenceFlow id="f" sourceRef="t" targetRef="u"/>',
            "flow-crosses-scopes",
            "f",
        ),
        ('<receiveTask id="r" messageRef="no"/>', "dangling-reference", "r"),
        ('<receiveTask id="r" messageRef="p"/>', "wrong-reference", "r"),
        ('<endEvent id="e"><errorEventDefinition id="d" errorRef="no"/></endEvent>', "dangling-reference", "d"),
        ('<endEvent id="e"><signalEventDefinition id="d" signalRef="no"/></endEvent>', "dangling-reference", "d"),
        (
            '<endEvent id="e"><escalationEventDefinition id="d" escalationRef="no"/></endEvent>',
            "dangling-reference",
            "d",
        ),
        ('<endEvent id="e"><compensateEventDefinition id="d" activityRef="no"/></endEvent>', "dangling-reference", "d"),
        ('<startEvent id="s" isInterrupting="perhaps"/>', "bad-value", "s"),
        ('<tusk id="t"/>', "unknown-element", "t"),
        ('<x:task id="t"/>', "foreign-element", "p"),
        ('<task id="t" startQuantity="2"/>', "unsupported-attribute", "t"),
        (TIMED.format("<timeDate>=a</timeDate><timeCycle>=b</timeCycle>"), "timer-with-many-times", "d"),
        (
            '<task id="t"><multiInstanceLoopCharacteristics/><standardLoopCharacteristics/></task>',
            "many-loops",
            "t",
        ),
        ('<task id="t" name="' + "n" * 1_001 + '"/>', "name-too-long", "t"),
    ],
)
def test_a_fault_is_an_error_with_its_element_and_line(inside: str, rule: str, element: str) -> None:
    found = [one for one in findings_of(inside) if one.rule == rule]

    assert [(one.element_id, one.line, one.file) for one in found] == [(element, 2, "a.bpmn")]
    assert found[0].severity is Severity.error
    assert found[0].message
    assert found[0].remedy


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ('<task id="t"><outgoing>f</outgoing></task>', "flows-contradict"),
        ('<startEvent id="s" isInterupting="false"/>', "unknown-attribute"),
        ('<laneSet><lane id="l"><flowNodeRef>no</flowNodeRef></lane></laneSet>', "dangling-reference"),
        ('<association id="a" sourceRef="no" targetRef="p"/>', "dangling-reference"),
        (
            '<subProcess id="s"><task id="t"/><task id="u"/></subProcess>'
            '<sequenceFlow id="f" sourceRef="t" targetRef="u"/>',
            "flow-misplaced",
        ),
    ],
)
def test_a_doubt_is_a_warning(inside: str, rule: str) -> None:
    assert [(one.rule, one.severity) for one in findings_of(inside)] == [(rule, Severity.warning)]


def test_a_missing_incoming_child_is_no_fault() -> None:
    assert findings_of('<task id="t"/><task id="u"/><sequenceFlow id="f" sourceRef="t" targetRef="u"/>') == ()


def test_a_misplaced_flow_runs_where_its_ends_stand() -> None:
    xml = (
        f'<definitions xmlns="{BPMN}"><process id="p"><subProcess id="s"><task id="t"/><task id="u"/></subProcess>'
        '<sequenceFlow id="f" sourceRef="t" targetRef="u"/></process></definitions>'
    )
    definitions, _ = read_bpmn(xml.encode())

    inner = definitions.processes["p"].scope.nodes["s"].scope  # type: ignore[attr-defined]
    assert inner.nodes["t"].outgoing == ("f",)


def test_elements_without_effect_are_named_once_a_kind() -> None:
    found = findings_of("", '<itemDefinition id="i"/><itemDefinition id="j"/>')

    assert [(one.rule, one.severity, one.message) for one in found] == [
        ("without-effect", Severity.info, "The file holds 2 itemDefinition: known to BPMN, but without effect here.")
    ]


def test_choreographies_are_refused_whole() -> None:
    found = findings_of("", '<choreography id="c"><choreographyTask id="t"/><sequenceFlow/></choreography>')

    assert [(one.rule, one.element_id) for one in found] == [("unsupported-element", "c")]


def test_foreign_extensions_are_named_once_a_namespace() -> None:
    extension = "<extensionElements><x:style/><x:style/></extensionElements>"
    found = findings_of(f'<task id="t">{extension}</task><task id="u" x:colour="red"/>')

    assert [(one.rule, one.severity) for one in found] == [("foreign-extension", Severity.info)]
    assert "2 elements (t, u)" in found[0].message
    assert "urn:x" in found[0].message


def test_all_faults_of_a_file_are_found_in_one_reading() -> None:
    found = findings_of('<tusk id="a"/><receiveTask id="r" messageRef="no"/><task id="r"/>')

    assert {one.rule for one in found} == {"unknown-element", "dangling-reference", "duplicate-id"}


def test_a_node_outside_any_process_is_not_lost_in_silence() -> None:
    found = findings_of("", '<task id="t"/>')

    assert [(one.rule, one.message) for one in found] == [("lost-elements", "The file holds 1 task, the model 0.")]


def test_findings_of_one_file_are_bounded() -> None:
    found = findings_of("<tusk/>" * 3_000)

    assert len(found) == 1_001
    assert (found[-1].rule, found[-1].severity) == ("too-many-findings", Severity.error)


def test_a_sound_file_gives_no_finding() -> None:
    xml = a_process("permit", name="Permit").start().user_task("check", queue="city:clerk").end().xml()

    assert read_bpmn(xml)[1] == ()
