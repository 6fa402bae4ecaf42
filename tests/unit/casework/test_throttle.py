"""How long wrong tries let something rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.throttle import OF_ADDRESS, OF_FACTOR, OF_NAME, OF_NAME_ANYWHERE, Patience

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, None), (4, None), (5, 30), (6, 60), (7, 120), (10, 900), (5_000, 900)]
)
def test_a_name_rests_after_five_wrong_tries_and_twice_as_long_with_each_more(
    attempts: int, seconds: int | None
) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert OF_NAME.rests_until(attempts, NOW) == expected


@given(st.sampled_from([OF_NAME, OF_NAME_ANYWHERE, OF_ADDRESS, OF_FACTOR]), st.integers(1, 10_000))
def test_a_rest_never_gets_shorter_and_is_bounded(patience: Patience, attempts: int) -> None:
    shorter, longer = patience.rests_until(attempts, NOW), patience.rests_until(attempts + 1, NOW)

    assert shorter is None or (longer is not None and shorter <= longer <= NOW + patience.longest)
