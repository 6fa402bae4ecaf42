"""Multi-instance activities (BPMN 2.0.2, 10.3.8 and 13.3.7)."""

from __future__ import annotations

import pytest

from engine.bpmn.kernel.port import Budget, CompleteTask
from tests.builders.a_model import a_process
from tests.builders.surroundings import an_instance

PEOPLE = ["ali", "vali", "leyla"]


def _each(**said):
    return a_process().start().user_task("ask", each="=people", as_="person", assignee="=person", **said).end()


def test_parallel_visits_are_all_open_at_once_and_collected_in_order():
    run = an_instance(_each(collect=("answers", "=answer")), variables={"people": PEOPLE})
    assert [wait.assignee for wait in run.waits.values()] == PEOPLE
    waits = dict(zip(PEOPLE, sorted(run.waits), strict=True))
    assert run.kernel.variables_at(run.process, run.snapshot or b"", waits["vali"])["loopCounter"] == 2

    for person in reversed(PEOPLE):
        run.command(CompleteTask(wait=waits[person], variables={"answer": person.upper()}))

    assert run.state == "completed"
    assert run.variables["answers"] == ["ALI", "VALI", "LEYLA"]


def test_sequential_visits_are_open_one_after_the_other():
    run = an_instance(_each(sequential=True, collect=("answers", "=answer")), variables={"people": PEOPLE})
    seen = []

    while run.state == "active":
        (wait,) = run.waits.values()
        seen.append(wait.assignee)
        run.complete("ask", answer=len(seen))

    assert seen == PEOPLE
    assert run.variables["answers"] == [1, 2, 3]


@pytest.mark.parametrize("sequential", [True, False], ids=["sequential", "parallel"])
def test_completion_condition_ends_the_rest(sequential):
    model = _each(sequential=sequential, until="=numberOfCompletedInstances >= 2")
    run = an_instance(model, variables={"people": PEOPLE})

    run.complete("ask")
    assert run.state == "active"
    run.complete("ask")

    assert run.state == "completed"
    assert run.visited("cancelled") == ([] if sequential else ["ask"])


def test_completion_condition_sees_the_outputs_so_far():
    model = _each(collect=("answers", "=answer"), until='=some a in answers satisfies a = "no"')
    run = an_instance(model, variables={"people": PEOPLE})

    run.complete("ask", answer="no")

    assert run.variables["answers"] == ["no", None, None]


@pytest.mark.parametrize("sequential", [True, False], ids=["sequential", "parallel"])
def test_empty_collection_completes_at_once(sequential):
    run = an_instance(_each(sequential=sequential, collect=("answers", "=1")), variables={"people": []})

    assert run.state == "completed"
    assert run.variables["answers"] == []


def test_element_and_counter_belong_to_the_visit():
    run = an_instance(_each(), variables={"people": PEOPLE})

    for _ in PEOPLE:
        run.complete("ask")

    assert run.variables == {"people": PEOPLE}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"each": "=nothing"}, id="no list"),
        pytest.param({"times": "=-1"}, id="a negative number (P12)"),
        pytest.param({"times": "=1001"}, id="more than the bound (P12)"),
        pytest.param({"each": "=for i in 1..1001 return i"}, id="a list beyond the bound"),
    ],
)
def test_unfit_number_of_visits_is_an_incident(said):
    run = an_instance(a_process().start().user_task("ask", **said).end())

    assert run.faults == [("ask", "multi-instance")]
    assert run.waiting == []


def test_visits_by_number():
    run = an_instance(a_process().start().script("s", "=loopCounter", "last", times="=3", sequential=True).end())

    assert run.visited() == ["start", "s", "s", "s", "s", "end"]


def test_events_on_the_edge_stand_on_the_whole():
    model = _each()
    model.boundary("late", on="ask", duration="P1D").end("overdue")
    run = an_instance(model, variables={"people": PEOPLE})
    assert run.waiting == ["ask", "ask", "ask", "late"]

    run.fire("late")

    assert run.state == "completed"
    assert run.visited("cancelled") == ["ask", "ask", "ask", "ask"]


def test_error_of_one_visit_ends_the_whole():
    model = a_process().start().service_task("call", each="=people", as_="p").end()
    model.boundary("bad", on="call", error="E").end("failed")
    run = an_instance(model, variables={"people": PEOPLE})

    run.fail("call", "E")

    assert run.visited()[-1] == "failed"


def test_sub_process_for_each_has_a_scope_for_each():
    def body(inner):
        inner.start("is").script("double", "=n * 2", "twice").user_task("look", inputs={"shown": "=n"}).end("ie")

    model = a_process().start()
    model.sub_process("sub", body, each="=numbers", as_="n", inputs={"twice": "=0"}, collect=("all", "=twice")).end()
    run = an_instance(model, variables={"numbers": [1, 2, 3]})
    assert run.waiting == ["look", "look", "look"]

    for _ in range(3):
        run.complete("look")

    assert run.variables["all"] == [2, 4, 6]
    assert "twice" not in run.variables


def test_call_for_each_collects_what_comes_back():
    called = a_process("called").start("cs").script("sq", "=n * n", "square").end("ce")
    model = a_process().start().call("call", "called", each="=[1,2,3]", as_="n", collect=("squares", "=square")).end()

    run = an_instance(model, called)

    assert run.variables["squares"] == [1, 4, 9]


def test_thousand_visits_within_the_budgets():
    model = a_process().start().script("s", "=n", "x", each="=for i in 1..1000 return i", as_="n").end()

    run = an_instance(model, budget=Budget(steps_per_transaction=5_000))

    assert run.state == "completed"
    assert run.visited().count("s") == 1_001


def test_uncaught_error_of_one_visit_is_repeated_with_its_element():
    model = a_process().start().service_task("call", each="=people", as_="p", inputs={"who": "=p"}).end()
    run = an_instance(model, variables={"people": PEOPLE}).fail("call", "E")
    assert run.faults == [("call", "uncaught-error")]

    run.retry("call")

    assert sorted(wait.variables["who"] for wait in run.waits.values()) == sorted(PEOPLE)
