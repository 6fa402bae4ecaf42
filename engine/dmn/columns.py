"""The constant cells of one input column as sets of rules: which rules does a value leave in the game?

Most cells compare with literals and ranges of literals. Between two neighbouring numbers of a column nothing changes,
and all texts that no cell names are alike; so the answer is worked out once for each such piece, and remembered. Cells
that read names or call functions are left to the table, rule by rule (DMN 1.5, 8.3.3).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from engine.feel.unary import ConstantTests
from engine.feel.values import Range, Value

MOST_REMEMBERED = 4096
"""Answers that one column keeps."""
_OTHER_TEXT = object()
Key = TypeVar("Key")


class Column:
    """The cells of one input, top to bottom; None is a cell that every value passes, as far as this module knows.

    A set of rules is a number with a bit for each rule, the first rule's the lowest.
    """

    def __init__(self, cells: Sequence[ConstantTests | None]) -> None:
        self._rules: dict[ConstantTests, int] = {}
        self._free = 0
        for place, cell in enumerate(cells):
            if cell is None:
                self._free |= 1 << place
            else:
                self._rules[cell] = self._rules.get(cell, 0) | 1 << place
        parts = [part for cell in self._rules for part in cell.parts]
        ranges = [part for part in parts if isinstance(part, Range)]
        ends = [end for part in ranges for end in (part.start, part.end)]
        self._numbers = sorted({value for value in (*parts, *ends) if isinstance(value, Decimal)})
        self._texts = {part for part in parts if isinstance(part, str)}
        self._orders_texts = any(isinstance(end, str) for end in ends)
        self._by_piece: dict[int, int] = {}
        self._by_text: dict[object, int] = {}

    def rules_for(self, value: Value) -> int:
        """The rules whose cell holds for a value."""
        if value.__class__ is Decimal:
            place = bisect_left(self._numbers, value)
            is_number = place < len(self._numbers) and self._numbers[place] == value
            piece = 2 * place + is_number
            found = self._by_piece.get(piece)
            return self._remember(self._by_piece, piece, value) if found is None else found
        if value.__class__ is str and not self._orders_texts:
            text = value if value in self._texts else _OTHER_TEXT
            found = self._by_text.get(text)
            return self._remember(self._by_text, text, value) if found is None else found
        return self._holding(value)

    def _remember(self, known: dict[Key, int], key: Key, value: Value) -> int:
        rules = self._holding(value)
        if len(known) < MOST_REMEMBERED:
            known[key] = rules
        return rules

    def _holding(self, value: Value) -> int:
        rules = self._free
        for cell, among in self._rules.items():
            if cell.holds(value) is True:
                rules |= among
        return rules
