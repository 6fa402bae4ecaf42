"""From the text of an XPath pattern to the steps of the machine in `patterns` (XML Schema 1.1 part 2, appendix G).

Steps: `take` a character of a class, `split` into two ways (the first is tried first), `jump`, `save` the place in a
slot, `moved` since a slot was saved, `again` the text of a group, `start` and `end` of the text or line, `match`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from engine.feel.pattern_classes import (
    Accepts,
    any_at_all,
    any_but_line_end,
    any_case,
    between,
    either,
    negated,
    only,
    property_class,
    remembered,
    short_class,
    without,
)

Step: TypeAlias = tuple[str, Any, Any]
Part: TypeAlias = Callable[[], None]
MOST_STEPS = 20_000
MOST_TIMES = 1000
DEEPEST_GROUPS = 40
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_LITERAL_ESCAPES = frozenset("\\|.?*+(){}-[]^$")


class PatternFault(Exception):
    """A text is no XPath pattern."""


def read_pattern(pattern: str, flags: str) -> tuple[list[Step], int, int]:
    """The steps of a pattern, its number of groups, and of slots. Raises PatternFault."""
    return _Reader(pattern, flags).read()


def _without_space(pattern: str) -> str:
    """A pattern with the flag x: white space counts within `[]` only."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if character in " \t\n\r" and not depth:
            continue
        if not escaped:
            depth += (character == "[") - (character == "]" and depth > 0)
        escaped = character == "\\" and not escaped
        kept.append(character)
    return "".join(kept)


class _Reader:
    def __init__(self, pattern: str, flags: str) -> None:
        self._text = _without_space(pattern) if "x" in flags and "q" not in flags else pattern
        self._flags = flags
        self._at = 0
        self._depth = 0
        self._groups = 0
        self._closed: set[int] = set()
        self._marks = 0
        self._steps: list[Step] = []

    def read(self) -> tuple[list[Step], int, int]:
        if "q" in self._flags:
            for character in self._text:
                self._take(self._in_case(only(character)))
        else:
            self._choice()()
            if self._at < len(self._text):
                raise PatternFault(f"expected an opening bracket before `{self._peek()}`")
        self._emit("match")
        slots = 2 + 2 * self._groups
        # Marks of loops follow the groups; their number is only known now.
        steps: list[Step] = [
            (name, slots - 1 - first, second) if name in ("save", "moved") and first < 0 else (name, first, second)
            for name, first, second in self._steps
        ]
        return steps, self._groups, slots + self._marks

    # A part is read first and emitted later, because `{2,3}` emits it more than once.

    def _choice(self) -> Part:
        self._depth += 1
        if self._depth > DEEPEST_GROUPS:
            raise PatternFault(f"expected at most {DEEPEST_GROUPS} groups within each other")
        ways = [self._sequence()]
        while self._accept("|"):
            ways.append(self._sequence())
        self._depth -= 1
        return ways[0] if len(ways) == 1 else lambda: self._emit_choice(ways)

    def _emit_choice(self, ways: list[Part]) -> None:
        jumps: list[int] = []
        for way in ways[:-1]:
            split = self._emit("split")
            way()
            jumps.append(self._emit("jump"))
            self._steps[split] = ("split", split + 1, len(self._steps))
        ways[-1]()
        for jump in jumps:
            self._steps[jump] = ("jump", len(self._steps), None)

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._at < len(self._text) and self._peek() not in "|)":
            parts.append(self._repeated(self._atom()))

        def emit() -> None:
            for part in parts:
                part()

        return emit

    def _atom(self) -> Part:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "[":
            accepts = self._class()
            return lambda: self._take(accepts)
        if character == ".":
            accepts = any_at_all if "s" in self._flags else any_but_line_end
            return lambda: self._take(accepts)
        if character in "^$":
            name = "start" if character == "^" else "end"
            return lambda: self._drop(self._emit(name))
        if character == "\\":
            return self._escape()
        if character in "*+?{}]":
            raise PatternFault(f"expected something to repeat or a backslash before `{character}`")
        return lambda: self._take(self._in_case(only(character)))

    def _group(self) -> Part:
        if self._accept("?"):
            if not self._accept(":"):
                raise PatternFault("expected `:` after `(?`; looking ahead or back is not XPath")
            inner = self._choice()
            self._expect(")")
            return inner
        self._groups += 1
        number = self._groups
        inner = self._choice()
        self._expect(")")
        self._closed.add(number)

        def emit() -> None:
            self._emit("save", 2 * number)
            inner()
            self._emit("save", 2 * number + 1)

        return emit

    def _escape(self) -> Part:
        character = self._peek()
        if character.isascii() and character.isdigit() and character != "0":
            number = int(self._next())
            # The longest number of a group that has been closed (XPath Functions 3.1, 5.6.1).
            while self._peek().isascii() and self._peek().isdigit() and number * 10 + int(self._peek()) in self._closed:
                number = number * 10 + int(self._next())
            if number not in self._closed:
                raise PatternFault(f"expected a group {number} before `\\{number}`")
            return lambda: self._drop(self._emit("again", number))
        accepts = self._escaped_class()
        return lambda: self._take(accepts)

    def _escaped_class(self) -> Accepts:
        """The class after a backslash, also within brackets."""
        character = self._next()
        if character in _ESCAPED or character in _LITERAL_ESCAPES:
            return self._in_case(only(_ESCAPED.get(character, character)))
        if character in "pP":
            self._expect("{")
            end = self._text.find("}", self._at)
            accepts = property_class(self._text[self._at : end]) if end > 0 else None
            if accepts is None:
                raise PatternFault(f"expected a category or block after `\\{character}{{`")
            self._at = end + 1
            return accepts if character == "p" else negated(accepts)
        accepts = short_class(character)
        if accepts is None:
            raise PatternFault(f"expected an escape of XPath, found `\\{character}`")
        return accepts

    def _class(self) -> Accepts:
        self._depth += 1
        if self._depth > DEEPEST_GROUPS:
            raise PatternFault(f"expected at most {DEEPEST_GROUPS} classes within each other")
        opposite = self._accept("^")
        parts: list[Accepts] = []
        taken: Accepts | None = None
        while not self._accept("]"):
            if self._text.startswith("-[", self._at) and parts:
                self._at += 2
                taken = self._class()
                self._expect("]")
                break
            parts.append(self._class_part(first=not parts))
        if not parts:
            raise PatternFault("expected a character within `[]`")
        self._depth -= 1
        accepts = negated(either(parts)) if opposite else either(parts)
        return accepts if taken is None else without(accepts, taken)

    def _class_part(self, *, first: bool) -> Accepts:
        low = self._class_character()
        if not isinstance(low, str):
            return low
        ends = self._text[self._at : self._at + 2]
        if not ends.startswith("-") or ends in ("-]", "-["):
            if low == "-" and not first and not ends.startswith("]"):
                raise PatternFault("expected a backslash before `-` within `[]`")
            return self._in_case(only(low))
        self._at += 1
        high = self._class_character()
        if not isinstance(high, str) or high < low:
            raise PatternFault("expected a range from a lower to a higher character within `[]`")
        return self._in_case(between(low, high))

    def _class_character(self) -> str | Accepts:
        character = self._next()
        if character == "[":
            raise PatternFault("expected a backslash before `[` within `[]`")
        if character != "\\":
            return character
        if self._peek() in _ESCAPED or self._peek() in _LITERAL_ESCAPES:
            escaped = self._next()
            return _ESCAPED.get(escaped, escaped)
        return self._escaped_class()

    def _repeated(self, part: Part) -> Part:
        character = self._peek()
        if character == "{":
            least, most = self._times()
        elif character and character in "*+?":
            self._at += 1
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        else:
            return part
        greedy = not self._accept("?")
        return lambda: self._emit_repeated(part, least, most, greedy)

    def _times(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at + 1 : max(end, 0)].partition(",")
        if not (low.isascii() and low.isdigit() and (not high or (high.isascii() and high.isdigit()))):
            raise PatternFault("expected `{n}`, `{n,}` or `{n,m}`")
        self._at = end + 1
        least = int(low)
        most = int(high) if high else None if comma else least
        if max(least, most or 0) > MOST_TIMES or (most is not None and most < least):
            raise PatternFault(f"expected repetitions from fewer to more, at most {MOST_TIMES}")
        return least, most

    def _emit_repeated(self, part: Part, least: int, most: int | None, greedy: bool) -> None:
        for _ in range(least):
            part()
        if most is None:
            self._emit_loop(part, greedy)
            return
        splits: list[int] = []
        for _ in range(most - least):
            splits.append(self._emit("split"))
            part()
        for split in splits:
            self._point(split, split + 1, len(self._steps), greedy)

    def _emit_loop(self, part: Part, greedy: bool) -> None:
        self._marks += 1
        mark = -self._marks
        split = self._emit("split")
        self._emit("save", mark)
        part()
        self._emit("moved", mark)
        self._emit("jump", split)
        self._point(split, split + 1, len(self._steps), greedy)

    def _point(self, split: int, inside: int, beyond: int, greedy: bool) -> None:
        self._steps[split] = ("split", inside, beyond) if greedy else ("split", beyond, inside)

    def _take(self, accepts: Accepts) -> None:
        self._emit("take", remembered(accepts))

    def _in_case(self, accepts: Accepts) -> Accepts:
        return any_case(accepts) if "i" in self._flags else accepts

    def _emit(self, name: str, first: Any = None) -> int:
        if len(self._steps) >= MOST_STEPS:
            raise PatternFault("expected a shorter pattern, or fewer repetitions")
        self._steps.append((name, first, None))
        return len(self._steps) - 1

    def _drop(self, step: int) -> None:
        """A part gives nothing; `_emit` gives the number of its step."""

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        character = self._peek()
        if not character:
            raise PatternFault("expected more after the end of the pattern")
        self._at += 1
        return character

    def _accept(self, character: str) -> bool:
        if self._peek() == character:
            self._at += 1
            return True
        return False

    def _expect(self, character: str) -> None:
        if not self._accept(character):
            raise PatternFault(f"expected `{character}`, found `{self._peek() or 'the end'}`")
