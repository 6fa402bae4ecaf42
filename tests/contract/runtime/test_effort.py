"""Expressions hold up nobody: a step that has done enough goes on in a job, and what is too heavy is an incident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.feel import FeelBudgetExceeded
from engine.runtime.deploy import deploy
from engine.runtime.evaluate import evaluate_decision
from tests.builders.a_decision_model import a_decision, a_model, literal
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running, a_runtime
from tests.builders.a_working_clock import WorkingClock


@pytest.fixture
def slow(database_url: str) -> Iterator[Running]:
    """A processor that needs 20 ms between two looks at its clock."""
    made = a_runtime(database_url, processor_seconds=WorkingClock(step=0.02))
    yield made
    made.check()
    made.close()


def work(number: int, decided: bool = False) -> Drawing:
    """So many tasks that work, then one of a person."""
    model = a_process("p").start()
    for at in range(number):
        if decided:
            model = model.decision(f"s{at}", "heavy", f"r{at}")
        else:
            model = model.script(f"s{at}", "=count(for i in 1..9000 return stddev([i, 2, 3]))", result=f"r{at}")
    return model.user_task("t", queue=QUEUE).end()


def go_on_jobs(running: Running) -> int:
    return running.count("job", "kind = 'go-on'")


def test_forty_heavy_tasks_run_over_several_transactions(running: Running) -> None:
    running.deploy(work(40))
    instance = running.start("p")
    assert go_on_jobs(running) == 1, "the start did not do it all"

    assert running.work_off() >= 5
    running.task(instance, "t")
    assert running.variables(instance)["r39"] == 9000


def test_time_alone_divides_a_step_too(slow: Running) -> None:
    slow.deploy(work(5))
    instance = slow.start("p")

    assert go_on_jobs(slow) == 1
    slow.work_off()
    slow.task(instance, "t")


HEAVY = a_model(a_decision("heavy", literal("count(for i in 1..60000 return i)")))
TOO_HEAVY = HEAVY.replace(b"60000", b"600000")


def test_decisions_count_as_well(running: Running) -> None:
    running.deploy(work(10, decided=True), heavy_dmn=HEAVY)
    instance = running.start("p")
    assert go_on_jobs(running) == 1

    running.work_off()
    running.task(instance, "t")


def test_a_decision_that_is_too_heavy_is_an_incident_that_names_it(running: Running) -> None:
    running.deploy(work(1, decided=True), heavy_dmn=TOO_HEAVY)

    (incident,) = running.incidents(running.start("p"))

    assert (incident["element_id"], incident["code"]) == ("s0", "decision")
    assert "Decision 'heavy'" in incident["message"]


def test_a_decision_that_is_tried_is_bounded_by_operations_and_time(running: Running, slow: Running) -> None:
    for one, dmn, said in ((running, TOO_HEAVY, "operations"), (slow, HEAVY, None)):
        deploy(one.runtime, {"heavy.dmn": dmn}, by=OFFICIAL)
        if said is None:
            assert evaluate_decision(one.runtime, "heavy", {}, by=OFFICIAL).value == 60_000
            assert isinstance(one.runtime.processor_seconds, WorkingClock)
            one.runtime.processor_seconds.step = 0.1
            said = "seconds of work"
        with pytest.raises(FeelBudgetExceeded, match=said):
            evaluate_decision(one.runtime, "heavy", {}, by=OFFICIAL)
