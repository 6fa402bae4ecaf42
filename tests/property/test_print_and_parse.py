"""What the printer writes, the grammar reads as the same tree."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import Date, DaysDuration, MonthsDuration, parse_expression, parse_unary_tests
from engine.feel.printer import write_expression, write_tests
from engine.feel.syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextLiteral,
    ContextOf,
    Filter,
    For,
    FunctionLiteral,
    FunctionOf,
    If,
    In,
    InstanceOf,
    Iterator,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negation,
    Path,
    Quantified,
    RangeLiteral,
    TypeName,
    TypeOf,
)
from engine.feel.syntax import Tests as UnaryTests

# A large tree has a large `repr`, which hypothesis makes for itself alone.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
AT = st.just(0)
NAMES = st.sampled_from(["a", "b", "legal deadline", "a-b", "ərizə", "time offset", "string length"])
KNOWN = ("legal deadline", "a-b")
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = (
    st.none()
    | st.booleans()
    | TEXT
    | st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=3)
    | st.builds(Date, st.integers(1900, 2100), st.integers(1, 12), st.integers(1, 28))
    | st.builds(MonthsDuration, st.integers(-500, 500))
    | st.builds(DaysDuration, st.integers(-(10**15), 10**15))
)
TYPES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(["number", "string", "date and time", "tPerson", "Any"]).map(TypeName),
    lambda inner: (
        st.builds(TypeOf, st.sampled_from(["list", "range"]), inner)
        | st.builds(ContextOf, st.lists(st.tuples(st.sampled_from(["x", "y z"]), inner), max_size=2).map(tuple))
        | st.builds(FunctionOf, st.lists(inner, max_size=2).map(tuple), inner)
    ),
    max_leaves=3,
)
COMPARISONS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def _run(operators: list[str], node: Any) -> Any:
    rest = st.lists(st.tuples(st.sampled_from(operators), node), min_size=1, max_size=3).map(tuple)
    return st.builds(Arithmetic, AT, node, rest)


def _many(node: Any, least: int = 0) -> Any:
    return st.lists(node, min_size=least, max_size=3).map(tuple)


def _open_range(operator: str, end: Any) -> RangeLiteral:
    low = None if operator in ("<", "<=") else end
    high = None if operator in (">", ">=") else end
    included = operator in ("=", "!=")
    return RangeLiteral(0, low, high, included or operator == ">=", included or operator == "<=", operator)


def _larger(node: Any) -> Any:
    walks = _many(st.builds(Iterator, NAMES, node, st.none() | node), 1)
    named = st.lists(st.tuples(NAMES, node), min_size=1, max_size=2)
    keys = st.lists(st.tuples(NAMES | TEXT, node), max_size=3, unique_by=lambda entry: entry[0]).map(tuple)
    parameters = st.lists(st.tuples(NAMES, st.none() | TYPES), max_size=2).map(tuple)
    return st.one_of(
        st.builds(ListLiteral, AT, _many(node)),
        st.builds(ContextLiteral, AT, keys),
        st.builds(RangeLiteral, AT, node, node, st.booleans(), st.booleans()),
        st.builds(_open_range, COMPARISONS, node),
        st.builds(If, AT, node, node, node),
        st.builds(For, AT, walks, node),
        st.builds(Quantified, AT, st.booleans(), walks, node),
        st.builds(FunctionLiteral, AT, parameters, node, st.booleans()),
        st.builds(Call, AT, node, _many(node)),
        named.map(lambda pairs: Call(0, Name(0, "f"), tuple(v for _, v in pairs), tuple(n for n, _ in pairs))),
        st.builds(Path, AT, node, NAMES),
        st.builds(Filter, AT, node, node),
        st.builds(Between, AT, node, node, node),
        st.builds(In, AT, node, _many(node, 1)),
        st.builds(Comparison, AT, COMPARISONS, node, node),
        _run(["+", "-"], node),
        _run(["*", "/"], node),
        _run(["**"], node),
        st.builds(Negation, AT, node),
        st.builds(Logic, AT, st.sampled_from(["and", "or"]), st.lists(node, min_size=2, max_size=3).map(tuple)),
        st.builds(InstanceOf, AT, node, TYPES),
    )


_TREES: st.SearchStrategy[Any] = st.recursive(
    st.builds(Literal, AT, VALUES) | st.builds(Name, AT, NAMES), _larger, max_leaves=10
)


@st.composite
def trees(draw: st.DrawFn) -> Any:
    """Any tree that the grammar can make."""
    return draw(_TREES)


@st.composite
def cells(draw: st.DrawFn) -> UnaryTests:
    """Any unary tests that the grammar can make."""
    return UnaryTests(0, tuple(draw(st.lists(_TREES, min_size=1, max_size=3))), draw(st.booleans()))


def bare(part: Any) -> Any:
    """A tree without its places."""
    if isinstance(part, tuple):
        return tuple(bare(one) for one in part)
    if is_dataclass(part) and not isinstance(part, Date | DaysDuration | MonthsDuration):
        return (type(part).__name__, *(bare(getattr(part, one.name)) for one in fields(part) if one.name != "at"))
    return part


@settings(max_examples=300, deadline=None)
@given(trees())
def test_a_printed_tree_parses_to_itself(tree: Any) -> None:
    assert bare(parse_expression(write_expression(tree), KNOWN).tree) == bare(tree)


@settings(max_examples=100, deadline=None)
@given(cells())
def test_printed_tests_parse_to_themselves(tests: UnaryTests) -> None:
    assert bare(parse_unary_tests(write_tests(tests), KNOWN).tree) == bare(tests)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("a  and(b or c)", "a and (b or c)"),
        ("- -a", "--a"),
        ("x in ]1..5]", "x in ((1..5])"),
        ('{ "a b":1 , c : 2 }', '{"a b": 1, c: 2}'),
        ("(if a then 1 else 2)+1.50", "(if a then 1 else 2) + 1.5"),
        ("f( y:1 )[ item>1 ].z", "f(y: 1)[item > 1].z"),
        ("a instance of list< number >", "a instance of list<number>"),
        ('@"2026-01-01"  // New Year', '@"2026-01-01"'),
    ],
)
def test_the_canonical_text_has_the_brackets_that_the_tree_needs(written: str, canonical: str) -> None:
    assert write_expression(parse_expression(written).tree) == canonical


@pytest.mark.parametrize("text", ["-", "1, 2", "not(1, 2)", "(< 5), [1..2]", "? > 3"])
def test_canonical_tests_stay_as_they_are(text: str) -> None:
    assert write_tests(parse_unary_tests(text).tree) == text


def test_a_number_of_many_digits_is_kept() -> None:
    tree = Literal(0, Decimal("1234567890.123456789012345678901234"))

    assert parse_expression(write_expression(tree)).evaluate({}).value == tree.value
