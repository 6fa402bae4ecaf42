"""Gateways as BPMN 2.0.2 tells them, 10.6 and 13.4."""

from __future__ import annotations

import pytest

from engine.bpmn.kernel.port import FireTimer, NotWaiting
from tests.builders.a_model import a_process
from tests.builders.surroundings import an_instance


def _choice():
    return (
        a_process()
        .start()
        .exclusive("which")
        .at("which", when="=amount > 100")
        .end("large")
        .at("which", when="=amount > 10")
        .end("medium")
        .at("which", otherwise=True)
        .end("small")
    )


@pytest.mark.parametrize(
    ("amount", "end"),
    [
        pytest.param(500, "large", id="the first that holds, though the second holds too"),
        pytest.param(50, "medium", id="the second"),
        pytest.param(5, "small", id="none holds: the default"),
    ],
)
def test_exclusive_gateway_takes_exactly_one_way(amount, end):
    """13.4.2: conditions are evaluated in order, the first that is true is taken, else the default flow."""
    run = an_instance(_choice(), variables={"amount": amount})

    assert run.visited() == ["start", "which", end]


def test_exclusive_gateway_with_no_way_on_is_an_incident_that_a_retry_mends():
    """13.4.2: no condition true and no default flow is an exception."""
    model = a_process().start().exclusive("which").at("which", when="=ok").end()
    run = an_instance(model, variables={"ok": False})
    assert run.faults == [("which", "no-flow-taken")]

    run.set(ok=True).retry("which")

    assert run.state == "completed"
    assert run.visited("entered") == ["start", "which", "end"]


def test_null_condition_counts_as_false_and_is_told_in_the_history():
    """Our rule for three-valued logic: only true is true, but nobody shall wonder why."""
    run = an_instance(_choice(), variables={"amount": None})

    assert run.visited()[-1] == "small"
    assert "null" in run.of("which")[-1].detail["warnings"][0]


def test_condition_that_is_no_boolean_is_an_incident():
    model = a_process().start().exclusive("which").at("which", when="=amount").end()

    run = an_instance(model, variables={"amount": 7})

    assert run.faults == [("which", "feel")]
    assert "a boolean" in next(iter(run.incidents.values())).message


def test_exclusive_merge_passes_each_token_on():
    """13.4.2: each token that arrives is routed on, without waiting for others."""
    model = a_process().start().parallel("split").at("split").task("a").exclusive("merge").user_task("work").end()
    model.at("split").task("b").to("merge")

    run = an_instance(model)

    assert run.waiting == ["work", "work"]


def test_parallel_join_waits_for_one_token_of_each_way():
    """13.4.1: activated when there is at least one token on each incoming flow; consumes exactly one of each."""
    model = a_process().start().parallel("split").at("split").user_task("a").parallel("join").end()
    model.at("split").user_task("b").to("join")

    run = an_instance(model).complete("b")
    assert run.waiting == ["a"]
    run.complete("a")

    assert run.state == "completed"
    assert run.visited().count("join") == 1


def test_parallel_join_keeps_surplus_tokens_for_the_next_round():
    """13.4.1: tokens in excess remain until the gateway can be activated again."""
    model = a_process().start().parallel("split").at("split").user_task("a").exclusive("merge").parallel("join")
    model.user_task("after").end()
    model.at("split").user_task("b").to("merge").at("split").user_task("c").exclusive("other").to("join")
    model.at("split").user_task("d").to("other")

    run = an_instance(model).complete("a").complete("b")
    assert run.waiting == ["c", "d"]
    run.complete("c")
    assert run.waiting == ["after", "d"]
    run.complete("d")

    assert run.waiting == ["after", "after"]
    assert run.complete("after").complete("after").state == "completed"


def test_two_flows_between_the_same_nodes_are_two_ways():
    """7.6.1: a sequence flow is known by its id, not by its ends."""
    model = a_process().start().parallel("split").at("split", flow="f1").to("join").at("split", flow="f2").to("join")
    model.node("parallelGateway", "join").at("join").end()

    run = an_instance(model)

    assert run.state == "completed"
    assert run.visited().count("end") == 1


def _inclusive():
    model = a_process().start().inclusive("split").at("split", when="=a").user_task("ta").inclusive("join").end()
    model.at("split", when="=b").user_task("tb").to("join").at("split", otherwise=True).user_task("td").to("join")
    return model


@pytest.mark.parametrize(
    ("variables", "waiting"),
    [
        pytest.param({"a": True, "b": True}, ["ta", "tb"], id="both conditions hold"),
        pytest.param({"a": True, "b": False}, ["ta"], id="one holds"),
        pytest.param({"a": False, "b": False}, ["td"], id="none holds: the default"),
    ],
)
def test_inclusive_gateway_takes_all_ways_that_hold_and_joins_them_again(variables, waiting):
    """13.4.3: a token on each flow whose condition is true; the join waits for those that can still come."""
    run = an_instance(_inclusive(), variables=variables)
    assert run.waiting == waiting

    for element in waiting:
        assert run.state == "active"
        run.complete(element)

    assert run.state == "completed"
    assert run.visited().count("join") == 1


def test_inclusive_join_goes_on_when_the_token_it_waited_for_ends_elsewhere():
    """13.4.3: it waits for tokens that can still arrive, and no longer."""
    model = a_process().start().inclusive("split").at("split", when="=true").user_task("a").inclusive("join").end()
    model.at("split", when="=true").user_task("b").exclusive("turn").at("turn", when="=back").to("join")
    model.at("turn", otherwise=True).end("away")

    run = an_instance(model).complete("a")
    assert run.waiting == ["b"]
    run.complete("b", back=False)

    assert run.state == "completed"
    assert run.visited()[-2:] == ["join", "end"]


def test_inclusive_join_in_a_loop_does_not_wait_for_a_token_that_must_pass_the_join_itself():
    """13.4.3 (iii): only paths that do not visit the gateway itself count."""
    model = a_process().start().inclusive("join").user_task("work").exclusive("again").at("again", when="=more")
    model.to("join").at("again", otherwise=True).end()

    run = an_instance(model)
    run.complete("work", more=True)
    assert run.waiting == ["work"]
    run.complete("work", more=False)

    assert run.state == "completed"


def test_inclusive_join_does_not_wait_for_a_token_that_can_as_well_come_by_a_flow_that_has_one():
    """13.4.3 (iv)-(vi): a path to a flow with a token lifts the wait."""
    model = a_process().start().parallel("split").at("split").task("a").exclusive("mix").inclusive("join").end()
    model.at("split").user_task("b").exclusive("turn").at("turn", when="=true").to("mix")
    model.at("turn", otherwise=True).to("join")

    run = an_instance(model)

    assert run.visited().count("join") == 1
    assert run.waiting == ["b"]


def test_event_based_gateway_takes_the_way_of_the_first_event_and_drops_the_others():
    """13.4.4: the first event that occurs decides; the gateway no longer waits for the others."""
    model = a_process().start().event_based("race").at("race").catch("paid", message="paid", key="=id").end("happy")
    model.at("race").catch("late", duration="P10D").end("sad")
    run = an_instance(model, variables={"id": "A-1"})
    assert run.waiting == ["late", "paid"]
    late = run.wait("late")

    run.message("paid", amount=12)

    assert run.state == "completed"
    assert run.variables["amount"] == 12
    assert late in run.last.closed
    assert run.visited() == ["start", "race", "paid", "happy"]
    assert run.flows() == ["start-race", "race-paid", "paid-happy"]


def test_second_event_of_a_race_comes_too_late():
    """Fault matrix, row 20: exactly one wins."""
    model = a_process().start().event_based("race").at("race").catch("paid", message="paid", key="=1").user_task("a")
    model.end().at("race").catch("late", duration="P10D").end("sad")
    run = an_instance(model)
    late = run.wait("late")
    run.message("paid")

    with pytest.raises(NotWaiting):
        run.command(FireTimer(wait=late))

    assert run.waiting == ["a"]


def test_event_based_gateway_waits_in_receive_tasks_too():
    """10.6.6: receive tasks may stand behind an event-based gateway."""
    model = a_process().start().event_based("race").at("race").receive_task("get", "paid", "=id").end()
    model.at("race").catch("stop", signal="stop").end("stopped")

    run = an_instance(model, variables={"id": 7}).message("get", amount=1)

    assert run.visited() == ["start", "race", "get", "end"]


def test_join_that_can_never_go_on_is_an_incident_that_names_it():
    """A deadlock: an exclusive split before a parallel join."""
    model = a_process().start().exclusive("split").at("split", when="=true").task("a").parallel("join").end()
    model.at("split", otherwise=True).task("b").to("join")

    run = an_instance(model)

    assert run.faults == [("join", "stuck")]
    assert "b-join" in next(iter(run.incidents.values())).message
    assert run.retry("join").faults == [("join", "stuck")]


def test_flows_out_of_an_activity_split_the_token():
    """10.3.2 (13.3.2): all flows without a condition, and those whose condition holds."""
    model = a_process().start().task("split").to("a").at("split", when="=yes").user_task("b").end("eb")
    model.at("split", when="=no").user_task("c").end("ec").node("userTask", "a").at("a").end("ea")

    run = an_instance(model, variables={"yes": True, "no": False})

    assert run.waiting == ["a", "b"]


def test_default_flow_out_of_an_activity_is_taken_when_no_condition_holds():
    """8.4.13: a default flow is taken when none of the conditional flows is."""
    model = a_process().start().task("split").at("split", when="=yes").user_task("b").end("eb")
    model.at("split", otherwise=True).user_task("d").end("ed")

    assert an_instance(model, variables={"yes": False}).waiting == ["d"]


def test_conditions_behind_a_parallel_gateway_have_no_effect():
    """10.6.4: a parallel gateway does not look at conditions."""
    model = a_process().start().parallel("split").at("split", when="=false").user_task("a").end("ea")
    model.at("split").user_task("b").end("eb")

    assert an_instance(model).waiting == ["a", "b"]
