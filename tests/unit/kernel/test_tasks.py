"""Tasks and their variables (BPMN 2.0.2, 10.3.3, 13.3.3; mappings and scopes of the zeebe dialect)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.bpmn.kernel.port import CompleteJob, CompleteTask, FireTimer, JobWait, NotWaiting, TaskWait
from tests.builders.a_model import a_process
from tests.builders.surroundings import NOON, an_instance


def test_user_task_opens_with_everything_its_expressions_give():
    model = (
        a_process()
        .start()
        .user_task(
            "check",
            name="Check",
            queue="city:clerk, city:chief",
            assignee="=who",
            candidate_users="=[who, 12]",
            form="form-1",
            due='=now() + duration("P1D")',
            follow_up="2026-06-01T00:00:00Z",
            priority="=80",
            inputs={"fee": "=amount * 2"},
            properties={"milestone": "checked"},
            documentation="Look closely.",
        )
        .end()
    )

    run = an_instance(model, variables={"who": "aysel", "amount": 4})

    wait = run.waits[run.wait("check")]
    assert isinstance(wait, TaskWait)
    assert (wait.element_name, wait.documentation, dict(wait.properties)) == (
        "Check",
        "Look closely.",
        {"milestone": "checked"},
    )
    assert (wait.candidate_groups, wait.candidate_users, wait.assignee) == (
        ("city:clerk", "city:chief"),
        ("aysel", "12"),
        "aysel",
    )
    assert (wait.due_at, wait.follow_up_at) == (NOON + timedelta(days=1), datetime(2026, 6, 1, tzinfo=UTC))
    assert (wait.form_id, wait.priority, dict(wait.variables)) == ("form-1", 80, {"fee": 8})


def test_due_date_may_be_a_term_counted_by_law():
    model = a_process().start().user_task("check", due="P5D", properties={"counting": "working-days"}).end()

    run = an_instance(model)

    assert run.waits[run.wait("check")].due_at == NOON + timedelta(days=10)


def test_service_task_is_a_job_for_a_connector():
    model = a_process().start().service_task("call", "register", retries="=n", headers={"purpose": "law"}).end()

    run = an_instance(model, variables={"n": 5, "pin": "x"})

    wait = run.waits[run.wait("call")]
    assert isinstance(wait, JobWait)
    assert (wait.type, wait.retries, dict(wait.headers)) == ("register", 5, {"purpose": "law"})
    assert dict(wait.variables) == {"n": 5, "pin": "x"}
    assert run.work("call", found=True).variables["found"] is True


def test_job_sees_only_what_is_mapped_in_where_anything_is():
    run = an_instance(
        a_process().start().service_task("call", inputs={"a.b": "=pin"}).end(), variables={"pin": "x", "secret": "y"}
    )

    assert dict(run.waits[run.wait("call")].variables) == {"a": {"b": "x"}}


@pytest.mark.parametrize(
    ("mapping", "result"),
    [
        pytest.param({}, {"x": 1, "y": 2}, id="all that a completion brings, where nothing is mapped"),
        pytest.param({"outputs": {"z": "=y"}}, {"x": 0, "z": 2}, id="only what is mapped out"),
        pytest.param({"inputs": {"x": "=5"}}, {"x": 0, "y": 2}, id="what was mapped in stays inside"),
        pytest.param({"outputs": {"x.p": "=y", "x.q": "=x.p + 1"}}, {"x": {"p": 2, "q": 3}}, id="into a context"),
    ],
)
def test_variables_of_a_completion_go_where_the_mapping_says(mapping, result):
    model = a_process().start().service_task("call", **mapping).end()

    run = an_instance(model, variables={"x": 0}).work("call", x=1, y=2)

    assert run.variables == result


def test_variable_is_set_in_the_nearest_scope_that_has_it():
    """A sub-process has its own `x` by its input mapping; `y` belongs to the process."""

    def body(inner):
        inner.start("is").script("set-x", "=x + 1", "x").script("set-y", "=x", "y").end("ie")

    model = a_process().start().sub_process("sub", body, inputs={"x": "=10"}, outputs={"seen": "=x"}).end()

    run = an_instance(model, variables={"x": 1, "y": 1})

    assert run.variables == {"x": 1, "y": 11, "seen": 11}


def test_script_puts_its_value_into_a_variable():
    run = an_instance(a_process().start().script("calc", "=a + b", "sum").end(), variables={"a": 1, "b": 2})

    assert run.variables["sum"] == 3


def test_script_that_FEEL_cannot_compute_gives_null_and_says_why():
    run = an_instance(a_process().start().script("calc", '=1 + "x"', "sum").end())

    assert run.variables == {"sum": None}
    assert run.of("calc")[-1].detail["warnings"]


def test_decision_goes_into_a_variable_and_its_trace_into_the_history():
    model = a_process().start().decision("decide", "fee", "fee").end()

    run = an_instance(model, variables={"age": 70}, decisions={"fee": lambda inputs: inputs["age"] * 2})

    assert run.variables["fee"] == 140
    assert run.of("decide")[-1].detail == {"decision": "fee", "definition": None, "trace": {"rules": [1]}}


def test_decision_nobody_knows_is_an_incident():
    run = an_instance(a_process().start().decision("decide", "nothing").end())

    assert run.faults == [("decide", "unknown-decision")]


def test_manual_and_plain_tasks_pass_through():
    run = an_instance(a_process().start().manual_task("by-hand").task("plain").end())

    assert run.visited() == ["start", "by-hand", "plain", "end"]


def test_receive_task_waits_for_its_message():
    run = an_instance(a_process().start().receive_task("get", "paid", "=id").end(), variables={"id": "A"})

    assert run.message("get", amount=3).variables["amount"] == 3


def test_wait_that_is_done_cannot_be_done_again():
    """trust.md, P3: SpiffWorkflow completes what is completed, cancelled or still to come."""
    run = an_instance(a_process().start().user_task("a").user_task("b").end())
    wait = run.wait("a")
    run.complete("a")

    with pytest.raises(NotWaiting):
        run.command(CompleteTask(wait=wait))

    assert run.waiting == ["b"]


@pytest.mark.parametrize("command", [CompleteJob(wait=2), FireTimer(wait=2), CompleteTask(wait=99)], ids=str)
def test_wait_of_another_kind_is_refused(command):
    run = an_instance(a_process().start().user_task("a").end())
    assert run.wait("a") == 2

    with pytest.raises(NotWaiting, match="open"):
        run.command(command)


def test_task_whose_expression_is_unfit_is_an_incident_and_leaves_no_trace_when_retried():
    model = a_process().start().user_task("work", priority="=p", inputs={"x": "=x + 1"}).end()
    model.boundary("late", on="work", duration="P1D").end("overdue")
    run = an_instance(model, variables={"x": 1, "p": "high"})
    assert run.faults == [("work", "feel")]
    assert run.waiting == []

    run.set(p=3).retry("work")

    assert run.waiting == ["late", "work"]
    assert dict(run.waits[run.wait("work")].variables) == {"x": 2}


def test_fault_after_completion_does_not_lose_what_was_entered():
    """The flow out cannot be chosen: the task stays done, its data stays, only the choice is made again."""
    model = a_process().start().user_task("work").at("work", when="=ok").end()
    run = an_instance(model).complete("work", ok=False, note="kept")
    assert run.faults == [("work", "no-flow-taken")]
    assert run.waiting == []

    run.set(ok=True).retry("work")

    assert run.state == "completed"
    assert run.variables == {"ok": True, "note": "kept"}


def test_cancelled_instance_has_nothing_open():
    model = a_process().start().user_task("a").end()
    model.boundary("late", on="a", duration="P1D").end("overdue")

    run = an_instance(model).cancel()

    assert run.state == "cancelled"
    assert run.snapshot is None
    assert run.visited("cancelled") == ["a"]
