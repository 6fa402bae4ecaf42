"""Several evaluations share one effort: operations, and seconds of a clock that is passed in."""

from __future__ import annotations

import pytest

from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.feel import Budget, Effort, FeelBudgetExceeded, parse_expression
from tests.builders.a_decision_model import a_decision, a_model, literal
from tests.builders.a_working_clock import WorkingClock

HUNDRED = parse_expression("for i in 1..100 return i")
LONG = parse_expression("for i in 1..50000 return i")


def test_what_evaluations_do_is_added_up() -> None:
    effort = Effort(operations=10_000)
    for _ in range(3):
        assert len(HUNDRED.evaluate({}, effort=effort).value) == 100

    assert effort.total_operations == 300


def test_the_evaluation_that_goes_over_is_stopped_and_so_is_the_next() -> None:
    effort = Effort(operations=10_000)

    with pytest.raises(FeelBudgetExceeded, match="more than 10000 operations in all its expressions"):
        LONG.evaluate({}, effort=effort)
    with pytest.raises(FeelBudgetExceeded):
        HUNDRED.evaluate({}, effort=effort)

    assert 10_000 < effort.total_operations <= 12_000, "it is looked at every thousand"


def test_what_begins_anew_may_do_as_much_again_and_the_totals_go_on() -> None:
    effort = Effort(operations=60_000)
    for _ in range(3):
        effort.renew()
        LONG.evaluate({}, effort=effort)

    assert effort.total_operations == 150_000


def test_one_evaluation_is_still_held_to_its_own_budget() -> None:
    for operations in (50, 1_000, 49_999):
        with pytest.raises(FeelBudgetExceeded) as stopped:
            LONG.evaluate({}, effort=Effort(operations=10**9), budget=Budget(operations=operations))
        assert stopped.value.facts["limit"] == operations
    assert LONG.evaluate({}, effort=Effort(operations=10**9), budget=Budget(operations=50_000)).value


def test_time_stops_an_evaluation_that_is_under_way() -> None:
    clock = WorkingClock(step=0.1)
    effort = Effort(operations=10**9, seconds=2.0, clock=clock)

    with pytest.raises(FeelBudgetExceeded, match=r"more than 2\.0 seconds of work"):
        LONG.evaluate({}, effort=effort)

    assert effort.total_operations < 25_000
    assert effort.total_seconds == pytest.approx(clock.seconds - 0.1)


def test_time_is_added_up_over_evaluations() -> None:
    effort = Effort(operations=10**9, seconds=2.0, clock=WorkingClock(step=0.3))

    with pytest.raises(FeelBudgetExceeded):
        for _ in range(10):
            HUNDRED.evaluate({}, effort=effort)


def test_time_between_evaluations_does_not_count() -> None:
    clock = WorkingClock()
    effort = Effort(operations=10**9, seconds=2.0, clock=clock)
    for _ in range(5):
        HUNDRED.evaluate({}, effort=effort)
        clock.seconds += 100

    assert effort.total_seconds == 0


def test_decisions_share_an_effort() -> None:
    model = a_model(
        a_decision("a", literal("count(for i in 1..900 return i)"))
        + a_decision("b", literal("a + count(for i in 1..900 return i)"), decisions="a")
    )
    compiled, effort = compile_decisions(read_dmn(model)), Effort(operations=3_000)

    assert evaluate(compiled, "b", {}, effort=effort).value == 1800
    assert 1_800 <= effort.total_operations < 2_100
    with pytest.raises(FeelBudgetExceeded):
        evaluate(compiled, "b", {}, effort=effort)


@pytest.mark.parametrize("name", ["stddev", "median", "mode", "mean", "sum", "product"])
def test_figures_over_lists_are_charged_by_their_size(name: str) -> None:
    expression = parse_expression(f"{name}(numbers)")
    few, many = Effort(operations=10**6), Effort(operations=10**6)
    expression.evaluate({"numbers": [1] * 10}, effort=few)
    expression.evaluate({"numbers": [1] * 10_000}, effort=many)

    assert many.total_operations > 300 * few.total_operations
