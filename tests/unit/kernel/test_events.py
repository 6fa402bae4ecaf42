"""Events as BPMN 2.0.2 tells them, 10.5 and 13.5."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.port import MessageWait, NoTimer, SignalWait, TimerWait
from engine.errors import Invalid, NotFound
from tests.builders.a_model import a_process
from tests.builders.surroundings import NOON, a_world, an_instance, compiled


def _with_boundary(*, interrupting: bool, **definition):
    model = a_process().start().user_task("work").end()
    return model.boundary("edge", on="work", interrupting=interrupting, **definition).user_task("other").end("out")


def test_interrupting_boundary_event_cancels_its_activity():
    """13.5.3: the activity is terminated, and the token goes on from the event."""
    run = an_instance(_with_boundary(interrupting=True, duration="P3D")).fire("edge")

    assert run.waiting == ["other"]
    assert run.visited("cancelled") == ["work"]
    assert run.complete("other").state == "completed"


def test_non_interrupting_boundary_event_leaves_its_activity_running():
    """13.5.3: a new token beside the activity."""
    run = an_instance(_with_boundary(interrupting=False, duration="P3D")).fire("edge")

    assert run.waiting == ["other", "work"]
    assert run.complete("work").state == "active"
    assert run.complete("other").state == "completed"


def test_boundary_events_end_with_their_activity():
    run = an_instance(_with_boundary(interrupting=True, duration="P3D"))
    edge = run.wait("edge")

    run.complete("work")

    assert run.state == "completed"
    assert edge in run.last.closed


def test_message_that_does_not_interrupt_may_come_again():
    run = an_instance(_with_boundary(interrupting=False, message="note", key="=id"), variables={"id": "A"})
    first = run.wait("edge")

    run.message("edge", text="one").message("edge", text="two")

    assert run.waiting == ["edge", "other", "other", "work"]
    assert run.wait("edge") > first
    assert run.variables["text"] == "two"


def test_cycle_fires_so_many_times_each_one_interval_after_the_one_before():
    """Table 10.100: timeCycle; ISO 8601 R3/PT1H."""
    run = an_instance(_with_boundary(interrupting=False, cycle="R3/PT1H"))
    due = []

    while "edge" in run.waiting:
        timer = run.waits[run.wait("edge")]
        assert isinstance(timer, TimerWait)
        due.append((timer.due_at - NOON, timer.remaining))
        run.fire("edge")

    assert due == [(timedelta(hours=1), 2), (timedelta(hours=2), 1), (timedelta(hours=3), 0)]
    assert run.waiting == ["other", "other", "other", "work"]


def test_cycle_without_a_bound_goes_on_from_its_due_and_not_from_the_clock():
    """A timer that fires three days late does not shift the ones after it."""
    run = an_instance(_with_boundary(interrupting=False, cycle="R/P1D"))
    run.world = run.world.__class__(
        now=NOON + timedelta(days=3), calendar=run.world.calendar, decide=run.world.decide, called=run.world.called
    )

    run.fire("edge")

    timer = run.waits[run.wait("edge")]
    assert (timer.due_at, timer.remaining) == (NOON + timedelta(days=2), -1)


@pytest.mark.parametrize(
    ("definition", "due"),
    [
        pytest.param({"date": "2026-06-01T09:00:00+04:00"}, "2026-06-01T05:00:00+00:00", id="a date with an offset"),
        pytest.param({"date": "=when"}, "2026-07-01T00:00:00+00:00", id="a date of FEEL"),
        pytest.param({"duration": "P1M"}, "2026-06-04T12:00:00+00:00", id="a month is a month of the calendar"),
        pytest.param({"duration": '=duration("PT36H")'}, "2026-05-06T00:00:00+00:00", id="a duration of FEEL"),
        pytest.param({"duration": "PT0S"}, "2026-05-04T12:00:00+00:00", id="no time at all is due at once"),
        pytest.param({"date": "2020-01-01T00:00:00Z"}, "2020-01-01T00:00:00+00:00", id="a date that has passed"),
        pytest.param({"date": "9999-12-31T00:00:00Z"}, "9999-12-31T00:00:00+00:00", id="the last day there is"),
        pytest.param({"cycle": "R/2026-06-01T00:00:00Z/P1D"}, "2026-06-01T00:00:00+00:00", id="a cycle with a start"),
    ],
)
def test_timer_is_due_when_its_expression_says(definition, due):
    model = a_process().start().script("set", '=date("2026-07-01")', "when").catch("wait", **definition).end()

    run = an_instance(model)

    assert run.waits[run.wait("wait")].due_at.isoformat() == due


@pytest.mark.parametrize(
    ("counting", "days"), [pytest.param("working-days", 20, id="by law"), pytest.param("calendar-days", 10, id="plain")]
)
def test_days_are_counted_as_the_element_says(counting, days):
    model = a_process().start().catch("wait", duration="P10D", properties={"counting": counting}).end()

    run = an_instance(model)

    assert run.waits[run.wait("wait")].due_at == NOON + timedelta(days=days)


def test_message_event_waits_with_name_and_key_and_takes_the_data():
    model = a_process().start().catch("wait", message="paid", key="=number").end()
    run = an_instance(model, variables={"number": 12})
    wait = run.waits[run.wait("wait")]
    assert isinstance(wait, MessageWait)
    assert (wait.name, wait.correlation_key) == ("paid", "12")

    run.message("wait", amount=5)

    assert run.variables == {"number": 12, "amount": 5}


def test_message_without_a_value_for_its_key_is_an_incident():
    model = a_process().start().catch("wait", message="paid", key="=nothing").end()

    run = an_instance(model)

    assert run.faults == [("wait", "correlation-key")]
    assert run.set(nothing="now").retry("wait").waiting == ["wait"]


def test_output_mapping_of_an_event_lets_only_what_it_names_through():
    """trust.md, P8: a payload does not merge as it is."""
    model = a_process().start().catch("wait", message="paid", key="=id", outputs={"fee": "=amount"}).end()

    run = an_instance(model, variables={"id": "A"}).message("wait", amount=5, role="admin")

    assert run.variables == {"id": "A", "fee": 5}


def test_signal_is_taken_by_all_that_wait_for_it():
    """10.5.1: a signal is a broadcast."""
    model = a_process().start().parallel("f").at("f").catch("one", signal="go").end("e1")
    model.at("f").catch("two", signal="go").end("e2").at("f").catch("three", signal="halt").end("e3")
    run = an_instance(model)
    assert all(isinstance(wait, SignalWait) for wait in run.waits.values())

    run.signal("go", by="x")

    assert run.waiting == ["three"]
    assert run.variables["by"] == "x"


def test_signal_nobody_waits_for_changes_nothing():
    run = an_instance(a_process().start().user_task("work").end())

    assert run.signal("go").waiting == ["work"]


def test_signal_thrown_inside_is_taken_inside_at_once_and_reported_for_others():
    model = a_process().start().parallel("f").at("f").catch("wait", signal="go").end("e1")
    model.at("f").user_task("first").throw("throw", signal="go", inputs={"why": "=reason"}).end("e2")
    run = an_instance(model, variables={"reason": "r", "secret": "s"})

    run.complete("first")

    assert run.state == "completed"
    assert [(thrown.kind, thrown.name, dict(thrown.variables)) for thrown in run.thrown] == [
        ("signal", "go", {"why": "r"})
    ]


def test_end_event_that_throws_a_signal_which_interrupts_its_own_scope_has_happened():
    def body(inner):
        inner.start("is").end("throw", signal="stop")

    model = a_process().start().sub_process("sub", body).end()
    model.boundary("edge", on="sub", signal="stop").end("stopped")

    run = an_instance(model)

    assert run.state == "completed"
    assert "throw" in run.visited()
    assert run.visited("cancelled") == ["sub"]
    assert run.visited()[-1] == "stopped"


def test_link_is_a_jump_within_its_scope():
    """10.5.1: link events are two halves of a sequence flow."""
    model = a_process().start().throw("there", link="x").node("intermediateCatchEvent", "here", link="x")
    model.at("here").user_task("work").end()
    run = an_instance(model)

    assert run.waiting == ["work"]
    assert run.visited() == ["start", "there", "here"]


def test_terminate_ends_all_of_the_process_at_once():
    """13.5.6: the terminate event abandons all tokens of its scope."""
    model = a_process().start().parallel("f").at("f").user_task("a").end("ea")
    model.at("f").user_task("b").end("stop", terminate=True)

    run = an_instance(model).complete("b")

    assert run.state == "terminated"
    assert run.visited("cancelled") == ["a"]


def test_terminate_in_a_sub_process_ends_only_that():
    """13.5.6: only the scope it stands in; its parent goes on."""

    def body(inner):
        inner.start("is").parallel("f").at("f").user_task("a").end("ea").at("f").user_task("b").end("t", terminate=True)

    model = a_process().start().sub_process("sub", body).user_task("after").end()

    run = an_instance(model).complete("b")

    assert run.waiting == ["after"]
    assert run.complete("after").state == "completed"


def test_message_thrown_without_a_connector_leaves_the_instance_with_its_key():
    model = a_process().start().end("tell", message="decided", key="=id", inputs={"granted": "=ok"})

    run = an_instance(model, variables={"id": "A-1", "ok": True})

    (thrown,) = run.thrown
    assert (thrown.kind, thrown.name, thrown.correlation_key) == ("message", "decided", "A-1")
    assert dict(thrown.variables) == {"granted": True}


def test_message_thrown_with_a_connector_is_a_job():
    run = an_instance(a_process().start().end("tell", message="decided", connector="mail"))
    assert run.waiting == ["tell"]

    assert run.work("tell").state == "completed"


@pytest.mark.parametrize(
    "start",
    [pytest.param("by-message", id="message"), pytest.param("by-timer", id="timer"), pytest.param(None, id="none")],
)
def test_instance_begins_at_the_start_event_named(start):
    model = a_process().start("plain").user_task("work").end()
    model.node("startEvent", "by-message", message="apply").at("by-message").to("work")
    model.node("startEvent", "by-timer", cycle="R/P1D").at("by-timer").to("work")

    run = an_instance(model, start=start, variables={"x": 1})

    assert run.visited() == [start or "plain"]
    assert [t.kind.value for t in run.process.start_triggers] == ["none", "message", "timer"]


def test_output_mapping_of_a_start_event_chooses_what_comes_in():
    model = a_process().start("by-message", message="apply", outputs={"name": "=applicant.name"}).user_task("t").end()

    run = an_instance(model, start="by-message", variables={"applicant": {"name": "Leyla", "pin": "x"}})

    assert run.variables == {"name": "Leyla"}


def test_process_without_a_none_start_event_wants_to_be_told_where_to_begin():
    model = a_process().start("by-message", message="apply").end()

    with pytest.raises(Invalid, match="none start event"):
        an_instance(model)
    with pytest.raises(NotFound):
        an_instance(model, start="nowhere")


def test_timer_of_a_start_event_is_told_to_the_runtime_firing_by_firing():
    process = compiled(a_process().start(cycle="R2/P1D").end())["process"]
    kernel, world, (trigger,) = SpiffKernel(), a_world(), process.start_triggers

    first = kernel.start_due(trigger, world)
    second = kernel.start_due(trigger, world, first)

    assert (first.due_at, first.remaining) == (NOON + timedelta(days=1), 1)
    assert (second.due_at, second.remaining) == (NOON + timedelta(days=2), 0)
    with pytest.raises(NoTimer):
        kernel.start_due(trigger, world, second)
