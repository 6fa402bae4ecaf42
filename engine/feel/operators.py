"""What operators do with values (DMN 1.5, 10.3.2.13, tables 49 to 57): arithmetic, comparison, membership.

Each gets the run, both values and the place of the operator; what has no meaning is null with a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException, localcontext
from typing import Any

from engine.feel.run import Run
from engine.feel.temporal import DAY_NANOSECONDS, Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.text import shown
from engine.feel.values import CHARACTERS_PER_OPERATION, NUMBERS, Range, Value, compare, equal

Operator = Callable[[Run, Value, Value, int], Value]


def unwrapped(value: Value) -> Value:
    """The one item of a list of one, as the standard's implicit conversion wants it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def add(run: Run, left: Value, right: Value, at: int) -> Value:
    """`left + right`"""
    return _operate(run, "+", left, right, at)


def subtract(run: Run, left: Value, right: Value, at: int) -> Value:
    """`left - right`"""
    return _operate(run, "-", left, right, at)


def multiply(run: Run, left: Value, right: Value, at: int) -> Value:
    """`left * right`"""
    return _operate(run, "*", left, right, at)


def divide(run: Run, left: Value, right: Value, at: int) -> Value:
    """`left / right`"""
    return _operate(run, "/", left, right, at)


def power(run: Run, left: Value, right: Value, at: int) -> Value:
    """`left ** right`"""
    return _operate(run, "**", left, right, at)


def negate(run: Run, value: Value, at: int) -> Value:
    """`-value`"""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, DaysDuration):
        return DaysDuration(-value.nanoseconds)
    if isinstance(value, MonthsDuration):
        return MonthsDuration(-value.months)
    return run.null("not-a-number", f"Expected a number or a duration after `-`, found {shown(value)}.", at)


def _raised(base: Decimal, exponent: Decimal) -> Decimal:
    # IEEE 754-2008, 9.2.1: anything to the power of zero is one; decimal128 alone leaves 0 ** 0 open.
    return NUMBERS.power(base, exponent) if exponent else Decimal(1)


ROOTS_AND_POWERS = 20
"""Operations that a logarithm, an exponential or a power counts as: about as much slower than a sum."""
DATES_AND_DURATIONS = 5
"""The same of reading moments and of arithmetic with them, some of which ask for the rules of a zone."""


ARITHMETIC: dict[str, Operator] = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}
_NUMERIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "**": _raised,
}


def _operate(run: Run, operator: str, left: Value, right: Value, at: int) -> Value:
    try:
        if left.__class__ is Decimal and right.__class__ is Decimal:
            if operator == "**":
                run.charge(ROOTS_AND_POWERS)
            return _NUMERIC[operator](left, right)
        if operator == "+" and left.__class__ is str and right.__class__ is str:
            run.room_for(len(left) + len(right))
            return left + right
        run.charge(DATES_AND_DURATIONS)
        result = _TEMPORAL.get(operator, _nothing)(left, right)
    except DecimalException:
        why = "division by zero" if operator == "/" and not right else "no number of FEEL is the result"
        return run.null("no-number", f"`{operator}` gives null: {why}.", at)
    except (ValueError, OverflowError) as fault:
        return run.null("no-such-moment", f"`{operator}` gives null: {fault}.", at)
    if result is None:
        return _unfit(run, operator, left, right, at)
    return result


def _unfit(run: Run, operator: str, left: Value, right: Value, at: int) -> None:
    kinds = f"{shown(left)} and {shown(right)}"
    return run.null("unfit-operands", f"`{operator}` has no meaning between {kinds}.", at)


def _nothing(_left: Value, _right: Value) -> Value:
    return None


def _scaled(units: int, factor: Decimal) -> int:
    with localcontext(NUMBERS) as context:
        context.prec = 60
        return int(context.multiply(Decimal(units), factor))


def _add_temporal(left: Value, right: Value) -> Value:
    durations = (DaysDuration, MonthsDuration)
    if isinstance(left, durations) and not isinstance(right, durations):
        left, right = right, left
    if isinstance(right, DaysDuration):
        return _later(left, right.nanoseconds)
    if isinstance(right, MonthsDuration):
        return _months_later(left, right.months)
    return None


def _later(value: Value, nanoseconds: int) -> Value:
    if isinstance(value, DateTime):
        return value.plus(nanoseconds)
    if isinstance(value, Date):
        return Date.of_days((value.days() * DAY_NANOSECONDS + nanoseconds) // DAY_NANOSECONDS)
    if isinstance(value, Time):
        return value.shifted(nanoseconds)[1]
    if isinstance(value, DaysDuration):
        return DaysDuration(value.nanoseconds + nanoseconds)
    return None


def _months_later(value: Value, months: int) -> Value:
    if isinstance(value, MonthsDuration):
        return MonthsDuration(value.months + months)
    return value.plus_months(months) if isinstance(value, Date | DateTime) else None


def _subtract_temporal(left: Value, right: Value) -> Value:
    if isinstance(right, DaysDuration):
        return _later(left, -right.nanoseconds)
    if isinstance(right, MonthsDuration):
        return _months_later(left, -right.months)
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.utc_offset() is None) is not (right.utc_offset() is None):
            return None
        return DaysDuration(left.instant() - right.instant())
    if isinstance(left, Date | DateTime) and isinstance(right, Date | DateTime):
        return _elapsed(left, right)
    return None


def _elapsed(left: Date | DateTime, right: Date | DateTime) -> Value:
    if isinstance(left, Date) and isinstance(right, Date):
        return DaysDuration((left.days() - right.days()) * DAY_NANOSECONDS)
    # A date beside a date and time is midnight in UTC (10.3.2.3.3).
    left, right = _midnight(left), _midnight(right)
    if (left.utc_offset() is None) is not (right.utc_offset() is None):
        return None
    return DaysDuration(left.instant() - right.instant())


def _midnight(value: Date | DateTime) -> DateTime:
    return DateTime(value, Time(0, 0, 0, 0, 0)) if isinstance(value, Date) else value


def _multiply_temporal(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal):
        left, right = right, left
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, DaysDuration):
        return DaysDuration(_scaled(left.nanoseconds, right))
    if isinstance(left, MonthsDuration):
        return MonthsDuration(_scaled(left.months, right))
    return None


def _divide_temporal(left: Value, right: Value) -> Value:
    if isinstance(right, Decimal):
        if isinstance(left, DaysDuration):
            return DaysDuration(int(NUMBERS.divide(Decimal(left.nanoseconds), right)))
        if isinstance(left, MonthsDuration):
            return MonthsDuration(int(NUMBERS.divide(Decimal(left.months), right)))
    if isinstance(left, DaysDuration) and isinstance(right, DaysDuration):
        return NUMBERS.divide(Decimal(left.nanoseconds), Decimal(right.nanoseconds))
    if isinstance(left, MonthsDuration) and isinstance(right, MonthsDuration):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    return None


_TEMPORAL: dict[str, Callable[[Value, Value], Any]] = {
    "+": _add_temporal,
    "-": _subtract_temporal,
    "*": _multiply_temporal,
    "/": _divide_temporal,
}


def compared(run: Run, operator: str, left: Value, right: Value, at: int) -> bool | None:
    """One of the six comparisons; null when the two have no order or are of different kinds."""
    if operator in ("=", "!="):
        same = equal(left, right, charge=run.charge)
        if same is None:
            _unfit(run, operator, left, right, at)
            return None
        return same if operator == "=" else not same
    if left.__class__ is str and len(left) > CHARACTERS_PER_OPERATION:
        run.charge(len(left) // CHARACTERS_PER_OPERATION)
    order = compare(left, right)
    if order is None:
        _unfit(run, operator, left, right, at)
        return None
    return _ORDERS[operator](order)


_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def member(run: Run, value: Value, test: Value) -> bool | None:
    """Whether a value passes one test: it lies in the range, is in the list, or equals the test's value."""
    if isinstance(test, Range):
        return test.holds(value)
    if isinstance(test, list):
        run.charge(len(test))
        if isinstance(value, list) and equal(value, test, charge=run.charge):
            return True
        answers = (
            item.holds(value) if isinstance(item, Range) else bool(equal(value, item, charge=run.charge))
            for item in test
        )
        return any_true(list(answers))
    return equal(value, test, charge=run.charge)


def any_true(answers: list[bool | None]) -> bool | None:
    """Three-valued or."""
    if True in answers:
        return True
    return None if None in answers else False


def all_true(answers: list[bool | None]) -> bool | None:
    """Three-valued and."""
    if False in answers:
        return False
    return None if None in answers else True
