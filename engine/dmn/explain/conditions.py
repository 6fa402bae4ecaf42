"""A cell of a decision table in words: what it asks of its input."""

from __future__ import annotations

from engine.dmn.explain.values import in_words
from engine.dmn.explain.words import Language, say
from engine.feel import Date, DateTime, Range, Time, UnaryTests, Value
from engine.feel.compiler import compile_node
from engine.feel.run import Run
from engine.feel.syntax import RangeLiteral, free_names


def wanted(tests: UnaryTests, language: Language) -> str:
    """What a cell asks; a condition that is not of values and ranges stands as the analyst wrote it."""
    parts = _parts(tests)
    if parts is None:
        return say("cell", language, text=tests.text.strip())
    listed = say("or", language).join(_part(part, language) for part in parts)
    return say("not", language, wanted=listed) if tests.tree.negated else listed


def _parts(tests: UnaryTests) -> list[Value] | None:
    """The values and ranges a cell names; None when it reads anything but them."""
    found: list[Value] = []
    for test in tests.tree.tests:
        if tests.free_names or "?" in free_names(test):
            return None
        run = Run()
        value = compile_node(test)(run)
        if run.warnings or (isinstance(value, bool) and isinstance(test, RangeLiteral)):
            return None
        found.append(value)
    return found or None


def _part(part: Value, language: Language) -> str:
    if not isinstance(part, Range):
        return in_words(part, language)
    if part.operator == "!=":
        return say("not", language, wanted=in_words(part.start, language))
    if part.operator == "=":
        return in_words(part.start, language)
    low = None if part.start is None else _end(part.start, "since" if part.start_included else "after", language)
    high = None if part.end is None else _end(part.end, "until" if part.end_included else "before", language)
    if low and high:
        return say("both", language, low=low, high=high)
    return low or high or ""


_OF_NUMBERS = {"since": "at-least", "after": "above", "until": "at-most", "before": "below"}


def _end(end: Value, name: str, language: Language) -> str:
    is_moment = isinstance(end, Date | DateTime | Time)
    return say(name if is_moment else _OF_NUMBERS[name], language, limit=in_words(end, language))
