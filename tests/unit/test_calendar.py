"""Statutory time: the five rules in the docstring of engine/calendar.py, with days of Azerbaijan in 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.kernel.port import TermCalendar
from engine.calendar import Counting, Length, WorkingCalendar
from engine.errors import Invalid

AZ = WorkingCalendar("AZ")
BAKU = ZoneInfo("Asia/Baku")

moments = st.datetimes(datetime(1995, 1, 1), datetime(2090, 12, 31), timezones=st.just(UTC))
days = st.integers(1, 4000).map(lambda number: Length(days=number))
lengths = st.builds(
    Length,
    years=st.integers(0, 20),
    months=st.integers(0, 30),
    weeks=st.integers(0, 60),
    days=st.integers(0, 500),
    hours=st.integers(0, 100),
    minutes=st.integers(0, 100),
    seconds=st.integers(0, 100),
)
countings = st.sampled_from(Counting)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BAKU)


@pytest.mark.parametrize(
    ("start", "length", "counting", "deadline"),
    [
        pytest.param("2026-03-19T10:00", "P3D", "working-days", "2026-04-02T23:59:59", id="over Novruz and a weekend"),
        pytest.param(
            "2026-11-02T09:00", "P1D", "working-days", "2026-11-03T23:59:59", id="day of the event not counted"
        ),
        pytest.param(
            "2026-11-06T17:59", "P1D", "working-days", "2026-11-11T23:59:59", id="Victory Day on a Sunday moves on"
        ),
        pytest.param("2026-11-28T12:00", "P1D", "working-days", "2026-11-30T23:59:59", id="event on a Saturday"),
        pytest.param("2026-11-02T09:00", "P10D", "calendar-days", "2026-11-12T23:59:59", id="ten days"),
        pytest.param("2026-11-18T09:00", "P10D", "calendar-days", "2026-11-30T23:59:59", id="end on Saturday moves on"),
        pytest.param("2026-01-30T09:00", "P1M", "calendar-days", "2026-03-02T23:59:59", id="month without a 30th day"),
        pytest.param("2024-02-29T09:00", "P1Y", "calendar-days", "2025-02-28T23:59:59", id="year after a leap day"),
        pytest.param("2026-11-02T09:00", "P2W", "calendar-days", "2026-11-16T23:59:59", id="two weeks"),
        pytest.param("2026-11-02T23:50", "PT30M", "calendar-days", "2026-11-03T00:20:00", id="half an hour"),
        pytest.param("2026-11-06T10:00", "P1DT12H", "calendar-days", "2026-11-07T22:00:00", id="hours are not rounded"),
        pytest.param("2026-11-07T10:00", "P0D", "working-days", "2026-11-07T10:00:00", id="no time: due at once"),
    ],
)
def test_term_ends_where_the_rules_say(start: str, length: str, counting: str, deadline: str) -> None:
    assert AZ.due(at(start), length, counting) == at(deadline)


def test_deadline_is_told_in_local_time() -> None:
    late_in_utc = datetime(2026, 11, 2, 21, 0, tzinfo=UTC)  # already 3 November in Baku

    deadline = AZ.add(late_in_utc, Length(days=1))

    assert deadline.isoformat() == "2026-11-04T23:59:59+04:00"


def test_decrees_move_days() -> None:
    moved = WorkingCalendar(
        "AZ", days_off=frozenset({date(2026, 11, 3)}), extra_working_days=frozenset({date(2026, 11, 7)})
    )

    assert not moved.is_working_day(date(2026, 11, 3))
    assert moved.is_working_day(date(2026, 11, 7))
    assert moved.add(at("2026-11-02T09:00"), Length(days=4), Counting.working_days) == at("2026-11-07T23:59:59")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 11, 2), True, id="a Monday"),
        pytest.param(date(2026, 11, 7), False, id="a Saturday"),
        pytest.param(date(2026, 11, 9), False, id="State Flag Day"),
        pytest.param(date(2026, 1, 1), False, id="first day of a year"),
        pytest.param(date(2026, 12, 31), False, id="last day of a year"),
    ],
)
def test_offices_work_on_working_days_only(day: date, works: bool) -> None:
    assert AZ.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "end", "counting", "counted"),
    [
        pytest.param("2026-11-02T09:00", "2026-11-02T18:00", "working-days", 0, id="within the day of the event"),
        pytest.param("2026-11-02T23:59", "2026-11-03T00:01", "calendar-days", 1, id="two minutes over midnight"),
        pytest.param("2026-03-19T10:00", "2026-04-02T12:00", "working-days", 3, id="over Novruz"),
        pytest.param("2026-12-25T10:00", "2027-01-11T12:00", "working-days", 8, id="over the new year"),
        pytest.param("2026-12-25T10:00", "2027-01-11T12:00", "calendar-days", 17, id="over the new year, all days"),
    ],
)
def test_counted_days_leave_out_the_day_of_the_event(start: str, end: str, counting: str, counted: int) -> None:
    assert AZ.counted_days_between(at(start), at(end), Counting(counting)) == counted


def test_days_cannot_be_counted_backwards() -> None:
    with pytest.raises(Invalid, match="on or after 2026-11-03"):
        AZ.counted_days_between(at("2026-11-03T09:00"), at("2026-11-02T09:00"))


@pytest.mark.parametrize("length", ["P1M", "P2W", "P1DT1H", "PT8H"])
def test_working_days_are_counted_in_days_only(length: str) -> None:
    with pytest.raises(Invalid, match="written in days"):
        AZ.due(at("2026-11-02T09:00"), length, "working-days")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("P30000000M", id="two and a half million years"),
        pytest.param("P101Y", id="more than a hundred years"),
        pytest.param("PT999999999H", id="more than a hundred years in hours"),
        pytest.param("P99999999999D", id="too many digits"),
        pytest.param("-P1D", id="negative"),
        pytest.param("P-1D", id="negative part"),
        pytest.param("P1.5D", id="fraction"),
        pytest.param("P", id="nothing after P"),
        pytest.param("PT", id="nothing after T"),
        pytest.param("P1DT", id="nothing after T, with days"),
        pytest.param("P1D ", id="blank at the end"),
        pytest.param("p1d", id="small letters"),
        pytest.param("P１D", id="digit of another script"),
        pytest.param("P1D1M", id="wrong order"),
        pytest.param("10 days", id="words"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="Expected a length"):
        Length.parse(text)


def test_negative_length_cannot_be_made() -> None:
    with pytest.raises(Invalid, match="negative"):
        Length(days=-1)


def test_unknown_counting_is_refused() -> None:
    with pytest.raises(Invalid, match="calendar-days, working-days"):
        AZ.due(at("2026-11-02T09:00"), "P1D", "banking-days")


def test_country_without_known_holidays_is_refused() -> None:
    with pytest.raises(Invalid, match="XX"):
        WorkingCalendar("XX")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", ""])
def test_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="time zone"):
        WorkingCalendar("AZ", timezone=name)


def test_day_that_is_both_free_and_worked_is_refused() -> None:
    day = frozenset({date(2026, 11, 3)})

    with pytest.raises(Invalid, match="2026-11-03"):
        WorkingCalendar("AZ", days_off=day, extra_working_days=day)


def test_moment_without_a_time_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="naive"):
        AZ.add(datetime(2026, 11, 2), Length(days=1))


def test_term_beyond_the_last_year_is_refused() -> None:
    with pytest.raises(Invalid, match="9999"):
        AZ.add(datetime(9999, 6, 1, tzinfo=UTC), Length(years=1))


def test_calendar_serves_the_kernel() -> None:
    calendar: TermCalendar = AZ

    assert calendar.due(at("2026-11-02T09:00"), "P1D", "working-days").date() == date(2026, 11, 3)


@given(lengths)
def test_written_length_is_read_back(length: Length) -> None:
    assert Length.parse(str(length)) == length


@given(moments, days, countings)
def test_term_of_days_ends_on_a_working_day(start: datetime, length: Length, counting: Counting) -> None:
    assert AZ.is_working_day(AZ.local_day(AZ.add(start, length, counting)))


@given(moments, countings)
def test_no_time_at_all_changes_nothing(start: datetime, counting: Counting) -> None:
    assert AZ.add(start, Length(), counting) == start


@given(moments, lengths)
def test_no_term_ends_before_it_starts(start: datetime, length: Length) -> None:
    assert AZ.add(start, length) >= start


@given(moments, st.timedeltas(timedelta(0), timedelta(days=500)), lengths)
def test_later_event_never_ends_earlier(start: datetime, later: timedelta, length: Length) -> None:
    assert AZ.add(start, length) <= AZ.add(start + later, length)


@given(moments, st.integers(0, 900), st.integers(0, 900), countings)
def test_longer_term_never_ends_earlier(start: datetime, shorter: int, more: int, counting: Counting) -> None:
    assert AZ.add(start, Length(days=shorter), counting) <= AZ.add(start, Length(days=shorter + more), counting)


@given(moments, days)
def test_a_term_of_working_days_counts_just_so_many(start: datetime, length: Length) -> None:
    deadline = AZ.add(start, length, Counting.working_days)

    assert AZ.counted_days_between(start, deadline, Counting.working_days) == length.days
