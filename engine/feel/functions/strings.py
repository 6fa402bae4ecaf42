"""Texts, counted in whole characters (code points) from 1 (DMN 1.5, 10.3.4.3)."""

# ruff: noqa: ARG001  (every body gets the run)

from __future__ import annotations

from decimal import Decimal

from engine.feel.functions.registration import Family
from engine.feel.patterns import Pattern, PatternFault, compile_pattern, replacement_parts
from engine.feel.run import Run
from engine.feel.values import Value

FAMILY = Family()


@FAMILY.built_in("substring(string: string, start position: number, length?: number)")
def substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> Value:
    """So many characters from a position, from the end when negative; null when the position is not in the text."""
    place = int(start)
    if place == 0 or abs(place) > len(string):
        return run.null("index", f"substring() expects a start within {len(string)} characters, found {start}.")
    first = place - 1 if place > 0 else len(string) + place
    if length is None:
        return string[first:]
    if length < 1:
        return run.null("index", f"substring() expects a length from 1, found {length}.")
    return string[first : first + int(min(length, Decimal(len(string))))]


@FAMILY.built_in("string length(string: string)")
def string_length(run: Run, string: str) -> Value:
    """The number of characters."""
    return Decimal(len(string))


@FAMILY.built_in("upper case(string: string)")
def upper_case(run: Run, string: str) -> Value:
    """In capitals."""
    return string.upper()


@FAMILY.built_in("lower case(string: string)")
def lower_case(run: Run, string: str) -> Value:
    """In small letters."""
    return string.lower()


@FAMILY.built_in("substring before(string: string, match: string)")
def substring_before(run: Run, string: str, match: str) -> Value:
    """What stands before the first match; empty when there is none."""
    return string.partition(match)[0] if match and match in string else ""


@FAMILY.built_in("substring after(string: string, match: string)")
def substring_after(run: Run, string: str, match: str) -> Value:
    """What stands after the first match; empty when there is none."""
    return string.partition(match)[2] if match else string


@FAMILY.built_in("contains(string: string, match: string)")
def contains(run: Run, string: str, match: str) -> Value:
    """Whether the match stands anywhere."""
    return match in string


@FAMILY.built_in("starts with(string: string, match: string)")
def starts_with(run: Run, string: str, match: str) -> Value:
    """Whether the match stands first."""
    return string.startswith(match)


@FAMILY.built_in("ends with(string: string, match: string)")
def ends_with(run: Run, string: str, match: str) -> Value:
    """Whether the match stands last."""
    return string.endswith(match)


@FAMILY.built_in("string join(list: list, delimiter?: string|null)")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> Value:
    """The texts in a row with a delimiter between; nulls are left out."""
    texts = [item for item in items if item is not None]
    if not all(isinstance(text, str) for text in texts):
        return run.null("argument-type", "string join() expects texts only.")
    run.room_for(sum(len(text) for text in texts) + len(texts) * len(delimiter or ""))
    return (delimiter or "").join(texts)


def _pattern(run: Run, name: str, pattern: str, flags: str) -> Pattern | None:
    try:
        return compile_pattern(pattern, flags)
    except PatternFault as fault:
        run.null("pattern", f"{name}(): {fault}.")
        return None


@FAMILY.built_in("matches(input: string, pattern: string, flags?: string|null)")
def matches(run: Run, string: str, pattern: str, flags: str | None = None) -> Value:
    """Whether an XPath pattern matches anywhere in the text."""
    compiled = _pattern(run, "matches", pattern, flags or "")
    return None if compiled is None else compiled.search(string, 0, run.charge) is not None


@FAMILY.built_in("replace(input: string, pattern: string, replacement: string, flags?: string|null)")
def replace(run: Run, string: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """The text with each match replaced; `$1` in the replacement is the first group."""
    compiled = _pattern(run, "replace", pattern, flags or "")
    if compiled is None:
        return None
    if compiled.search("", 0, run.charge) is not None:
        return run.null("pattern", "replace() expects a pattern that does not match the empty text.")
    try:
        parts = [replacement] if compiled.literal else replacement_parts(replacement, compiled.groups)
    except PatternFault as fault:
        return run.null("pattern", f"replace(): {fault}.")
    made: list[str] = []
    length = last = 0
    for match in compiled.walk(string, run.charge):
        made.append(string[last : match[0]])
        made.extend(part if isinstance(part, str) else _group(string, match, part) for part in parts)
        length += len(made[-1]) + len(replacement)
        run.room_for(length)
        last = match[1]
    made.append(string[last:])
    return "".join(made)


def _group(string: str, match: list[int], number: int) -> str:
    start, end = match[2 * number], match[2 * number + 1]
    return "" if start < 0 or end < 0 else string[start:end]


@FAMILY.built_in("split(string: string, delimiter: string)")
def split(run: Run, string: str, delimiter: str) -> Value:
    """The texts between the matches of a pattern."""
    compiled = _pattern(run, "split", delimiter, "")
    if compiled is None:
        return None
    if compiled.search("", 0, run.charge) is not None:
        return run.null("pattern", "split() expects a pattern that does not match the empty text.")
    parts: list[Value] = []
    last = 0
    for match in compiled.walk(string, run.charge):
        parts.append(string[last : match[0]])
        last = match[1]
    parts.append(string[last:])
    return parts
