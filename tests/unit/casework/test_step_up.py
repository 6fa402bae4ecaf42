"""When a proof is fresh enough, and whose duties need a second factor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.casework.step_up import StepUpNeeded, is_fresh, is_official, require_second_factor
from tests.builders.an_actor import a_citizen, a_clerk, a_supervisor, an_actor

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEN = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("age", "expected"),
    [(timedelta(0), True), (TEN, True), (TEN + timedelta(microseconds=1), False), (-timedelta(seconds=1), False)],
)
def test_a_proof_is_fresh_for_ten_minutes_and_never_from_the_future(age: timedelta, expected: bool) -> None:
    assert is_fresh(NOW - age, NOW) is expected


def test_who_never_proved_a_factor_is_told_what_to_do() -> None:
    with pytest.raises(StepUpNeeded) as refused:
        require_second_factor(a_clerk(), NOW, "sign a decision")

    assert "To sign a decision" in refused.value.message
    assert "/api/v1/session/second-factor" in refused.value.remedy
    assert refused.value.facts["within_seconds"] == 600


def test_who_proved_it_just_now_passes() -> None:
    require_second_factor(replace(a_clerk(), second_factor_at=NOW), NOW, "sign a decision")


def test_officials_are_all_with_a_duty_beyond_a_citizen_s() -> None:
    officials = [
        a_clerk(),
        a_supervisor(),
        an_actor(analyst=True),
        an_actor(operator=True),
        an_actor(administers=frozenset({"city"})),
    ]

    assert all(map(is_official, officials))
    assert not is_official(a_citizen())
