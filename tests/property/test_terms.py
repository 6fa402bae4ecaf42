"""Statutory terms: what must hold for every term, stop, extension and closure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.calendar import Counting, DayKind, Length, WorkingCalendar
from engine.casework.term import Extension, Term
from engine.casework.term_days import Why, days_of

AZ = WorkingCalendar("AZ")
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
DAYS = st.integers(1, 60).map(lambda number: Length(days=number))
LENGTHS = DAYS | st.builds(Length, months=st.integers(1, 6), days=st.integers(0, 20))
COUNTED = frozenset({Why.counted, Why.extra_working})


@st.composite
def terms(draw: st.DrawFn, lengths: st.SearchStrategy[Length] = LENGTHS) -> Term:
    """A term with stops one after the other, all over, and extensions."""
    length = draw(lengths)
    counting = draw(st.sampled_from(Counting)) if length == Length(days=length.days) else Counting.calendar_days
    term = Term(name="t", length=length, counting=counting, started_at=draw(MOMENTS))
    at = term.started_at
    for wait, lasting in draw(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 400)), max_size=3)):
        at += timedelta(hours=wait)
        due = term.deadline(AZ)
        if due is None or at > due:
            break
        term = term.stop(at)
        at += timedelta(hours=lasting)
        term = term.resume(at)
    more = draw(st.lists(st.integers(1, 30).map(lambda number: Length(days=number)), max_size=2))
    return replace(term, extensions=tuple(Extension(one, "because", at) for one in more))


CLOSURES = st.frozensets(st.dates(date(2023, 1, 1), date(2029, 6, 30)), max_size=30)


@settings(max_examples=150, deadline=None)
@given(terms(), CLOSURES)
def test_the_days_told_are_as_many_as_the_term_has_and_end_at_the_deadline(term: Term, closed: frozenset[date]) -> None:
    calendar = AZ.closed_on(closed)
    due = term.deadline(calendar)
    assert due is not None

    told = days_of(term, calendar, due, dict.fromkeys(closed, "inventory"))

    numbers = [day.number for day in told if day.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    if term.counting is Counting.working_days:
        assert len(numbers) == term.whole_length.days
    assert told[0].why is Why.event
    assert told[-1].day == calendar.local_day(due)
    assert [day.day for day in told] == [told[0].day + timedelta(days=number) for number in range(len(told))]


@settings(max_examples=100, deadline=None)
@given(terms())
def test_each_day_has_the_reason_that_the_calendar_gives(term: Term) -> None:
    due = term.deadline(AZ)
    assert due is not None

    for day in days_of(term, AZ, due):
        kind = AZ.kind_of(day.day)
        if day.why in (Why.weekend, Why.holiday, Why.day_off):
            assert kind.value == day.why.value
            assert (day.name != "") is (day.why is Why.holiday)
        if term.counting is Counting.working_days and day.why in COUNTED:
            assert kind in (DayKind.working, DayKind.extra_working)


@settings(max_examples=100, deadline=None)
@given(terms(), CLOSURES)
def test_closures_never_shorten_a_term(term: Term, closed: frozenset[date]) -> None:
    open_, shut = term.deadline(AZ), term.deadline(AZ.closed_on(closed))

    assert open_ is not None
    assert shut is not None
    assume(not term.stops)  # days of a stop that were working days are given back; closed ones were none
    assert shut >= open_


@settings(max_examples=100, deadline=None)
@given(terms(DAYS), st.integers(1, 30))
def test_an_extension_is_as_long_as_it_says_and_never_shortens(term: Term, number: int) -> None:
    more = Extension(Length(days=number), "because", term.started_at)
    before, after = term.deadline(AZ), replace(term, extensions=(*term.extensions, more)).deadline(AZ)

    assert before is not None
    assert after is not None
    assert after >= before
    if not term.stops and term.counting is Counting.working_days:
        assert AZ.counted_days_between(before, after, term.counting) == number


@settings(max_examples=100, deadline=None)
@given(terms(), MOMENTS)
def test_a_stop_of_no_days_changes_nothing(term: Term, at: datetime) -> None:
    assume(not term.stops)
    evening = AZ.local(at).replace(hour=20)

    stopped = term.stop(evening).resume(evening + timedelta(hours=2))

    assert stopped.deadline(AZ) == term.deadline(AZ)


@settings(max_examples=100, deadline=None)
@given(terms(), st.integers(1, 500))
def test_a_stop_after_the_end_does_not_revive_a_term(term: Term, later: int) -> None:
    due = term.deadline(AZ)
    assert due is not None

    stopped = term.stop(due + timedelta(hours=later))

    assert stopped.deadline(AZ) == due
    assert stopped.resume(due + timedelta(hours=later + 100)).deadline(AZ) == due


@settings(max_examples=100, deadline=None)
@given(terms())
def test_a_term_comes_back_as_it_was_kept(term: Term) -> None:
    assert Term.from_json(term.to_json()) == term


@settings(max_examples=100, deadline=None)
@given(terms(), st.integers(0, 2000))
def test_while_the_clock_stands_still_the_days_are_told_until_today(term: Term, hours: int) -> None:
    due = term.deadline(AZ)
    assert due is not None
    at = max(term.started_at, term.stops[-1].until or term.started_at) if term.stops else term.started_at
    assume(at < due)
    stopped, now = term.stop(at), at + timedelta(hours=hours)

    told = days_of(stopped, AZ, now)

    assert stopped.deadline(AZ) is None
    assert told[-1].day <= max(AZ.local_day(now), AZ.local_day(term.started_at)) + timedelta(days=1)
