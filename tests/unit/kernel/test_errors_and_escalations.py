"""Errors and escalations: who catches them (BPMN 2.0.2, 10.5.1, 10.5.4 and 13.5.5)."""

from __future__ import annotations

import pytest

from tests.builders.a_model import a_process
from tests.builders.surroundings import an_instance


def _guarded(*codes: str):
    model = a_process().start().service_task("call").end()
    for code in codes:
        model.boundary(f"on-{code or 'any'}", on="call", error=code).end(f"end-{code or 'any'}")
    return model


@pytest.mark.parametrize(
    ("codes", "thrown", "caught"),
    [
        pytest.param(["down"], "down", "on-down", id="by its code"),
        pytest.param(["down", ""], "other", "on-any", id="by the one that catches all"),
        pytest.param(["", "down"], "down", "on-down", id="the code comes before the one that catches all"),
    ],
)
def test_error_of_a_job_is_caught_on_the_edge_of_its_task(codes, thrown, caught):
    run = an_instance(_guarded(*codes)).fail("call", thrown, why="x")

    assert run.state == "completed"
    assert caught in run.visited()
    assert run.visited("cancelled") == ["call"]
    assert run.variables["why"] == "x"


def test_error_of_a_job_that_nobody_catches_is_an_incident_and_a_retry_does_the_task_again():
    run = an_instance(_guarded("down"))
    first = run.wait("call")

    run.fail("call", "other")
    assert run.faults == [("call", "uncaught-error")]
    assert run.waiting == []
    run.retry("call")

    assert run.waiting == ["call", "on-down"] or run.waiting == ["call"]
    assert run.wait("call") > first
    assert run.work("call").state == "completed"


def test_error_end_event_ends_its_sub_process_and_goes_on_from_the_edge():
    """13.5.5: the scope is terminated and the error event on its edge is triggered."""

    def body(inner):
        inner.start("is").parallel("f").at("f").user_task("a").end("ea").at("f").user_task("b").end("bad", error="E1")

    model = a_process().start().sub_process("sub", body).end()
    model.boundary("edge", on="sub", error="E1").user_task("mend").end("mended")

    run = an_instance(model).complete("b")

    assert run.waiting == ["mend"]
    assert run.visited("cancelled") == ["a", "sub"]
    assert "bad" in run.visited()


def test_error_goes_up_through_scopes_and_calls_until_somebody_catches_it():
    called = a_process("called").start("cs").end("bad", error="E1")

    def body(inner):
        inner.start("is").call("call", "called").end("ie")

    model = a_process().start().sub_process("sub", body).end()
    model.boundary("edge", on="sub", error="E1").end("caught")

    run = an_instance(model, called)

    assert run.state == "completed"
    assert run.visited()[-1] == "caught"


def test_error_end_event_that_nobody_catches_is_an_incident():
    run = an_instance(a_process().start().end("bad", error="E1"))

    assert run.faults == [("bad", "uncaught-error")]
    assert run.cancel().state == "cancelled"


def test_event_sub_process_catches_an_error_before_the_edge_does():
    def body(inner):
        inner.start("is").end("bad", error="E1")
        inner.event_sub_process("handler", lambda h: h.start("hs", error="E1").user_task("handle").end("he"))

    model = a_process().start().sub_process("sub", body).user_task("after").end()
    model.boundary("edge", on="sub", error="E1").end("never")

    run = an_instance(model)
    assert run.waiting == ["handle"]
    run.complete("handle")

    assert run.waiting == ["after"]


def test_error_of_an_error_handler_is_not_caught_by_itself():
    def body(inner):
        inner.start("is").end("bad", error="E1")
        inner.event_sub_process("handler", lambda h: h.start("hs", error="E1").end("again", error="E1"))

    model = a_process().start().sub_process("sub", body).end()
    model.boundary("edge", on="sub", error="E1").end("outside")

    run = an_instance(model)

    assert run.visited()[-1] == "outside"


def test_escalation_that_does_not_interrupt_lets_the_thrower_go_on():
    """10.5.1: an escalation is no error; both go on."""

    def body(inner):
        inner.start("is").throw("tell", escalation="late").user_task("work").end("ie")

    model = a_process().start().sub_process("sub", body).end()
    model.boundary("edge", on="sub", escalation="late", interrupting=False).user_task("look").end("looked")

    run = an_instance(model)

    assert run.waiting == ["look", "work"]
    assert run.complete("look").complete("work").state == "completed"


def test_escalation_that_interrupts_ends_the_scope():
    def body(inner):
        inner.start("is").throw("tell", escalation="late").user_task("work").end("ie")

    model = a_process().start().sub_process("sub", body).end()
    model.boundary("edge", on="sub", escalation="").user_task("look").end("looked")

    run = an_instance(model)

    assert run.waiting == ["look"]
    assert "tell" in run.visited()


def test_escalation_nobody_catches_leaves_the_instance_and_the_token_goes_on():
    run = an_instance(a_process().start().throw("tell", escalation="late").user_task("work").end())

    assert run.waiting == ["work"]
    assert [(thrown.kind, thrown.name) for thrown in run.thrown] == [("escalation", "late")]
