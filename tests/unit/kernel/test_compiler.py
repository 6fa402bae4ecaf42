"""What runs, what is refused and why; nothing is lost between model and specification."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from engine.bpmn.kernel.compiler import KINDS
from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.plan import Catch
from engine.bpmn.kernel.port import StartKind
from engine.bpmn.kernel.specs.scopes import as_compiled
from engine.bpmn.kernel.texts import Texts
from engine.bpmn.model import Event
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import Severity
from tests.builders.a_model import Drawing, a_file, a_process
from tests.builders.process_models import MODELS
from tests.builders.surroundings import an_instance, compiled


def _refused(model: Drawing) -> set[tuple[str, str | None]]:
    definitions, _ = read_bpmn(model.xml())
    processes, found = SpiffKernel().compile(definitions)
    errors = {(one.rule, one.element_id) for one in found if one.severity is Severity.error}
    assert bool(errors) == (not processes)
    assert all(one.message and one.remedy and one.line for one in found)
    return errors


def _m() -> Drawing:
    return a_process().start().user_task("t").end()


def _inside(**start):
    return lambda body: body.start("is", **start).end("ie")


@pytest.mark.parametrize(
    ("model", "rule", "element"),
    [
        pytest.param(_m().node("complexGateway", "x"), "not-supported", "x", id="complex gateway"),
        pytest.param(
            _m().sub_process("x", _inside(), kind="transaction"), "not-supported", "x", id="transaction sub-process"
        ),
        pytest.param(
            _m().sub_process("x", lambda b: b.node("task", "i"), kind="adHocSubProcess"),
            "not-supported",
            "x",
            id="ad-hoc sub-process",
        ),
        pytest.param(_m().boundary("x", on="t", condition="=a").end("e"), "not-supported", "x", id="conditional event"),
        pytest.param(_m().boundary("x", on="t", compensate="").end("e"), "not-supported", "x", id="compensation"),
        pytest.param(
            _m().node("task", "x", content="", attributes={"isForCompensation": "true"}),
            "not-supported",
            "x",
            id="compensation handler",
        ),
        pytest.param(_m().end("x", cancel=True), "not-supported", "x", id="cancel event"),
        pytest.param(
            _m().node("task", "x", content="<bpmn:standardLoopCharacteristics/>"), "not-supported", "x", id="loop"
        ),
        pytest.param(
            _m().boundary("x", on="t", duration="P1D", signal="s").end("e"), "multiple-event", "x", id="multiple event"
        ),
        pytest.param(_m().service_task("x", None), "no-connector", "x", id="service task nobody does"),
        pytest.param(_m().node("businessRuleTask", "x"), "no-decision", "x", id="business rule task without a rule"),
        pytest.param(_m().node("scriptTask", "x"), "no-script", "x", id="script task without a script"),
        pytest.param(
            _m().node("scriptTask", "x", content="<bpmn:script>import os</bpmn:script>"),
            "no-script",
            "x",
            id="script in Python",
        ),
        pytest.param(_m().node("callActivity", "x"), "no-called-process", "x", id="call of nothing"),
        pytest.param(_m().catch("x", message="m"), "no-correlation-key", "x", id="message without a key"),
        pytest.param(_m().node("intermediateCatchEvent", "x"), "nothing-to-catch", "x", id="catches nothing"),
        pytest.param(_m().throw("x", link="l"), "lost-link", "x", id="link to nowhere"),
        pytest.param(_m().node("startEvent", "x"), "clashing-starts", "x", id="two none start events"),
        pytest.param(
            _m().sub_process("x", _inside(message="m", key="=1")), "sub-process-start", "x", id="triggered sub-process"
        ),
        pytest.param(_m().event_sub_process("x", _inside()), "event-sub-process-start", "x", id="nothing begins it"),
        pytest.param(_m().event_based("x").at("x").task("no"), "not-an-event", "x", id="no event behind the gateway"),
        pytest.param(_m().boundary("x", on="start", signal="s").end("e"), "not-attached", "x", id="edge of an event"),
        pytest.param(
            _m().boundary("x", on="t", error="E", interrupting=False).end("e"), "error-interrupts", "x", id="error"
        ),
        pytest.param(_m().flow("end", "t"), "flow-out-of-end", "end", id="flow out of an end"),
        pytest.param(_m().flow("t", "start"), "flow-into-event", "start", id="flow into a start"),
        pytest.param(_m().flow("t", "end", "a b (", id="x"), "condition-not-feel", "x", id="condition in no language"),
        pytest.param(_m().flow("t", "end", "=a +", id="x"), "feel-syntax", "x", id="FEEL that does not parse"),
        pytest.param(_m().script("x", "1 + 1"), "not-feel", "x", id="script that is no expression"),
        pytest.param(_m().user_task("x", each="people"), "not-feel", "x", id="collection that is no expression"),
        pytest.param(_m().user_task("x", due="tomorrow"), "bad-timer", "x", id="due date that is none"),
        pytest.param(_m().catch("x", cycle="0 0 9 * * MON"), "bad-timer", "x", id="cron"),
        pytest.param(
            _m().node("task", "x", extension='<zeebe:executionListeners><zeebe:executionListener eventType="start" '
            'type="l"/></zeebe:executionListeners>'),
            "listener",
            "x",
            id="listener",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_run_faithfully_is_refused_with_place_and_remedy(model, rule, element):
    assert (rule, element) in _refused(model)


def test_process_with_an_error_is_not_given_and_others_of_the_file_are():
    definitions, _ = read_bpmn(a_file(a_process("bad").start("s1").service_task("x", None), a_process("good").start()))

    processes, found = SpiffKernel().compile(definitions)

    assert set(processes) == {"good"}
    assert [one.element_id for one in found] == ["x"]


@pytest.mark.parametrize("name", MODELS)
def test_every_node_flow_and_event_definition_of_the_model_is_in_the_specification(name):
    for process in compiled(*MODELS[name]()).values():
        made = as_compiled(process)
        ways = {way.id for spec in made.nodes.values() for way in spec.ways}
        assert made.element_ids <= set(made.nodes) | ways
        assert set(made.elements) <= set(made.nodes)
        events = [node for node in made.elements.values() if isinstance(node, Event) and node.definitions]
        kept = {spec.element_id: spec.catch.kind for spec in made.nodes.values() if spec.catch is not None}
        assert {node.id: kept.get(node.id) for node in events} == {
            node.id: "".join(KINDS[type(definition)] for definition in node.definitions) for node in events
        }


def test_the_models_have_event_definitions_of_every_kind():
    found = {
        KINDS[type(definition)]
        for drawings in MODELS.values()
        for process in compiled(*drawings()).values()
        for node in as_compiled(process).elements.values()
        if isinstance(node, Event)
        for definition in node.definitions
    }

    assert found == set(KINDS.values())


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"duration": "P1D"}, id="timer"),
        pytest.param({"message": "m", "key": "=1"}, id="message"),
        pytest.param({"signal": "s"}, id="signal"),
    ],
)
def test_event_definition_lost_on_the_way_is_noticed(event, monkeypatch):
    """As if the compiler knew nothing of the kind of definition."""
    model = a_process().start().catch("x", **event).end()
    monkeypatch.setattr(Texts, "catch", lambda *_, **__: Catch(kind="none"))

    assert _refused(model) == {("lost-element", "x")}


def test_element_lost_on_the_way_is_noticed():
    """A flow that its source does not know, as a faulty reader might give it."""
    definitions, _ = read_bpmn(_m().xml())
    process = definitions.processes["process"]
    lame = replace(process.scope.nodes["t"], outgoing=())
    scope = replace(process.scope, nodes=MappingProxyType({**process.scope.nodes, "t": lame}))
    broken = replace(definitions, processes={"process": replace(process, scope=scope)})

    processes, found = SpiffKernel().compile(broken)

    assert not processes
    assert [(one.rule, one.element_id) for one in found] == [("lost-element", "t-end")]


def test_elements_may_be_called_as_the_kernel_calls_its_own():
    """SpiffWorkflow puts a `Start`, an `End` and a `<name>.EndJoin` into every specification."""
    model = a_process("Root").start("Start").user_task("Root.EndJoin").end("End")

    run = an_instance(model).complete("Root.EndJoin")

    assert run.visited() == ["Start", "Root.EndJoin", "End"]


@pytest.mark.parametrize("name", MODELS)
def test_specification_is_not_changed_by_running(name):
    """Specifications are shared by all instances of a process of the operating system."""
    drawings = MODELS[name]()
    run = an_instance(*drawings)
    before = _content(run.process)

    for _ in range(10):
        if run.state != "active" or not run.waits:
            break
        run.signal("s")
        if run.state == "active" and run.waits:
            wait = min(run.waits)
            kind = type(run.waits[wait]).__name__
            element = run.waits[wait].element_id
            {"TaskWait": run.complete, "JobWait": run.work, "TimerWait": run.fire, "MessageWait": run.message}[kind](
                element
            )

    assert _content(run.process) == before


def _content(process) -> dict[str, object]:
    made = as_compiled(process)
    found: dict[str, object] = {"names": list(made.nodes), "scope": repr(made.scope)}
    for name, spec in made.nodes.items():
        found[name] = {
            key: repr(value) for key, value in vars(spec).items() if not key.endswith("_event") and key != "_wf_spec"
        }
    return found


def test_references_name_what_must_exist_with_their_places():
    model = (
        a_process()
        .start(form="apply")
        .user_task("check", queue="city:clerk, city:chief", form="f")
        .user_task("free", queue="=who")
        .service_task("call", "register", headers={"h": "1"})
        .decision("decide", "fee")
        .call("sub", "other")
        .end("tell", message="m", connector="mail")
    )

    found = compiled(model)["process"].references

    assert [(one.kind, one.name, one.element_id) for one in found] == [
        ("form", "apply", "start"),
        ("form", "f", "check"),
        ("queue", "city:clerk", "check"),
        ("queue", "city:chief", "check"),
        ("connector", "register", "call"),
        ("decision", "fee", "decide"),
        ("process", "other", "sub"),
        ("connector", "mail", "tell"),
    ]
    assert dict(found[4].headers) == {"h": "1"}
    assert all(one.line for one in found)


def test_start_triggers_tell_how_an_instance_can_begin():
    model = a_process().start("plain", form="f").task("t").end()
    model.node("startEvent", "m", message="apply").at("m").to("t")
    model.node("startEvent", "c", cycle="R/P1D").at("c").to("t")
    model.node("startEvent", "s", signal="go").at("s").to("t")

    found = compiled(model)["process"].start_triggers

    assert [(one.kind, one.element_id, one.name, one.expression, one.form_id) for one in found] == [
        (StartKind.none, "plain", "", "", "f"),
        (StartKind.message, "m", "apply", "", None),
        (StartKind.timer, "c", "", "R/P1D", None),
        (StartKind.signal, "s", "go", "", None),
    ]


def test_processes_that_are_not_executable_are_left_out():
    definitions, _ = read_bpmn(a_process(executable=False).start().end().xml())

    assert SpiffKernel().compile(definitions) == ({}, ())
