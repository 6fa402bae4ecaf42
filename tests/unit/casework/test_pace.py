"""How often one account may apply."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.casework.pace import TooManyApplications, require_pace

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("ago", [None, timedelta(days=1), timedelta(days=30)])
def test_who_applied_less_often_within_a_day_goes_on(ago: timedelta | None) -> None:
    require_pace(3, None if ago is None else NOON - ago, NOON)


@pytest.mark.parametrize(("ago", "seconds"), [(timedelta(0), 86_400), (timedelta(hours=23, minutes=59), 60)])
def test_who_applied_as_often_as_may_be_is_told_when_to_go_on(ago: timedelta, seconds: int) -> None:
    with pytest.raises(TooManyApplications, match="3 applications came") as caught:
        require_pace(3, NOON - ago, NOON)
    assert caught.value.retry_after_seconds == seconds
