"""Laws of retention, for any rule and any end of a case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import Length
from engine.casework.retention import RecordState, RetentionAct, RetentionPlan, RetentionRule

LENGTHS = st.builds(
    Length,
    years=st.integers(0, 30),
    months=st.integers(0, 24),
    weeks=st.integers(0, 60),
    days=st.integers(1, 800),
)
RULES = st.builds(
    RetentionRule,
    archive_after=st.none() | LENGTHS,
    erase_after=st.none() | LENGTHS,
    legal_basis=st.just("art. 12"),
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Baku", "UTC", "America/New_York", "Pacific/Kiritimati")])
AFTER = {RetentionAct.archive: RecordState.archived, RetentionAct.erase: RecordState.erased}


@given(RULES, MOMENTS, ZONES)
def test_nothing_is_due_before_its_day_is_over(rule: RetentionRule, closed_at: datetime, zone: ZoneInfo) -> None:
    plan = RetentionPlan.of(rule, closed_at, zone)
    last_day = closed_at.astimezone(zone).date()

    for at, length in ((plan.archive_at, rule.archive_after), (plan.erase_at, rule.erase_after)):
        if at is not None:
            assert length is not None
            assert at > closed_at
            assert at.astimezone(zone).date() == length.last_day_after(last_day) + timedelta(days=1)
    if plan.archive_at and plan.erase_at:
        assert plan.archive_at < plan.erase_at


@given(RULES, MOMENTS, ZONES, st.integers(0, 40_000))
def test_whoever_looks_when_told_misses_nothing_and_looks_at_most_three_times(
    rule: RetentionRule, closed_at: datetime, zone: ZoneInfo, days: int
) -> None:
    plan, state, now, looks = RetentionPlan.of(rule, closed_at, zone), RecordState.live, closed_at, 0
    end = closed_at + timedelta(days=days)

    while True:
        while (act := plan.due(state, now)) is not None:
            state = AFTER[act]
        next_look = plan.next_look(state, now)
        if next_look is None or next_look > end:
            break
        assert next_look > now
        now, looks = next_look, looks + 1

    assert looks <= 2
    assert plan.due(state, end) is None
    assert (state is RecordState.erased) is (plan.erase_at is not None and plan.erase_at <= end)


@given(RULES, MOMENTS, ZONES, MOMENTS, st.sampled_from(RecordState))
def test_a_hold_never_lets_a_record_be_erased_and_its_release_lets_it_go(
    rule: RetentionRule, closed_at: datetime, zone: ZoneInfo, now: datetime, state: RecordState
) -> None:
    plan = RetentionPlan.of(rule, closed_at, zone)

    assert plan.due(state, now, is_held=True) is not RetentionAct.erase
    if plan.due(state, now, is_held=True) is None:
        next_look = plan.next_look(state, now, is_held=True)
        assert next_look is None or next_look > now


@given(RULES, MOMENTS, ZONES, MOMENTS, MOMENTS)
def test_what_is_due_stays_due(
    rule: RetentionRule, closed_at: datetime, zone: ZoneInfo, one: datetime, other: datetime
) -> None:
    plan, (first, later) = RetentionPlan.of(rule, closed_at, zone), sorted((one, other))

    if plan.due(RecordState.archived, first) is RetentionAct.erase:
        assert plan.due(RecordState.archived, later) is RetentionAct.erase
