"""The closures of arithmetic, comparison and logic, with short ways for numbers and for what is known beforehand.

Every gateway and every cell of a decision table passes here. Operands of other kinds are left to `operators`.
"""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException
from typing import Any, TypeAlias

from engine.feel.operators import ARITHMETIC, compared
from engine.feel.run import Env
from engine.feel.values import NUMBERS, Value

Compiled: TypeAlias = Callable[[Env], Value]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
    "=": python.eq,
    "!=": python.ne,
}
_SUMS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
}


def comparison(operator: str, left: Compiled, right: Compiled, at: int) -> Compiled:
    """`left < right`"""
    holds = _ORDERS[operator]

    def test(env: Env) -> bool | None:
        a, b = left(env), right(env)
        if a.__class__ is Decimal and b.__class__ is Decimal:
            return holds(a, b)
        return compared(env.run, operator, a, b, at)

    return test


def comparison_with(operator: str, left: Compiled, constant: Decimal | str, at: int) -> Compiled:
    """`left < 5`, `left = "open"`"""
    holds, kind = _ORDERS[operator], type(constant)

    def test(env: Env) -> bool | None:
        a = left(env)
        if a.__class__ is kind:
            return holds(a, constant)
        return compared(env.run, operator, a, constant, at)

    return test


def arithmetic(operator: str, left: Compiled, right: Compiled, at: int) -> Compiled:
    """`left + right`"""
    general, on_numbers = ARITHMETIC[operator], _SUMS.get(operator)
    if on_numbers is None:
        return lambda env: general(env.run, left(env), right(env), at)

    def calculate(env: Env) -> Value:
        a, b = left(env), right(env)
        if a.__class__ is Decimal and b.__class__ is Decimal:
            try:
                return on_numbers(a, b)
            except DecimalException:
                pass  # the general way tells why
        return general(env.run, a, b, at)

    return calculate


def arithmetic_with(operator: str, number: Decimal, right: Compiled, at: int) -> Compiled:
    """`1 + right`"""
    general, on_numbers = ARITHMETIC[operator], _SUMS.get(operator)
    if on_numbers is None:
        return lambda env: general(env.run, number, right(env), at)

    def calculate(env: Env) -> Value:
        b = right(env)
        if b.__class__ is Decimal:
            try:
                return on_numbers(number, b)
            except DecimalException:
                pass
        return general(env.run, number, b, at)

    return calculate


def both(operator: str, left: Compiled, right: Compiled, at: int) -> Compiled:
    """`left and right`, `left or right` (DMN 1.5, table 50)"""
    decisive = operator == "or"
    neutral = not decisive

    def decide(env: Env) -> Value:
        a = left(env)
        if a is decisive:
            return decisive
        b = right(env)
        if b is decisive:
            return decisive
        return neutral if a is neutral and b is neutral else _undecided(env, operator, at)

    return decide


def logic(operator: str, operands: Sequence[Compiled], at: int) -> Compiled:
    """The same with any number of operands: the first decisive one ends it."""
    decisive = operator == "or"
    neutral = not decisive

    def decide(env: Env) -> Value:
        unknown = False
        for operand in operands:
            value = operand(env)
            if value is decisive:
                return decisive
            if value is not neutral:
                unknown = True
        return _undecided(env, operator, at) if unknown else neutral

    return decide


def _undecided(env: Env, operator: str, at: int) -> bool | None:
    env.run.null("logic", f"`{operator}` depends on a value that is neither true nor false.", at)
    return None
