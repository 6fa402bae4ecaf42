"""Figures over lists of numbers: sum, mean, median and the like (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, DecimalException

from engine.feel.functions.registration import Family
from engine.feel.operators import add, divide
from engine.feel.run import Run
from engine.feel.temporal import DaysDuration, MonthsDuration
from engine.feel.values import NUMBERS, Value

FAMILY = Family()
ROOTS = 2
"""Operations that a square root counts for."""


def _only_numbers(run: Run, name: str, items: list[Value]) -> bool:
    run.charge(len(items) // 4)
    if not items:
        run.null("empty-list", f"{name}() of an empty list is null.")
        return False
    if all(isinstance(item, Decimal) for item in items):
        return True
    run.null("argument-type", f"{name}() expects numbers only.")
    return False


def _total(run: Run, name: str, items: list[Value]) -> Value:
    if items and type(items[0]) in (DaysDuration, MonthsDuration):
        total = items[0]
        for item in items[1:]:
            total = add(run, total, item, 0) if type(item) is type(total) else None
        return total
    if not _only_numbers(run, name, items):
        return None
    try:
        number = Decimal(0)
        for item in items:
            number = NUMBERS.add(number, item)
        return number
    except DecimalException:
        return run.null("no-number", f"{name}() gives a number that is too large.")


@FAMILY.built_in("sum(*list)")
def total(run: Run, items: list[Value]) -> Value:
    """The sum; null of an empty list."""
    return _total(run, "sum", items)


@FAMILY.built_in("product(*list)")
def product(run: Run, items: list[Value]) -> Value:
    """The product; null of an empty list."""
    if not _only_numbers(run, "product", items):
        return None
    try:
        number = Decimal(1)
        for item in items:
            number = NUMBERS.multiply(number, item)
        return number
    except DecimalException:
        return run.null("no-number", "product() gives a number that is too large.")


@FAMILY.built_in("mean(*list)")
def mean(run: Run, items: list[Value]) -> Value:
    """The sum divided by the count; null of an empty list."""
    whole = _total(run, "mean", items)
    return None if whole is None else divide(run, whole, Decimal(len(items)), 0)


@FAMILY.built_in("median(*list)")
def median(run: Run, items: list[Value]) -> Value:
    """The middle number of the sorted list, or the mean of the two in the middle."""
    if not _only_numbers(run, "median", items):
        return None
    run.charge(len(items) * len(items).bit_length() // 8)
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@FAMILY.built_in("stddev(*list)")
def stddev(run: Run, items: list[Value]) -> Value:
    """The standard deviation of a sample; null of fewer than two numbers."""
    if not _only_numbers(run, "stddev", items):
        return None
    if len(items) < 2:
        return run.null("arguments", "stddev() expects at least two numbers.")
    run.charge(ROOTS + len(items) // 2)
    middle = mean(run, items)
    try:
        squares = Decimal(0)
        for item in items:
            distance = NUMBERS.subtract(item, middle)
            squares = NUMBERS.add(squares, NUMBERS.multiply(distance, distance))
        return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(items) - 1)))
    except DecimalException:
        return run.null("no-number", "stddev() gives a number that is too large.")


@FAMILY.built_in("mode(*list)")
def mode(run: Run, items: list[Value]) -> Value:
    """The numbers that are there most often, from least to greatest; an empty list of an empty one."""
    if not items:
        return []
    if not _only_numbers(run, "mode", items):
        return None
    run.charge(len(items))
    counted = Counter(items)
    most = max(counted.values())
    return sorted(number for number, often in counted.items() if often == most)
