"""No step is held up by expressions: it pauses when they have done enough, and one too heavy is an incident."""

from __future__ import annotations

from engine.bpmn.kernel.port import Budget
from engine.feel import Effort
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_working_clock import WorkingClock
from tests.builders.surroundings import an_instance

WORK = "=count(for i in 1..9000 return i)"


def scripts(number: int, expression: str = WORK) -> Drawing:
    """So many script tasks in a row."""
    model = a_process().start()
    for at in range(number):
        model = model.script(f"s{at}", expression, result=f"r{at}")
    return model.end()


def test_a_step_pauses_after_its_operations_and_goes_on_where_it_stopped() -> None:
    run = an_instance(scripts(10), budget=Budget(operations_per_transaction=30_000))

    assert run.last.unfinished
    assert run.last.visits == 5, "the process, its start and three tasks"
    steps = 1
    while run.last.unfinished:
        run.go_on()
        steps += 1

    assert (run.state, steps) == ("completed", 4)
    assert set(run.variables.values()) == {9000}
    assert run.visited().count("s3") == 1


def test_a_step_pauses_after_its_time() -> None:
    clock = WorkingClock(step=0.01)
    budget = Budget(seconds_per_transaction=0.25)
    effort = Effort(operations=300_000, seconds=2.0, clock=clock)

    run = an_instance(scripts(20), budget=budget, effort=effort)

    assert run.last.unfinished
    assert 0.25 <= effort.total_seconds < 0.5


def test_light_expressions_pause_nothing() -> None:
    run = an_instance(scripts(300, "=1 + 1"))

    assert (run.state, run.last.unfinished) == ("completed", False)


def test_one_expression_that_is_too_heavy_is_an_incident_that_names_element_and_expression() -> None:
    run = an_instance(scripts(2, "=count(for i in 1..24000 return stddev([i, 2, 3]))"))

    assert run.faults == [("s0", "feel")]
    (incident,) = run.incidents.values()
    assert "stddev([i, 2, 3])" in incident.message
    assert "more than 100000 operations" in incident.message


def test_all_expressions_of_one_element_share_a_bound() -> None:
    model = a_process().start().script("heavy", "=1", inputs={f"v{at}": WORK for at in range(50)}).end()

    run = an_instance(model, budget=Budget(operations_per_element=100_000))

    assert run.faults == [("heavy", "feel")]
    (incident,) = run.incidents.values()
    assert "operations in all its expressions" in incident.message


def test_each_element_may_do_as_much_as_another() -> None:
    run = an_instance(scripts(5), budget=Budget(operations_per_element=11_000))

    assert (run.state, run.faults) == ("completed", [])


def test_an_element_that_takes_too_long_is_an_incident() -> None:
    effort = Effort(operations=300_000, seconds=0.05, clock=WorkingClock(step=0.02))

    run = an_instance(scripts(1), effort=effort)

    assert run.faults == [("s0", "feel")]
    (incident,) = run.incidents.values()
    assert "more than 0.05 seconds of work" in incident.message
