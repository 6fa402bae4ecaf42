"""Numbers: rounding, roots, powers, division (DMN 1.5, 10.3.4.5)."""

# ruff: noqa: ARG001  (every body gets the run)

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)

from engine.feel.functions.registration import Family
from engine.feel.operators import ROOTS_AND_POWERS, unwrapped
from engine.feel.run import Run
from engine.feel.temporal import DaysDuration, MonthsDuration
from engine.feel.text import shown
from engine.feel.values import NUMBERS, Value

FAMILY = Family()
GREATEST_SCALE = 6176
LEAST_SCALE = -6111


def rounded(run: Run, n: Decimal, scale: Decimal, rounding: str) -> Value:
    """A number at so many digits after the point (before it, when negative)."""
    if not LEAST_SCALE <= scale <= GREATEST_SCALE:
        return run.null("scale", f"Expected a scale from {LEAST_SCALE} to {GREATEST_SCALE}, found {scale}.")
    places = int(scale)
    exponent = n.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return n
    unit = Decimal(1).scaleb(-places)
    if n.adjusted() + places > NUMBERS.prec - 1:
        return n
    try:
        result = n.quantize(unit, rounding=rounding, context=NUMBERS)
    except DecimalException:
        return run.null("no-number", "The rounded number has too many digits.")
    return result if places >= 0 else NUMBERS.plus(Decimal(format(result, "f")))


@FAMILY.built_in("decimal(n: number, scale: number)")
def decimal(run: Run, n: Decimal, scale: Decimal) -> Value:
    """Half-even rounding."""
    return rounded(run, n, scale, ROUND_HALF_EVEN)


@FAMILY.built_in("floor(n: number, scale?: number)")
def floor(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    """Towards minus infinity."""
    return rounded(run, n, scale, ROUND_FLOOR)


@FAMILY.built_in("ceiling(n: number, scale?: number)")
def ceiling(run: Run, n: Decimal, scale: Decimal = Decimal(0)) -> Value:
    """Towards infinity."""
    return rounded(run, n, scale, ROUND_CEILING)


@FAMILY.built_in("round up(n: number, scale: number)")
def round_up(run: Run, n: Decimal, scale: Decimal) -> Value:
    """Away from zero."""
    return rounded(run, n, scale, ROUND_UP)


@FAMILY.built_in("round down(n: number, scale: number)")
def round_down(run: Run, n: Decimal, scale: Decimal) -> Value:
    """Towards zero."""
    return rounded(run, n, scale, ROUND_DOWN)


@FAMILY.built_in("round half up(n: number, scale: number)")
def round_half_up(run: Run, n: Decimal, scale: Decimal) -> Value:
    """To the nearest, halves away from zero."""
    return rounded(run, n, scale, ROUND_HALF_UP)


@FAMILY.built_in("round half down(n: number, scale: number)")
def round_half_down(run: Run, n: Decimal, scale: Decimal) -> Value:
    """To the nearest, halves towards zero."""
    return rounded(run, n, scale, ROUND_HALF_DOWN)


@FAMILY.built_in("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """dividend - divisor * floor(dividend / divisor): the sign is that of the divisor."""
    if not divisor:
        return run.null("no-number", "modulo() expects a divisor other than zero.")
    try:
        rest = NUMBERS.remainder(dividend, divisor)
        return NUMBERS.add(rest, divisor) if rest and (rest < 0) is not (divisor < 0) else rest
    except DecimalException:
        quotient = NUMBERS.divide(dividend, divisor).to_integral_value(ROUND_FLOOR)
        return NUMBERS.subtract(dividend, NUMBERS.multiply(divisor, quotient))


@FAMILY.built_in("abs(n)")
def absolute(run: Run, n: Value) -> Value:
    """A number or duration without its sign."""
    n = unwrapped(n)
    if isinstance(n, Decimal):
        return NUMBERS.abs(n)
    if isinstance(n, DaysDuration):
        return DaysDuration(abs(n.nanoseconds))
    if isinstance(n, MonthsDuration):
        return MonthsDuration(abs(n.months))
    return run.null("argument-type", f"abs() expects a number or a duration, found {shown(n)}.")


@FAMILY.built_in("sqrt(number: number)")
def sqrt(run: Run, number: Decimal) -> Value:
    """The square root; null of a negative number."""
    run.charge(ROOTS_AND_POWERS)
    if number < 0:
        return run.null("no-number", "sqrt() expects no negative number.")
    return NUMBERS.sqrt(number)


@FAMILY.built_in("log(number: number)")
def log(run: Run, number: Decimal) -> Value:
    """The natural logarithm; null of zero and below."""
    run.charge(ROOTS_AND_POWERS)
    if number <= 0:
        return run.null("no-number", "log() expects a number above zero.")
    return NUMBERS.ln(number)


@FAMILY.built_in("exp(number: number)")
def exp(run: Run, number: Decimal) -> Value:
    """e to the power of a number."""
    run.charge(ROOTS_AND_POWERS)
    try:
        return NUMBERS.exp(number)
    except DecimalException:
        return run.null("no-number", "exp() gives a number that is too large.")


@FAMILY.built_in("odd(number: number)")
def odd(run: Run, number: Decimal) -> Value:
    """Whether a whole number is odd; false of a fraction."""
    return number == number.to_integral_value() and _small(number) and int(number) % 2 == 1


@FAMILY.built_in("even(number: number)")
def even(run: Run, number: Decimal) -> Value:
    """Whether a whole number is even; false of a fraction."""
    return number == number.to_integral_value() and (not _small(number) or int(number) % 2 == 0)


def _small(number: Decimal) -> bool:
    """Whether it has a digit of ones that 34 digits can tell."""
    return number.adjusted() < NUMBERS.prec
