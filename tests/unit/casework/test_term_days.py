"""A term told day by day, in three languages, with the days of Azerbaijan in March 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import Counting, Length, WorkingCalendar
from engine.casework.term import ExtensionRefused, ExtensionRule, Term
from engine.casework.term_days import Why, days_of
from engine.casework.term_words import day_in_words, told

AZ = WorkingCalendar("AZ")
BAKU = ZoneInfo("Asia/Baku")


def at(text: str) -> datetime:
    """A moment in Baku."""
    return datetime.fromisoformat(text).replace(tzinfo=BAKU)


def a_term(length: str, counting: str = "working-days", since: str = "2026-03-19T10:00") -> Term:
    """A term that began on Thursday, 19 March 2026."""
    return Term(name="t", length=Length.parse(length), counting=Counting(counting), started_at=at(since))


def sentences(term: Term, language: str = "en", calendar: WorkingCalendar = AZ, **more: object) -> list[str]:
    """The days of a term in words."""
    return [told(day, language) for day in days_of(term, calendar, at("2026-03-20T10:00"), **more)]  # type: ignore[arg-type]


def test_holidays_weekends_and_counted_days_are_told_one_by_one() -> None:
    said = sentences(a_term("P2D"))

    assert said[:6] == [
        "19 March 2026: day of the event, not counted",
        "20 March 2026: Eid al-Fitr; Novruz, not counted",
        "21 March 2026: Eid al-Fitr; Novruz, not counted",
        "22 March 2026: Novruz, not counted",
        "23 March 2026: Novruz, not counted",
        "24 March 2026: Novruz, not counted",
    ]
    assert [line for line in said if "day 1" in line or "day 2" in line] == [
        "31 March 2026: day 1",
        "1 April 2026: day 2",
    ]


@pytest.mark.parametrize(
    ("language", "first", "holiday"),
    [
        ("az", "19 mart 2026: hadisə günü, sayılmır", "23 mart 2026: Novruz bayramı, sayılmır"),
        ("en", "19 March 2026: day of the event, not counted", "23 March 2026: Novruz, not counted"),
        ("ru", "19 марта 2026: день события, не считается", "23 марта 2026: Новруз, не считается"),
    ],
)
def test_days_are_told_in_the_language_asked_for(language: str, first: str, holiday: str) -> None:
    days = days_of(a_term("P2D"), AZ, at("2026-03-20T10:00"))

    said = [told(day, language, AZ.holiday_name(day.day, "az") if language == "az" else "") for day in days]

    assert said[0] == first
    assert holiday in said


def test_last_day_that_is_no_working_day_moves_on() -> None:
    days = days_of(a_term("P2D", "calendar-days", "2026-04-02T10:00"), AZ, at("2026-04-02T10:00"))

    assert [(day.day.day, day.why) for day in days] == [
        (2, Why.event),
        (3, Why.counted),
        (4, Why.counted),
        (5, Why.moved),
        (6, Why.last),
    ]


def test_clock_that_stands_still_and_closures_are_told_with_their_reasons() -> None:
    term = a_term("P3D", since="2026-04-06T10:00").stop(at("2026-04-07T09:00")).resume(at("2026-04-09T15:00"))
    closed = {date(2026, 4, 10): "move to a new office"}

    told_days = days_of(term, AZ.closed_on(closed), at("2026-04-20T10:00"), closed)

    assert [(day.day.day, day.why, day.number, day.name) for day in told_days] == [
        (6, Why.event, None, ""),
        (7, Why.counted, 1, ""),
        (8, Why.stopped, None, ""),
        (9, Why.stopped, None, ""),
        (10, Why.closed, None, "move to a new office"),
        (11, Why.weekend, None, ""),
        (12, Why.weekend, None, ""),
        (13, Why.counted, 2, ""),
        (14, Why.counted, 3, ""),
    ]
    assert told(told_days[4], "en") == "10 April 2026: the agency is closed (move to a new office), not counted"


def test_day_made_a_working_day_by_decree_counts() -> None:
    calendar = WorkingCalendar("AZ", extra_working_days=frozenset({date(2026, 4, 11)}))

    days = days_of(a_term("P2D", since="2026-04-09T10:00"), calendar, at("2026-04-09T10:00"))

    assert [(day.day.day, day.why) for day in days][-1] == (11, Why.extra_working)


def test_term_from_moment_to_moment_has_no_days_to_tell() -> None:
    assert days_of(a_term("PT30M", "calendar-days"), AZ, at("2026-03-20T10:00")) == ()


def test_a_leap_day_counts_like_any_other() -> None:
    days = days_of(a_term("P2D", "calendar-days", "2028-02-28T10:00"), AZ, at("2028-02-28T10:00"))

    assert [day.day for day in days if day.number] == [date(2028, 2, 29), date(2028, 3, 1)]


def test_day_in_words_has_the_month_of_the_language() -> None:
    assert [day_in_words(date(2026, 5, 1), language) for language in ("az", "en", "ru")] == [
        "1 may 2026",
        "1 May 2026",
        "1 мая 2026",
    ]


# --- extensions -----------------------------------------------------------------------------------------------------

RULE = ExtensionRule(at_most=Length(days=10), times=1, legal_basis="art. 29")


def test_extension_within_the_law_makes_the_term_longer() -> None:
    term = a_term("P3D", since="2026-04-06T10:00")

    longer = term.extended(Length(days=5), "an expert must be heard", at("2026-04-07T10:00"), RULE)

    assert longer.deadline(AZ) == at("2026-04-16T23:59:59")
    assert longer.extensions[0].reason == "an expert must be heard"
    assert Term.from_json(longer.to_json()) == longer


@pytest.mark.parametrize(
    ("length", "rule", "said"),
    [
        pytest.param("P11D", RULE, "at most P10D, found P11D", id="too long"),
        pytest.param("P0D", RULE, "at most P10D", id="no time"),
        pytest.param("PT5H", RULE, "at most P10D", id="hours"),
        pytest.param("P1D", None, "knows no extension", id="no rule"),
        pytest.param("P1M", ExtensionRule(at_most=Length(months=2)), "counts working days", id="months"),
    ],
)
def test_extension_beyond_the_law_is_refused_with_what_it_allows(
    length: str, rule: ExtensionRule | None, said: str
) -> None:
    with pytest.raises(ExtensionRefused) as caught:
        a_term("P3D").extended(Length.parse(length), "because", at("2026-03-20T10:00"), rule)

    assert said in caught.value.message
    assert caught.value.remedy


def test_term_is_extended_as_often_as_the_law_allows() -> None:
    once = a_term("P3D").extended(Length(days=1), "because", at("2026-03-20T10:00"), RULE)

    with pytest.raises(ExtensionRefused, match="1 times; the law allows 1"):
        once.extended(Length(days=1), "again", at("2026-03-21T10:00"), RULE)


def test_stop_that_begins_after_the_end_does_not_revive_the_term() -> None:
    term = a_term("P3D", since="2026-04-06T10:00")
    due = term.deadline(AZ)
    assert due is not None

    assert term.stop(due + timedelta(hours=1)).deadline(AZ) == due


def test_term_does_not_end_while_or_before_the_clock_runs_again() -> None:
    # Two calendar days from a Friday end on a Sunday, which moves to Monday; the clock stood still from Sunday on.
    term = (
        a_term("P2D", "calendar-days", "2026-04-10T10:00").stop(at("2026-04-12T09:00")).resume(at("2026-04-15T09:00"))
    )

    assert term.deadline(AZ) == at("2026-04-15T23:59:59")
