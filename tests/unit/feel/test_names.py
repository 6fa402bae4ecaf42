"""Names that hold spaces and operators: the longest known one is meant (DMN 1.5, 10.3.1.2)."""

from __future__ import annotations

import pytest

from engine.feel import parse_expression
from engine.feel.names import KnownNames, longest_name, name_tree

NAMES = frozenset({"a b", "a b c", "a-b", "date of birth", "n/a", "a+", "person's name", "x 1", "plain"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a b", "a b"),
        ("a  \n b", "a  \n b"),
        ("a b c", "a b c"),
        ("a b cd", "a b"),
        ("a bc", ""),
        ("ab", ""),
        ("a-b", "a-b"),
        ("a-bc", ""),
        ("a - b", ""),
        ("a+ 1", "a+"),
        ("a+b", ""),
        ("date of birth.year", "date of birth"),
        ("n/a", "n/a"),
        ("person's name", "person's name"),
        ("x 1", "x 1"),
        ("x 12", ""),
        ("plain", ""),
    ],
)
def test_the_longest_known_name_is_found(text: str, found: str) -> None:
    end = longest_name(name_tree(NAMES), text, 0)

    assert text[: max(end, 0)] == found


def test_names_are_added_in_layers() -> None:
    shared = KnownNames(frozenset({"a b"}))

    wider = shared | {"c d", "plain"}

    assert (wider.base, wider.more) == (shared.base, frozenset({"c d"}))
    assert wider | {"c d"} is wider
    assert parse_expression("a b + c d", wider).free_names == {"a b", "c d"}


def test_ten_thousand_names_cost_no_more_than_ten() -> None:
    many = KnownNames(frozenset(f"a b {number}" for number in range(10_000)))

    for number in range(500):
        parse_expression(f"a b {number} + 1", many | {f"c {number}"})
