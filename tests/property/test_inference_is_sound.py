"""What is said of an expression before it runs is true of every run: the kinds of its value, and what must fail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import Range, Value, admit, feel_type, parse_expression, read_temporal
from engine.feel.functions import BUILT_INS
from engine.feel.inference import AnyOf, Names, Whole, infer, kinds_of
from engine.feel.inference.kinds import options_of, type_of
from engine.feel.types import FeelType, ListType, RangeType, Record

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SCOPE: dict[str, Value] = {
    "n": admit(3),
    "s": "ab",
    "b": True,
    "d": read_temporal("2026-03-01"),
    "t": read_temporal("10:00:00"),
    "m": read_temporal("2026-03-01T10:00:00"),
    "days": read_temporal("P2D"),
    "months": read_temporal("P1M"),
    "L": [admit(1), admit(2), None],
    "P": [{"x": admit(1), "y": "a"}, {"x": admit(2), "y": "b"}],
    "c": {"x": admit(1), "y": "a"},
    "r": Range(admit(1), admit(3), True, True),
    "nothing": None,
}


def _declared(value: Value) -> FeelType:
    """The type that somebody may have declared for a value."""
    if isinstance(value, list):
        return ListType(AnyOf(tuple(dict.fromkeys(map(type_of, value)))) if "x" not in str(value) else POINT)
    if isinstance(value, dict):
        return POINT
    return RangeType(type_of(value.start)) if isinstance(value, Range) else type_of(value)


POINT = Record({"x": type_of(admit(1)), "y": type_of("a")}, "tPoint")
NAMES = Names({name: _declared(value) for name, value in SCOPE.items()})
LEAVES = st.sampled_from([*SCOPE, "1", '"a"', "null", "true", "[]", "[1, 2]", '@"P1D"', "{x: 1}", "[1..3]", "(< 5)"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">="])
CALLED = st.sampled_from(sorted(BUILT_INS.keys() - {"now", "today"}))


def _straight(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions all of whose parts are evaluated."""
    return st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            OPERATORS,
            inner,
        ),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("{}({})".format, CALLED, st.lists(inner, max_size=3).map(", ".join)),
        st.builds("(-{})".format, inner),
        st.builds("({}).{}".format, inner, st.sampled_from(["x", "y", "year", "days", "start"])),
        st.builds("({} instance of {})".format, inner, st.sampled_from(["number", "list<string>", "Any"])),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{x: {}, y: x}}".format, inner),
    )


def _branching(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        _straight(inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("({} in ({}))".format, inner, inner),
        st.builds("({})[{}]".format, inner, inner | st.sampled_from(["x > 1", "item = 1", "1", "-1"])),
        st.builds("(for i in {} return {})".format, inner, inner | st.sampled_from(["i", "i.x", "i + n", "partial"])),
        st.builds("({} i in {} satisfies {})".format, st.sampled_from(["some", "every"]), inner, inner),
        st.builds("(function(i) {})({})".format, inner | st.just("i"), inner),
    )


STRAIGHT = st.recursive(LEAVES, _straight, max_leaves=5)
BRANCHING = st.recursive(LEAVES, _branching, max_leaves=6)
KNOWN = tuple(name for name in BUILT_INS if " " in name)


def foreseen(kind: FeelType, value: Any) -> bool:
    """Whether a value is one of those that a type allows for, its parts too; null always is."""
    if value is None:
        return True
    if feel_type(value) not in kinds_of(kind):
        return False
    options = [option for option in options_of(kind) if feel_type(value) in kinds_of(option)]
    return any(_parts_foreseen(option, value) for option in options)


def _parts_foreseen(option: FeelType, value: Any) -> bool:
    if isinstance(option, ListType):
        return all(foreseen(option.item, item) for item in value)
    if isinstance(option, Record):
        known = all(foreseen(option.entries[key], item) for key, item in value.items() if key in option.entries)
        return known and (not isinstance(option, Whole) or value.keys() == option.entries.keys())
    return True


@settings(max_examples=400, deadline=None)
@given(BRANCHING)
def test_a_value_has_one_of_the_kinds_foreseen(text: str) -> None:
    parsed = parse_expression(text, KNOWN)

    kind, _ = infer(parsed.tree, NAMES)

    value = parsed.evaluate(SCOPE, now=NOW).value
    assert foreseen(kind, value), f"{text} gave {value!r}, foreseen was {kind.name}"


@settings(max_examples=400, deadline=None)
@given(STRAIGHT)
def test_what_is_told_as_certain_never_goes_without_a_warning(text: str) -> None:
    parsed = parse_expression(text, KNOWN)

    _, findings = infer(parsed.tree, NAMES)

    warned = parsed.evaluate(SCOPE, now=NOW).warnings
    assert warned or not [found for found in findings if found.is_certain], f"{text}: {findings}"
