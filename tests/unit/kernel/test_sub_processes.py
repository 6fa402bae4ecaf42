"""Sub-processes, event sub-processes and calls (BPMN 2.0.2, 10.3.5, 10.3.6, 13.3.4, 13.5.4)."""

from __future__ import annotations

import pytest

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.port import Budget, DeliverMessage
from tests.builders.a_model import a_process
from tests.builders.surroundings import Running, a_world, an_instance, compiled


def _sub(inner):
    inner.start("is").user_task("inside").end("ie")


def test_sub_process_is_done_when_its_last_token_is():
    """13.3.4: completed when no tokens are left inside."""

    def body(inner):
        inner.start("is").parallel("f").at("f").user_task("a").end("ea").at("f").user_task("b").end("eb")

    run = an_instance(a_process().start().sub_process("sub", body).user_task("after").end())

    run.complete("a")
    assert run.waiting == ["b"]
    run.complete("b")

    assert run.waiting == ["after"]
    assert run.of("a")[0].scope_instance == run.of("sub")[0].element_instance


def test_boundary_event_of_a_sub_process_cancels_all_inside():
    model = a_process().start().sub_process("sub", _sub).end()
    model.boundary("late", on="sub", duration="P1D").end("overdue")

    run = an_instance(model).fire("late")

    assert run.state == "completed"
    assert run.visited("cancelled") == ["inside", "sub"]


def test_sub_process_without_start_event_begins_at_all_that_nothing_leads_to():
    """13.3.4: flow nodes without incoming flows are begun when there is no start event."""

    def body(inner):
        inner.node("userTask", "a").node("userTask", "b")

    run = an_instance(a_process().start().sub_process("sub", body).end())

    assert run.waiting == ["a", "b"]
    assert run.complete("a").complete("b").state == "completed"


def test_empty_sub_process_passes_through():
    assert an_instance(a_process().start().sub_process("sub", lambda inner: None).end()).state == "completed"


def _watched(*, interrupting: bool):
    model = a_process().start().user_task("work").end()

    def handler(inner):
        inner.start("hs", message="stop", key="=id", interrupting=interrupting).user_task("handle").end("he")

    return model.event_sub_process("handler", handler)


def test_interrupting_event_sub_process_ends_all_else_in_its_scope():
    """13.5.4: the parent's other activities are terminated."""
    run = an_instance(_watched(interrupting=True), variables={"id": 1})
    assert run.waiting == ["hs", "work"]

    run.message("hs", why="x")

    assert run.waiting == ["handle"]
    assert run.variables["why"] == "x"
    assert run.complete("handle").state == "completed"


def test_event_sub_process_that_does_not_interrupt_runs_beside_and_may_come_again():
    """13.5.4: runs concurrently; as often as the event occurs."""
    run = an_instance(_watched(interrupting=False), variables={"id": 1})

    run.message("hs").message("hs")
    assert run.waiting == ["handle", "handle", "hs", "work"]
    run.complete("work")
    assert run.waiting == ["handle", "handle", "hs"]
    run.complete("handle").complete("handle")

    assert run.state == "completed"


def test_event_sub_process_does_not_keep_its_scope_alive():
    run = an_instance(_watched(interrupting=True), variables={"id": 1})

    assert run.complete("work").state == "completed"


def test_event_sub_process_inside_a_sub_process_interrupts_only_that():
    def body(inner):
        inner.start("is").user_task("inside").end("ie")
        inner.event_sub_process("handler", lambda h: h.start("hs", duration="P1D").user_task("handle").end("he"))

    model = a_process().start().parallel("f").at("f").sub_process("sub", body).user_task("after").end("e1")
    model.at("f").user_task("beside").end("e2")

    run = an_instance(model).fire("hs")
    assert run.waiting == ["beside", "handle"]
    run.complete("handle")

    assert run.waiting == ["after", "beside"]


def test_call_runs_the_process_called_and_goes_on_after_it():
    """10.3.6: the called process is executed in its own scope."""
    called = a_process("called").start("cs").user_task("inside").end("ce")
    model = a_process().start().call("call", "called").user_task("after").end()

    run = an_instance(model, called)
    assert run.waiting == ["inside"]
    assert run.waits[run.wait("inside")].process_id == "called"
    run.complete("inside")

    assert run.waiting == ["after"]


@pytest.mark.parametrize(
    ("propagate", "seen", "back"),
    [
        pytest.param({}, {"x": 1, "y": 5}, {"x": 2, "z": 3}, id="all travels both ways"),
        pytest.param({"propagate_parent": False}, {"y": 5}, {"x": 2, "z": 3}, id="only what is mapped in"),
        pytest.param({"propagate_child": False}, {"x": 1, "y": 5}, {"x": 1}, id="nothing comes back"),
        pytest.param({"outputs": {"r": "=z + 1"}}, {"x": 1, "y": 5}, {"x": 1, "r": 4}, id="only what is mapped out"),
    ],
)
def test_variables_travel_into_a_call_and_back_as_the_model_says(propagate, seen, back):
    called = a_process("called").start("cs").user_task("inside").end("ce")
    model = a_process().start().call("call", "called", inputs={"y": "=5"}, **propagate).end()
    run = an_instance(model, called, variables={"x": 1})
    assert run.snapshot is not None
    assert run.kernel.variables_at(run.process, run.snapshot, run.wait("inside")) == seen

    run.complete("inside", x=2, z=3)

    assert run.variables == back


def test_call_of_a_process_nobody_knows_is_an_incident():
    run = an_instance(a_process().start().call("call", "nowhere").end())

    assert run.faults == [("call", "unknown-process")]


def test_process_that_calls_itself_without_an_end_stops_at_the_bound():
    """trust.md, P9: no limit in SpiffWorkflow."""
    model = a_process().start().call("again", "process").end()

    run = an_instance(model, budget=Budget(call_depth=20))

    assert run.faults == [("again", "budget")]
    assert run.visited("entered").count("again") == 21


def test_event_inside_a_call_is_not_taken_for_one_of_the_same_id_on_its_edge():
    """Ids are unique within a file, not between the caller's and the one called."""
    called = a_process("called").start().user_task("work").end()
    called.event_sub_process("x", lambda h: h.start("event", message="m", key="=1").user_task("inside").end("he"))
    model = a_process().start().call("call", "called").end()
    model.boundary("event", on="call", message="m", key="=1").user_task("outside").end("out")
    processes = {**compiled(model), **compiled(called)}
    run = Running(SpiffKernel(), processes["process"], a_world(processes=processes)).start({})
    of_process = {wait.process_id: number for number, wait in run.waits.items() if wait.element_id == "event"}

    run.command(DeliverMessage(wait=of_process["called"]))
    assert run.waiting == ["event", "inside"]
    run.command(DeliverMessage(wait=of_process["process"]))

    assert run.waiting == ["outside"]
