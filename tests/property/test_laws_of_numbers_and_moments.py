"""Numbers against Python's decimal, dates and durations against reckonings that share nothing with ours."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.feel import Date, DateTime, DaysDuration, MonthsDuration, Value, decode, encode, parse_expression

LAW = settings(max_examples=150, deadline=None)
DECIMAL128 = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40) | st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-(10**34) + 1, 10**34 - 1),
    st.integers(-60, 60),
)  # fmt: skip
SHORT = NUMBERS.map(DECIMAL128.plus)
DAYS = st.dates(date(1600, 1, 1), date(2400, 12, 31))
MOMENTS = st.datetimes(datetime(1901, 1, 1), datetime(2100, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
ZONES = st.sampled_from(["Asia/Baku", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])


def value(text: str, **names: Value) -> Value:
    """The value of an expression."""
    return parse_expression(text).evaluate(names).value


def plain(day: date) -> Date:
    """A day of Python as FEEL's."""
    return Date(day.year, day.month, day.day)


def or_null(reckon: Any, *numbers: Decimal) -> Decimal | None:
    """What decimal128 gives; None where it gives no number."""
    try:
        found: Decimal = reckon(*numbers)
    except DecimalException:
        return None
    return found


@LAW
@given(SHORT, SHORT)
def test_the_four_operations_are_those_of_decimal128(a: Decimal, b: Decimal) -> None:
    assert value("a + b", a=a, b=b) == or_null(DECIMAL128.add, a, b)
    assert value("a - b", a=a, b=b) == or_null(DECIMAL128.subtract, a, b)
    assert value("a * b", a=a, b=b) == or_null(DECIMAL128.multiply, a, b)
    assert value("a / b", a=a, b=b) == or_null(DECIMAL128.divide, a, b)


@LAW
@given(SHORT, SHORT)
def test_sums_and_products_do_not_mind_their_order(a: Decimal, b: Decimal) -> None:
    assert value("a + b = b + a and a * b = b * a and a - b = -(b - a)", a=a, b=b) is True


@LAW
@given(SHORT, SHORT)
def test_modulo_and_floor_agree(a: Decimal, b: Decimal) -> None:
    assume(b and abs(a) < 10**15 and 10**-9 < abs(b) < 10**9)

    quotient = value("floor(a / b)", a=a, b=b)

    assert abs(value("modulo(a, b)", a=a, b=b) - (a - b * quotient)) <= abs(b)
    assert quotient == (a / b).to_integral_value("ROUND_FLOOR")


@LAW
@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=6), st.integers(0, 5))
def test_rounding_moves_by_less_than_one_place(number: Decimal, places: int) -> None:
    names = {"n": number, "p": Decimal(places)}
    one = Decimal(1).scaleb(-places)

    assert value("round up(n, p)", **names).copy_abs() - number.copy_abs() < one
    assert number.copy_abs() - value("round down(n, p)", **names).copy_abs() < one
    assert value("decimal(n, p)", **names) == number.quantize(one, ROUND_HALF_EVEN)
    assert value("floor(n, p) <= n and n <= ceiling(n, p)", **names) is True


@LAW
@given(SHORT, SHORT)
def test_order_is_total_on_numbers(a: Decimal, b: Decimal) -> None:
    signs = [value(f"a {sign} b", a=a, b=b) for sign in ("<", "=", ">")]

    assert signs.count(True) == 1
    assert value("a <= b", a=a, b=b) is (a <= b)


@LAW
@given(DAYS, st.integers(-3000, 3000))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]

    assert value("d + m", d=plain(day), m=MonthsDuration(months)) == Date(year, month + 1, min(day.day, last))


@LAW
@given(DAYS, st.integers(-70_000, 70_000))
def test_days_later_is_what_the_calendar_says(day: date, days: int) -> None:
    later = plain(day + timedelta(days))

    assert value("d + p", d=plain(day), p=DaysDuration.of_seconds(days * 86_400)) == later
    assert value("(l - d) / @\"P1D\"", l=later, d=plain(day)) == days  # fmt: skip
    assert value("d < l", l=later, d=plain(day)) is (days > 0)


@LAW
@given(DAYS)
def test_properties_of_a_day_are_those_of_the_calendar(day: date) -> None:
    week = day.isocalendar().week
    found = value("[d.year, d.month, d.day, d.weekday, day of year(d), week of year(d)]", d=plain(day))

    assert found == [day.year, day.month, day.day, day.isoweekday(), day.timetuple().tm_yday, week]


@LAW
@given(MOMENTS, MOMENTS, st.integers(-14, 14), st.integers(-14, 14))
def test_time_between_moments_is_that_between_their_instants(a: datetime, b: datetime, east: int, west: int) -> None:
    first, second = f"{a.isoformat()}{east:+03}:00", f"{b.isoformat()}{west:+03}:00"
    seconds = int(((a - timedelta(hours=east)) - (b - timedelta(hours=west))).total_seconds())

    found = value(f'date and time("{first}") - date and time("{second}")')

    assert found == DaysDuration.of_seconds(seconds)
    assert value(f'date and time("{first}") > date and time("{second}")') is (seconds > 0)


@LAW
@given(MOMENTS, st.integers(-(10**8), 10**8), ZONES)
def test_a_duration_in_a_zone_is_added_on_the_worlds_time_line(moment: datetime, seconds: int, name: str) -> None:
    start = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name))
    assume(start.fold == 0)  # the second of two like hours in autumn cannot be written
    wanted = (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(ZoneInfo(name))
    assume(wanted.fold == 0)

    found = value("m + p", m=DateTime.from_python(start), p=DaysDuration.of_seconds(seconds))

    assert found.instant() == DateTime.from_python(wanted).instant()
    assert (found.time.hour, found.time.minute) == (wanted.hour, wanted.minute)


@LAW
@given(st.integers(-(10**18), 10**18), st.integers(-(10**6), 10**6))
def test_durations_print_and_parse(nanoseconds: int, months: int) -> None:
    for duration in (DaysDuration(nanoseconds), MonthsDuration(months)):
        assert value("duration(string(p)) = p", p=duration) is True
        assert value("-(-p) = p and p - p = -(p - p) and abs(p) = abs(-p)", p=duration) is True


@LAW
@given(SHORT, DAYS, MOMENTS, ZONES)
def test_values_survive_the_codec(number: Decimal, day: date, moment: datetime, zone: str) -> None:
    values = [number, plain(day), DateTime.from_python(moment), {"$n": [DateTime.from_python(moment).time]}]

    assert decode(encode(values)) == values
    assert decode(encode(DateTime.from_python(moment.replace(tzinfo=ZoneInfo(zone))))).time.zone == zone
