"""The lint: each rule with a model that breaks it, and a sound model that breaks none."""

from __future__ import annotations

import pytest

from engine.bpmn.lint import lint
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import Diagnostic, Severity, errors_in
from tests.builders.a_model import Drawing, a_file, a_process

DIAGRAM = (
    '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"><di:BPMNPlane><di:BPMNShape/></di:BPMNPlane>'
    "</di:BPMNDiagram>"
)


def findings_of(process: Drawing, *others: Drawing) -> tuple[Diagnostic, ...]:
    definitions, of_reader = read_bpmn(a_file(process, *others, more=DIAGRAM))
    assert errors_in(of_reader) == ()
    return lint(definitions, file="m.bpmn")


def permit() -> Drawing:
    """A sound process with most constructs."""
    return (
        a_process("permit", name="Permit")
        .start()
        .service_task("look", "register", name="Look up", inputs={"pin": "=applicant.pin"})
        .exclusive("known", name="Known?")
        .at("known", when='=status = "known"')
        .user_task("check", name="Check", queue="city:clerk", due='=now() + duration("P10D")', priority=70)
        .to("wait")
        .at("known", otherwise=True)
        .event_based("wait")
        .at("wait")
        .catch("paid", message="paid", key="=case_number")
        .end("granted")
        .at("wait")
        .catch("late", duration="P30D")
        .end("refused")
        .boundary("hurry", on="check", duration="P5D", interrupting=False)
        .throw("on", link="escalated")
        .catch("off", link="escalated")
        .end("escalated", signal="escalated")
        .event_sub_process("withdrawal", lambda i: i.start("w", message="withdrawn", key="=case_number").end("we"))
    )


def test_a_sound_process_gives_no_finding_but_the_name_of_a_sub_process() -> None:
    assert [(found.rule, found.element_id) for found in findings_of(permit())] == [("no-name", "withdrawal")]


def test_a_finding_names_element_line_file_and_remedy() -> None:
    (found,) = errors_in(findings_of(a_process().start().service_task("s", None).end()))

    assert (found.rule, found.element_id, found.file) == ("no-task-definition", "s", "m.bpmn")
    assert found.line == 6
    assert found.remedy


ERRORS: dict[str, tuple[Drawing, str, str]] = {
    "no start event": (a_process("p").node("endEvent", "e"), "no-start-event", "p"),
    "two none start events": (a_process().start("a").to("e").start("b").end("e"), "start-events-clash", "b"),
    "two start events for one message": (
        a_process().start("a", message="m").to("e").start("b", message="m").end("e"),
        "start-events-clash",
        "b",
    ),
    "a process started by an error": (a_process().start("a", error="x").end(), "start-not-allowed", "a"),
    "a sub-process started by an event": (
        a_process().start().sub_process("s", lambda i: i.start("a", signal="x").end("b")).end(),
        "start-not-allowed",
        "a",
    ),
    "a sub-process without start": (
        a_process().start().sub_process("s", lambda i: i.node("endEvent", "b")).end(),
        "no-start-event",
        "s",
    ),
    "a flow into a start event": (a_process().start().task("t").to("start"), "start-with-incoming", "start"),
    "a flow out of an end event": (
        a_process().start().end("e").at("e").task("t").end("f"),
        "end-with-outgoing",
        "e",
    ),
    "a flow into a boundary event": (
        a_process().start().task("t").to("b").boundary("b", on="t", duration="P1D").end(),
        "boundary-with-incoming",
        "b",
    ),
    "a task nothing leads to": (a_process().start().end().node("task", "t"), "not-connected", "t"),
    "an event sub-process with a flow": (
        a_process().start().event_sub_process("s", lambda i: i.start("a", signal="x")).to("s"),
        "event-sub-process-flows",
        "s",
    ),
    "an event sub-process with two starts": (
        a_process()
        .start()
        .end()
        .event_sub_process("s", lambda i: i.start("a", signal="x").at("a").start("b", signal="y")),
        "event-sub-process-start",
        "s",
    ),
    "an event sub-process with a none start": (
        a_process().start().end().event_sub_process("s", lambda i: i.start("a")),
        "event-sub-process-start",
        "s",
    ),
    "a link thrown to nowhere": (a_process().start().throw("t", link="x"), "link-without-catch", "t"),
    "a link caught from nowhere": (
        a_process().start().end().node("intermediateCatchEvent", "c", link="x"),
        "link-without-throw",
        "c",
    ),
    "a link caught twice": (
        a_process()
        .start()
        .throw("t", link="x")
        .at("c")
        .catch("d", link="x")
        .node("intermediateCatchEvent", "c", link="x"),
        "link-caught-twice",
        "c",
    ),
    "a condition out of a parallel gateway": (
        a_process().start().parallel("g").at("g", when="=x").end("a").at("g").end("b"),
        "condition-not-allowed",
        "g-a",
    ),
    "a task after an event-based gateway": (
        a_process().start().event_based("g").at("g").task("t").end("a").at("g").catch("c", signal="x").end("b"),
        "event-gateway-target",
        "g-t",
    ),
    "an event-based gateway before nothing": (
        a_process().start().event_based("g"),
        "event-gateway-without-events",
        "g",
    ),
    "a catching event that waits for nothing": (a_process().start().catch("c").end(), "event-without-trigger", "c"),
    "a timer thrown": (a_process().start().throw("t", duration="P1D").end(), "trigger-not-allowed", "t"),
    "a terminate boundary event": (
        a_process().start().task("t").end("a").boundary("b", on="t", terminate=True).end("c"),
        "trigger-not-allowed",
        "b",
    ),
    "an error without code": (a_process().start().end("e", error=""), "error-without-code", "e"),
    "an escalation without code": (a_process().start().end("e", escalation=""), "escalation-without-code", "e"),
    "a message event that sends nothing": (
        a_process().start().end("e", content="<bpmn:messageEventDefinition/>"),
        "message-missing",
        "e",
    ),
    "a send task that sends nothing": (a_process().start().send_task("s", None).end(), "message-missing", "s"),
    "a non-interrupting error": (
        a_process().start().task("t").end("a").boundary("b", on="t", error="x", interrupting=False).end("c"),
        "error-must-interrupt",
        "b",
    ),
    "one error caught twice": (
        a_process()
        .start()
        .task("t")
        .end("a")
        .boundary("b", on="t", error="x")
        .end("c")
        .boundary("d", on="t", error="x")
        .end("f"),
        "caught-twice",
        "d",
    ),
    "a compensation event with a flow": (
        a_process().start().task("t").end("a").boundary("b", on="t", compensate="").end("c"),
        "compensation-with-outgoing",
        "b",
    ),
    "a receive task without message": (
        a_process().start().node("receiveTask", "r", connect=True).end(),
        "message-missing",
        "r",
    ),
    "a script task without script": (a_process().start().node("scriptTask", "s", connect=True).end(), "no-script", "s"),
    "a script in Python": (
        a_process()
        .start()
        .node(
            "scriptTask",
            "s",
            connect=True,
            attributes={"scriptFormat": "python"},
            content="<bpmn:script>import os</bpmn:script>",
        )
        .end(),
        "script-language",
        "s",
    ),
    "a business rule task without decision": (
        a_process().start().node("businessRuleTask", "b", connect=True).end(),
        "no-decision",
        "b",
    ),
    "a call of nothing": (a_process().start().node("callActivity", "c", connect=True).end(), "no-called-process", "c"),
    "a multi-instance of nothing": (
        a_process().start().task("t", content="<bpmn:multiInstanceLoopCharacteristics/>").end(),
        "loop-without-collection",
        "t",
    ),
    "a process that calls itself": (a_process("p").start().call("c", "p").end(), "call-cycle", "c"),
    "a condition that does not parse": (
        a_process().start().exclusive("g").at("g", when="=a > > 1").end("a").at("g", otherwise=True).end("b"),
        "feel-syntax",
        "g-a",
    ),
    "an empty expression": (a_process().start().script("s", "= ").end(), "feel-syntax", "s"),
    "a condition that is no expression": (
        a_process().start().exclusive("g").at("g", when="yes").end("a").at("g", otherwise=True).end("b"),
        "not-feel",
        "g-a",
    ),
    "a collection that is no expression": (a_process().start().task("t", each="items").end(), "not-feel", "t"),
    "a mapping that does not parse": (
        a_process().start().service_task("s", inputs={"a": "=b +"}).end(),
        "feel-syntax",
        "s",
    ),
    "a due date that is no date": (a_process().start().user_task("u", queue="a:b", due="soon").end(), "bad-date", "u"),
    "a queue without role": (a_process().start().user_task("u", queue="clerks").end(), "bad-queue", "u"),
    "a second queue without role": (a_process().start().user_task("u", queue="a:b, c").end(), "bad-queue", "u"),
    "a priority over 100": (a_process().start().user_task("u", queue="a:b", priority=101).end(), "bad-value", "u"),
    "retries that are no number": (a_process().start().service_task("s", retries="often").end(), "bad-value", "s"),
    "times that are no number": (a_process().start().task("t", times="many").end(), "bad-value", "t"),
    "a variable name with a space": (
        a_process().start().script("s", "=1", result="the sum").end(),
        "bad-variable-name",
        "s",
    ),
    "a timer without sense": (a_process().start().catch("c", duration="soon").end(), "bad-timer", "c"),
    "a correlation key that is no expression": (
        a_process().start().receive_task("r", "m", "key").end(),
        "not-feel",
        "message-m",
    ),
}


@pytest.mark.parametrize(("process", "rule", "element"), ERRORS.values(), ids=ERRORS)
def test_what_cannot_run_is_an_error(process: Drawing, rule: str, element: str) -> None:
    found = [one for one in errors_in(findings_of(process)) if one.rule == rule]

    assert element in [one.element_id for one in found]
    assert all(one.message and one.remedy and one.line for one in found)


DOUBTS: dict[str, tuple[Drawing, str, str, Severity]] = {
    "a flow without condition": (
        a_process().start().exclusive("g").at("g").end("a").at("g", when="=x").end("b"),
        "flow-without-condition",
        "g-a",
        Severity.warning,
    ),
    "a gateway without default": (
        a_process().start().exclusive("g").at("g", when="=x").end("a").at("g", when="=y").end("b"),
        "no-default-flow",
        "g",
        Severity.info,
    ),
    "a default flow with a condition": (
        a_process().start().exclusive("g").at("g", when="=x", otherwise=True).end("a").at("g", when="=y").end("b"),
        "condition-on-default",
        "g-a",
        Severity.warning,
    ),
    "a user task without queue": (
        a_process().start().user_task("u").end(),
        "task-without-queue",
        "u",
        Severity.warning,
    ),
    "a form of another engine": (
        a_process().start().user_task("u", attributes={"camunda:formKey": "x"}).end(),
        "form-not-linked",
        "u",
        Severity.warning,
    ),
    "a way that just ends": (a_process().start().task("t"), "implicit-end", "t", Severity.info),
    "a boundary event before nothing": (
        a_process().start().task("t").end().boundary("b", on="t", duration="P1D"),
        "boundary-without-outgoing",
        "b",
        Severity.warning,
    ),
    "a circle nobody reaches": (
        a_process().start().end().at("b").task("a").task("c").to("b").node("task", "b"),
        "unreachable",
        "a",
        Severity.warning,
    ),
    "a message without correlation key": (
        a_process().start().receive_task("r", "m").end(),
        "no-correlation-key",
        "r",
        Severity.warning,
    ),
    "an event-based gateway before one event": (
        a_process().start().event_based("g").at("g").catch("c", signal="x").end(),
        "event-gateway-with-one-event",
        "g",
        Severity.warning,
    ),
    "a non-interrupting start of a process": (
        a_process().start(interrupting=False).end(),
        "interrupting-without-effect",
        "start",
        Severity.warning,
    ),
    "a form where nobody fills it in": (
        a_process().start().service_task("s", form="f").end(),
        "extension-without-effect",
        "s",
        Severity.warning,
    ),
    "a queue of a gateway": (
        a_process().start().exclusive("g", queue="a:b").end(),
        "extension-without-effect",
        "g",
        Severity.warning,
    ),
    "a process without name": (a_process("p").start().end(), "no-name", "p", Severity.info),
}


@pytest.mark.parametrize(("process", "rule", "element", "severity"), DOUBTS.values(), ids=DOUBTS)
def test_what_is_doubtful_is_less_than_an_error(process: Drawing, rule: str, element: str, severity: Severity) -> None:
    found = findings_of(process)

    assert (rule, element, severity) in [(one.rule, one.element_id, one.severity) for one in found]
    assert errors_in(found) == ()


def test_the_column_of_a_syntax_error_is_told() -> None:
    (found,) = errors_in(findings_of(a_process().start().script("s", "=a + )").end()))

    assert "column" in found.message


def test_a_file_without_a_process_is_refused() -> None:
    definitions, _ = read_bpmn(a_file())

    assert [found.rule for found in errors_in(lint(definitions))] == ["no-process"]


def test_a_file_with_drawings_only_is_refused() -> None:
    found = findings_of(a_process("p", executable=False).node("task", "t"))

    assert [(one.rule, one.element_id) for one in found] == [("no-executable-process", "p")]


def test_drawings_beside_an_executable_process_are_held_to_nothing() -> None:
    found = findings_of(permit(), a_process("citizen", executable=False).node("task", "t"))

    assert errors_in(found) == ()


def test_a_file_without_diagram_is_a_warning() -> None:
    definitions, _ = read_bpmn(permit().xml())

    assert "no-diagram" in [found.rule for found in lint(definitions)]


def test_two_messages_of_one_name_are_a_warning() -> None:
    twice = '<bpmn:message id="m1" name="paid"/><bpmn:message id="m2" name="paid"/>'
    definitions, _ = read_bpmn(permit().xml(more=twice))

    assert [found.element_id for found in lint(definitions) if found.rule == "duplicate-message-name"] == [
        "message-paid",
        "m1",
        "m2",
    ]


def test_a_message_without_name_is_refused() -> None:
    definitions, _ = read_bpmn(permit().xml(more='<bpmn:message id="m1"/>'))

    assert [found.rule for found in errors_in(lint(definitions))] == ["message-without-name"]


def test_faults_inside_sub_processes_are_found() -> None:
    process = a_process().start().sub_process("s", lambda i: i.start("a").service_task("x", None).end("b")).end()

    assert [(found.rule, found.element_id) for found in errors_in(findings_of(process))] == [
        ("no-task-definition", "x")
    ]
