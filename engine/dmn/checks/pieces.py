"""One input column cut into pieces on which every cell answers alike.

Numbers, days and other ordered values are cut at the ends that the cells name, into points and open intervals between
them. Texts and truth values are single values: the declared ones, else those the cells name.
"""

from __future__ import annotations

import datetime as py
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from engine.dmn.model import TableInput, Text
from engine.feel import Date, FeelSyntaxError, Range, UnaryTests, Value, parse_unary_tests
from engine.feel.compiler import compile_node
from engine.feel.run import Run
from engine.feel.syntax import names_in
from engine.feel.text import literal_text

_LAST_YEAR: Final = 9999
OTHER_TEXT: Final = "\uffff"
"""Stands for every text that no cell names: a character that no text may hold (Unicode, 23.7)."""
MOST_PIECES: Final = 400
"""Of one column; a column with more is left unchecked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Values on which nothing changes: one value, or an open interval; an end that is None is infinite."""

    low: Value
    high: Value
    sample: Value

    @property
    def is_other_text(self) -> bool:
        """Whether it is every text that no cell names."""
        return self.low is None and self.sample == OTHER_TEXT

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low is not None and self.low is self.high


@dataclass(frozen=True, slots=True)
class Cut:
    """A column in pieces, in order, and which rules' cells hold on each. A set of rules is a number, a bit each."""

    label: str
    pieces: tuple[Piece, ...]
    certain: tuple[int, ...]
    """By piece: rules whose cell holds."""
    possible: tuple[int, ...]
    """By piece: the same, with rules whose cell cannot be judged."""
    is_ordered: bool
    is_whole: bool
    """Whether the pieces are all values there can be; null apart."""


def cut(column: TableInput, cells: Sequence[Text]) -> Cut | None:
    """A column in pieces; None when it has too many, or values that cannot be ordered or told apart."""
    parsed = [_parsed(cell) for cell in cells]
    if any(isinstance(one, FeelSyntaxError) for one in parsed):
        return None
    tests: list[UnaryTests | None] = [one for one in parsed if not isinstance(one, FeelSyntaxError)]
    constants = [None if one is None else _constants(one) for one in tests]
    allowed = None if column.allowed is None or not column.allowed.text.strip() else _parsed(column.allowed)
    if isinstance(allowed, FeelSyntaxError):
        return None
    found = _pieces(column, [part for parts in constants if parts for part in parts], allowed)
    if found is None:
        return None
    pieces, is_ordered, is_whole = found
    if allowed is not None:
        pieces = tuple(piece for piece in pieces if allowed.matches(piece.sample, {}).value is True)
    if not pieces or len(pieces) > MOST_PIECES:
        return None
    certain, possible = [0] * len(pieces), [0] * len(pieces)
    for bit, (one, parts) in enumerate(zip(tests, constants, strict=True)):
        for place, piece in enumerate(pieces):
            if one is None or (parts is not None and one.matches(piece.sample, {}).value is True):
                certain[place] |= 1 << bit
                possible[place] |= 1 << bit
            elif parts is None:
                possible[place] |= 1 << bit
    return Cut(column.label, pieces, tuple(certain), tuple(possible), is_ordered, is_whole)


def _parsed(text: Text) -> UnaryTests | FeelSyntaxError | None:
    if text.text.strip() in ("", "-"):
        return None
    try:
        return parse_unary_tests(text.text)
    except FeelSyntaxError as fault:
        return fault


def _constants(tests: UnaryTests) -> list[Value] | None:
    """The values and ranges a cell names; None when it asks anything else."""
    found: list[Value] = []
    for test in tests.tree.tests:
        if tests.free_names or "?" in names_in(test):
            return None
        run = Run()
        found.append(compile_node(test)(run))
        if run.warnings:
            return None
    return found or None


def _pieces(
    column: TableInput, parts: Sequence[Value], allowed: UnaryTests | None
) -> tuple[tuple[Piece, ...], bool, bool] | None:
    declared = None if allowed is None else _constants(allowed)
    if allowed is not None and declared is None:
        return None
    named = [*parts, *(declared or ())]
    if any(part is None for part in named):
        return None
    if column.type_ref == "boolean" or (named and all(isinstance(part, bool) for part in named)):
        return tuple(Piece(one, one, one) for one in (True, False)), False, True
    ends: list[Value] = []
    for part in named:
        ends += [part.start, part.end] if isinstance(part, Range) else [part]
    ends = [end for end in ends if end is not None]
    if not named:
        return (Piece(None, None, None),), True, True
    if ends and all(isinstance(end, str) for end in ends) and not any(isinstance(part, Range) for part in named):
        texts = list(dict.fromkeys(end for end in ends if isinstance(end, str)))
        pieces = [Piece(one, one, one) for one in texts]
        if declared is None:
            pieces.append(Piece(None, None, OTHER_TEXT))
        return tuple(pieces), False, declared is not None
    if ends and all(isinstance(end, Decimal) for end in ends):
        return _intervals(ends), True, True
    if ends and all(isinstance(end, Date) and 1 < end.year < _LAST_YEAR for end in ends):
        return _intervals(ends), True, True
    return None


def _intervals(ends: Sequence[Value]) -> tuple[Piece, ...]:
    """Points and the open intervals around them."""
    ordered = sorted({_key(end): end for end in ends}.items())
    points = [end for _, end in ordered]
    pieces = [Piece(None, points[0], _before(points[0]))]
    for low, high in pairwise(points):
        pieces.append(Piece(low, low, low))
        between = _between(low, high)
        if between is not None:
            pieces.append(Piece(low, high, between))
    pieces += [Piece(points[-1], points[-1], points[-1]), Piece(points[-1], None, _after(points[-1]))]
    return tuple(pieces)


def _key(end: Value) -> Decimal | int:
    return end if isinstance(end, Decimal) else _day(end)


def _day(end: Value) -> int:
    assert isinstance(end, Date)
    return py.date(end.year, end.month, end.day).toordinal()


def _from_day(day: int) -> Date:
    found = py.date.fromordinal(day)
    return Date(found.year, found.month, found.day)


def _before(end: Value) -> Value:
    return end - 1 if isinstance(end, Decimal) else _from_day(_day(end) - 1)


def _after(end: Value) -> Value:
    return end + 1 if isinstance(end, Decimal) else _from_day(_day(end) + 1)


def _between(low: Value, high: Value) -> Value:
    """A value between two; None when there is none, for days are whole."""
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return (low + high) / 2
    return _from_day(_day(low) + 1) if _day(high) - _day(low) > 1 else None


def in_words(label: str, run: Sequence[Piece], *, is_ordered: bool) -> str:
    """A run of neighbouring pieces as a condition, such as `Age in [18..65)` or `Category in ("A", "B")`."""
    first, last = run[0], run[-1]
    if not is_ordered or (len(run) == 1 and first.is_point):
        values = ["another text" if piece.is_other_text else literal_text(piece.low) for piece in run]
        return f"{label} = {values[0]}" if len(values) == 1 else f"{label} in ({', '.join(values)})"
    if first.low is None and last.high is None:
        return f"{label} is anything"
    if first.low is None:
        return f"{label} {'<=' if last.is_point else '<'} {literal_text(last.high)}"
    if last.high is None:
        return f"{label} {'>=' if first.is_point else '>'} {literal_text(first.low)}"
    opening, closing = "[" if first.is_point else "(", "]" if last.is_point else ")"
    return f"{label} in {opening}{literal_text(first.low)}..{literal_text(last.high)}{closing}"
