"""An expression that holds what was found against what was stated, and the values that it compares.

`=person.birth_date = application.birth_date`. Only true agrees: what cannot be told is for a person to look at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Final

from engine.feel import FeelBudgetExceeded, FeelSyntaxError, parse_expression, write_expression
from engine.feel.plain import to_json
from engine.feel.syntax import Comparison, Literal

_MOST: Final = 20


def is_comparison(written: str) -> bool:
    """Whether it begins with `=` and is an expression."""
    try:
        parse_expression(written.removeprefix("="))
    except FeelSyntaxError:
        return False
    return written.startswith("=")


def held_against(
    written: str, scope: Mapping[str, Any], found: Collection[str], *, now: datetime, functions: Mapping[str, Any]
) -> tuple[bool, list[tuple[str, Any, Any]]]:
    """Whether it is true, and of each `=` in it: what was found, what was stated of it, and its value, as plain JSON.

    `found` are the names that hold what was found. Raises FeelSyntaxError for what is no expression.
    """

    def value(text: str) -> Any:
        try:
            return parse_expression(text).evaluate(scope, now=now, functions=functions).value
        except FeelBudgetExceeded:
            return None  # nobody can say that it agrees

    text = written.removeprefix("=")
    pairs = []
    for comparison in _comparisons(parse_expression(text).tree):
        left, right = write_expression(comparison.left), write_expression(comparison.right)
        names = frozenset(found)
        if parse_expression(right).free_names & names and not parse_expression(left).free_names & names:
            left, right = right, left
        pairs.append((left, to_json(value(right)), to_json(value(left))))
    return value(text) is True, pairs


def _comparisons(tree: Any) -> Iterator[Comparison]:
    """The equalities of an expression, in the order written, at most 20; those with null only ask if it is there."""
    ahead, number = [tree], 0
    while ahead and number < _MOST:
        node = ahead.pop()
        if isinstance(node, tuple):
            ahead += reversed(node)
        elif isinstance(node, Comparison) and node.operator == "=":
            if not any(isinstance(side, Literal) and side.value is None for side in (node.left, node.right)):
                number += 1
                yield node
        elif is_dataclass(node) and not isinstance(node, type):
            ahead += [getattr(node, one.name) for one in reversed(fields(node))]
