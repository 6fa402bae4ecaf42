"""Deployment: all or nothing, nothing twice, and every fault told at once with its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.bpmn.model import Binding
from engine.diagnostics import ModelRefused
from engine.errors import Forbidden
from engine.runtime.bundle import read_bundle
from engine.runtime.complete import complete
from engine.runtime.deploy import check, deploy
from engine.runtime.evaluate import evaluate_decision
from engine.runtime.references import Known, check_references
from tests.builders.a_decision_model import a_decision, a_model
from tests.builders.a_form import a_field, a_form_file
from tests.builders.a_model import Drawing, a_process, a_straight_process
from tests.builders.a_permit import a_check_form, a_permit
from tests.builders.a_public_procedure import a_passport, a_procedure
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running, a_runtime
from tests.builders.an_actor import a_citizen, an_actor
from tests.builders.databases import ON_SQLITE
from tests.builders.statements import statements_of


@pytest.fixture
def strict(database_url: str) -> Iterator[Running]:
    """A runtime that knows one queue."""
    made = a_runtime(database_url, queues=[QUEUE])
    yield made
    made.close()


def rules(caught: pytest.ExceptionInfo[ModelRefused]) -> set[str]:
    """The rules that were broken."""
    return {finding.rule for finding in caught.value.diagnostics if finding.severity == "error"}


def a_task_of(queue: str = QUEUE, **said: str) -> Drawing:
    """One user task."""
    return a_process("p").start().user_task("check", queue=queue, **said).end()


def test_files_are_deployed_together(running: Running) -> None:
    made = deploy(running.runtime, a_permit(), by=OFFICIAL)
    assert made.id is not None
    assert {(one.kind, one.key, one.version) for one in made.new_definitions} == {
        ("process", "permit", 1),
        ("form", "check", 1),
    }


def test_what_did_not_change_makes_no_new_version(running: Running) -> None:
    deploy(running.runtime, a_permit(), by=OFFICIAL)
    again = deploy(running.runtime, a_permit(), by=OFFICIAL)
    assert (again.id, again.new_definitions) == (None, ())
    assert {one.version for one in again.definitions} == {1}
    changed = deploy(running.runtime, {**a_permit("city:chief")}, by=OFFICIAL)
    assert [(one.key, one.version) for one in changed.new_definitions] == [("permit", 2)]
    assert running.count("deployment") == 2


def test_running_instances_stay_on_their_version(running: Running) -> None:
    running.deploy(a_process("p").start().user_task("old", queue=QUEUE).user_task("old-2", queue=QUEUE).end())
    instance = running.start("p")
    running.deploy(a_process("p").start().user_task("new", queue=QUEUE).end())
    running.complete(instance, "old")
    running.task(instance, "old-2")
    running.task(running.start("p"), "new")


def test_a_called_process_stays_the_one_that_was_called(running: Running) -> None:
    def called(name: str) -> Drawing:
        return a_process("inner").start().user_task(name, queue=QUEUE).user_task(f"{name}-2", queue=QUEUE).end()

    running.deploy(a_process("outer").start().call("call", "inner").end(), called("old"))
    instance = running.start("outer")
    running.deploy(called("new"))
    running.complete(instance, "old")
    running.complete(instance, "old-2")
    assert running.state(instance) == "completed"
    running.task(running.start("outer"), "new")


def test_one_bad_file_keeps_all_out(running: Running) -> None:
    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, {**a_permit(), "broken.bpmn": b"<not xml"}, by=OFFICIAL)
    assert rules(caught) == {"not-xml"}
    assert [running.count(table) for table in ("deployment", "definition", "resource")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({}, "empty-bundle"),
        ({"notes.txt": b"x"}, "unknown-file"),
        ({"p.bpmn": b""}, "file-empty"),
        ({"p.bpmn": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}, "xml-doctype"),
        ({"p.bpmn": a_process("p", executable=False).start().end().xml()}, "no-executable-process"),
        ({"a.bpmn": a_task_of().xml(), "b.bpmn": a_task_of().xml()}, "duplicate-process"),
        ({"p.bpmn": a_task_of(form="gone").xml()}, "unknown-form"),
        ({"p.bpmn": a_task_of("nowhere:clerk").xml()}, "unknown-queue"),
        ({"p.bpmn": a_task_of("Not A Queue").xml()}, "queue-malformed"),
        ({"p.bpmn": a_process("p").start().service_task("s", "fax").end().xml()}, "unknown-connector"),
        (
            {"p.bpmn": a_process("p").start().service_task("s", "demo", headers={"shoe-size": "43"}).end().xml()},
            "connector-settings",
        ),
        (
            {"p.bpmn": a_process("p").start().service_task("s", "demo", headers={"ow:evidence": "x"}).end().xml()},
            "connector-settings",
        ),
        ({"p.bpmn": a_process("p").start().decision("d", "gone").end().xml()}, "unknown-decision"),
        ({"p.bpmn": a_process("p").start().call("c", "gone").end().xml()}, "unknown-process"),
        ({"p.bpmn": a_process("p").start().call("c", "p").end().xml()}, "call-cycle"),
        ({"p.bpmn": a_task_of(properties={"outcome": "perhaps"}).xml()}, "unknown-outcome"),
        ({"p.bpmn": a_task_of(properties={"stopsClock": "maybe"}).xml()}, "misplaced-stop"),
        ({"p.bpmn": a_task_of(properties={"secondFactor": "sometimes"}).xml()}, "misplaced-second-factor"),
        ({"p.bpmn": a_task_of(properties={"term": "statutory"}).xml()}, "misplaced-term"),
        ({"p.bpmn": a_task_of(candidate_users="aysel").xml()}, "candidate-users"),
        ({"f.form": b"{"}, "form-not-json"),
        ({"service.yaml": b"a: &x 1\nb: *x\n"}, "passport-unreadable"),
        ({"service.yaml": b"a: 1\na: 2\n"}, "passport-unreadable"),
        ({"service.yaml": b"!!python/object/apply:os.system [id]"}, "passport-unreadable"),
        ({"service.yaml": b"[" * 5_000}, "passport-unreadable"),
        ({"service.yaml": a_passport()}, "unknown-process"),
    ],
)
def test_what_cannot_run_is_not_deployed(strict: Running, files: dict[str, bytes], rule: str) -> None:
    with pytest.raises(ModelRefused) as caught:
        deploy(strict.runtime, files, by=OFFICIAL)
    assert rule in rules(caught)
    assert all(finding.remedy for finding in caught.value.diagnostics)
    assert rule in {finding.rule for finding in check(strict.runtime, files)}
    assert strict.count("deployment") == 0


def test_a_model_may_name_what_was_deployed_before(running: Running) -> None:
    running.deploy(check_form=a_check_form())
    running.deploy(a_process("inner").start().end())
    running.deploy(a_task_of(form="check"), a_process("outer").start().call("c", "inner").end())


def test_a_circle_of_calls_over_two_deployments_is_found(running: Running) -> None:
    running.deploy(a_process("b").start().end())
    running.deploy(a_process("a").start().call("to-b", "b").end())
    with pytest.raises(ModelRefused) as caught:
        running.deploy(a_process("b").start().call("to-a", "a").end())
    assert rules(caught) == {"call-cycle"}


def test_two_processes_cannot_start_with_one_message(running: Running) -> None:
    def starter(id: str) -> Drawing:
        return a_process(id).start(message="paid").end()

    with pytest.raises(ModelRefused) as caught:
        running.deploy(starter("a"), starter("b"))
    assert rules(caught) == {"clashing-starts"}
    running.deploy(starter("a"))
    running.deploy(a_process("a").start(message="paid").script("more", "=1", "n").end())
    with pytest.raises(ModelRefused):
        running.deploy(starter("b"))


def test_a_passport_and_its_model_must_agree(running: Running) -> None:
    with pytest.raises(ModelRefused) as caught:
        running.deploy(a_procedure(), service_yaml=a_passport(milestones={}, evidence={}, terms={}))
    assert rules(caught) == {"unknown-milestone", "unknown-evidence", "unknown-term"}
    with pytest.raises(ModelRefused) as caught:
        running.deploy(a_process("permit").start().user_task("check", queue=QUEUE).end(), service_yaml=a_passport())
    assert rules(caught) == {"no-outcome"}


def test_only_analysts_deploy(running: Running) -> None:
    for other in (a_citizen(), an_actor(QUEUE)):
        with pytest.raises(Forbidden):
            deploy(running.runtime, a_permit(), by=other)


def test_a_reference_bound_to_the_deployment_is_not_met_by_an_older_one(running: Running) -> None:
    runtime = running.runtime
    bundle = read_bundle({"p.bpmn": a_task_of(form="check").xml()}, runtime.kernel, runtime.forms, runtime.limits)
    asked: list[tuple[str, str, Binding, str | None]] = []

    def is_deployed(kind: str, key: str, binding: Binding, tag: str | None) -> bool:
        asked.append((kind, key, binding, tag))
        return binding is not Binding.deployment

    known = Known(
        job_types={},
        is_deployed=is_deployed,
        queues=None,
        message_starters=lambda _: None,
        deployed_model=lambda _: None,
    )
    check_references(bundle, known)
    assert asked == [("form", "check", Binding.latest, None)]


DISCOUNT = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
  <inputData id="i-age" name="age"><variable name="age" typeRef="number"/></inputData>
  <decision id="fee" name="Fee"><variable name="Fee" typeRef="number"/>
    <informationRequirement id="r"><requiredInput href="#i-age"/></informationRequirement>
    <literalExpression id="l"><text>if age &gt;= 60 then 0 else 25</text></literalExpression>
  </decision>
</definitions>"""


def test_a_decision_is_deployed_and_evaluated(running: Running) -> None:
    running.deploy(
        a_process("p").start().decision("d", "fee", "fee").user_task("t", queue=QUEUE).end(), fee_dmn=DISCOUNT
    )
    assert running.variables(running.start("p", age=70))["fee"] == 0
    evaluated = evaluate_decision(running.runtime, "fee", {}, by=OFFICIAL)
    assert (evaluated.version, evaluated.value) == (1, 25)
    assert evaluated.trace
    with pytest.raises(Forbidden):
        evaluate_decision(running.runtime, "fee", {}, by=a_citizen())


def test_expressions_are_held_to_the_form_of_the_application(running: Running) -> None:
    model = (
        a_process("permit")
        .start()
        .script("sum", "=application.amount + application.fullName")
        .script("name", "=application.fullNmae")
        .script("pin", "=case.applicant.pn")
        .script("fine", "=application.amount + 1")
        .end(properties={"outcome": "granted"})
    )
    files = {
        "permit.bpmn": model.xml(),
        "apply.form": a_form_file(a_field("amount", "number"), a_field("fullName"), id="apply"),
        "service.yaml": a_passport(form="apply", evidence={}, milestones={}),
    }

    with pytest.raises(ModelRefused) as caught:
        deploy(running.runtime, files, by=OFFICIAL)

    told = {finding.element_id: finding for finding in caught.value.diagnostics if finding.severity != "info"}
    assert told["sum"].rule == "unfit-operands"
    assert "Did you mean `fullName`?" in told["name"].remedy
    assert "Did you mean `pin`?" in told["pin"].remedy
    assert [told[one].severity for one in ("sum", "name", "pin")] == ["error", "warning", "warning"]
    assert "fine" not in told


def test_what_the_process_writes_into_the_application_may_be_of_any_type(running: Running) -> None:
    model = (
        a_process("permit")
        .start()
        .script("change", '="many"', result="application.amount")
        .script("read", '=application.amount + "x"')
        .end(properties={"outcome": "granted"})
    )
    files = {
        "permit.bpmn": model.xml(),
        "apply.form": a_form_file(a_field("amount", "number"), id="apply"),
        "service.yaml": a_passport(form="apply", evidence={}, milestones={}),
    }

    assert deploy(running.runtime, files, by=OFFICIAL).id is not None


def a_tariff(column: str) -> bytes:
    """A decision that answers two values, one under this name."""
    table = (
        f'<decisionTable id="t"><output id="a" name="{column}"/><output id="b" name="legal deadline"/>'
        "<rule id='r'><outputEntry><text>20</text></outputEntry><outputEntry><text>30</text></outputEntry></rule>"
        "</decisionTable>"
    )
    return a_model(a_decision("tariff", table))


def test_a_decision_whose_answer_a_process_cannot_name_is_warned_of(running: Running) -> None:
    model = (
        a_process("p")
        .start()
        .decision("d", "tariff", "tariff")
        .script("path", "=tariff.fee-total", "path")
        .script("value", '=get value(tariff, "fee-total")', "value")
        .script("spaces", "=tariff.legal deadline", "spaces")
        .user_task("t", queue=QUEUE)
        .end()
    )
    made = deploy(running.runtime, {"p.bpmn": model.xml(), "tariff.dmn": a_tariff("fee-total")}, by=OFFICIAL)

    (found,) = (one for one in made.findings if one.rule == "unreadable-entry")
    assert (found.element_id, found.file, found.severity) == ("d", "p.bpmn", "warning")
    assert 'get value(..., "fee-total")' in found.remedy
    variables = running.variables(running.start("p"))
    assert (variables["path"], variables["value"], variables["spaces"]) == (None, 20, 30), (
        "as the pages for analysts say"
    )


@pytest.mark.parametrize("name", ["fee_total", "feeTotal", "fee total"])
def test_names_that_a_process_can_read_are_not_warned_of(running: Running, name: str) -> None:
    model = a_process("p").start().decision("d", "tariff", "tariff").end()

    found = check(running.runtime, {"p.bpmn": model.xml(), "tariff.dmn": a_tariff(name)})

    assert [one.rule for one in found if one.rule == "unreadable-entry"] == []


@ON_SQLITE
@pytest.mark.slow
def test_a_model_of_5000_tasks_is_deployed_and_run_to_its_end_at_the_same_cost_a_step(running: Running) -> None:
    clerk = an_actor("a:b")
    deployed = deploy(running.runtime, {"straight.bpmn": a_straight_process(5_000)}, by=OFFICIAL)
    instance = running.start("straight")
    (task,) = running.tasks(instance)
    statements: dict[int, int] = {}
    sizes: dict[int, int] = {}

    for number in range(1, 5_001):
        assert task.element_id == f"t{number}"
        if number in (2, 2_500, 4_999):
            with statements_of(running.runtime.database.engines[0]) as seen:
                done = complete(running.runtime, task.id, {}, by=clerk)
            statements[number] = len(seen)
            sizes[number] = running.rows("SELECT length(snapshot) AS size FROM instance")[0]["size"]
        else:
            done = complete(running.runtime, task.id, {}, by=clerk)
        task = done.opened[0] if done.opened else task

    assert [one.version for one in deployed.new_definitions] == [1]
    assert running.state(instance) == "completed"
    assert running.count("task", "state = 'completed'") == 5_000
    assert len(set(statements.values())) == 1
    assert max(sizes.values()) - min(sizes.values()) <= 30
    running.check()
