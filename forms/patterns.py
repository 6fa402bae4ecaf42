"""Regular expressions of text fields, matched in a time that grows with the text only.

form-js writes JavaScript patterns. What is common to most dialects is taken: literals, `.`, classes, `\\d \\w \\s` and
their opposites, groups, alternatives, `* + ?` and `{m,n}` (lazy or not), `^` and `$`. Look-around, back-references,
named groups, flags and Unicode properties are refused. A pattern is compiled to a set of states that are followed
together (K. Thompson, "Regular Expression Search Algorithm", 1968), so no text can make it slow; as in JavaScript it
need not match the whole text unless it says so.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from engine.errors import Invalid

MAX_PATTERN: Final = 500
"""Longest pattern, in characters."""
MAX_STATES: Final = 2_000
"""Most states of a compiled pattern: counted repetitions are written out."""
_MAX_REMEMBERED: Final = 2_000
_MAX_DEPTH: Final = 20

_DIGITS: Final = frozenset(string.digits)
_WORD: Final = frozenset(string.ascii_letters + string.digits + "_")
_SPACE: Final = frozenset(
    " \t\n\r\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
)
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v"}
_LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")

Test: TypeAlias = Callable[[str], bool]


class BadPattern(Invalid):
    """A pattern is wrong, or uses what is not supported."""

    code = "bad-pattern"


@dataclass(slots=True)
class _State:
    """Where a match can stand: `test` leads over one character to `then`, `free` are ways without a character."""

    test: Test | None = None
    then: int = -1
    free: list[int] = field(default_factory=list)
    at_start: bool = False
    at_end: bool = False


# A parsed piece adds its states before `after` and gives back the state it begins at.
_Piece: TypeAlias = Callable[["_Builder", int], int]


class _Builder:
    """The states of a pattern, made from its end to its beginning."""

    def __init__(self) -> None:
        self.states: list[_State] = []

    def add(self, state: _State) -> int:
        """Keep a state; gives its number. Raises BadPattern when there are too many."""
        if len(self.states) >= MAX_STATES:
            raise BadPattern(
                f"Expected a pattern of at most {MAX_STATES} states, found more.", remedy="Use smaller repetitions."
            )
        self.states.append(state)
        return len(self.states) - 1


class Pattern:
    """A compiled pattern. `Pattern(text)` raises BadPattern."""

    __slots__ = ("_begin", "_end", "_remembered", "_states", "text")

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise BadPattern(f"Expected a pattern of at most {MAX_PATTERN} characters, found {len(text)}.")
        self.text = text
        builder = _Builder()
        piece = _Parser(text).whole()
        self._end = builder.add(_State())
        self._begin = piece(builder, self._end)
        self._states = builder.states
        self._remembered: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the text."""
        here = self._closure({self._begin}, at_start=True, at_end=not text)
        for place, letter in enumerate(text, 1):
            if self._end in here:
                return True
            here = self._step(here, letter, at_end=place == len(text))
        return self._end in here

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def _step(self, here: frozenset[int], letter: str, *, at_end: bool) -> frozenset[int]:
        """The states after one more letter; a match may also begin after it."""
        known = None if at_end else self._remembered.get((here, letter))
        if known is not None:
            return known
        there = {self._begin}
        for number in here:
            state = self._states[number]
            if state.test is not None and state.test(letter):
                there.add(state.then)
        found = self._closure(there, at_start=False, at_end=at_end)
        if not at_end and len(self._remembered) < _MAX_REMEMBERED:
            self._remembered[here, letter] = found
        return found

    def _closure(self, numbers: set[int], *, at_start: bool, at_end: bool) -> frozenset[int]:
        found: set[int] = set()
        ahead = list(numbers)
        while ahead:
            number = ahead.pop()
            state = self._states[number]
            if number in found or (state.at_start and not at_start) or (state.at_end and not at_end):
                continue
            found.add(number)
            ahead.extend(state.free)
        return frozenset(found)


class _Parser:
    """Text of a pattern -> pieces, by recursive descent with a bounded depth."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0

    def whole(self) -> _Piece:
        """The pattern as one piece."""
        piece = self._alternatives()
        if self._at < len(self._text):
            raise self._bad("a closing bracket without an opening one")
        return piece

    def _bad(self, found: str) -> BadPattern:
        return BadPattern(
            f"The pattern {self._text!r:.80} has {found} at character {self._at + 1}.",
            remedy="Use letters, classes, groups, alternatives and repetitions only.",
        )

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        letter = self._peek()
        self._at += 1
        return letter

    def _alternatives(self) -> _Piece:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._bad(f"more than {_MAX_DEPTH} groups inside each other")
        ways = [self._row()]
        while self._peek() == "|":
            self._take()
            ways.append(self._row())
        self._depth -= 1
        return ways[0] if len(ways) == 1 else _either(ways)

    def _row(self) -> _Piece:
        pieces: list[_Piece] = []
        while self._peek() not in ("", "|", ")"):
            pieces.append(self._repeated())
        return _row(pieces)

    def _repeated(self) -> _Piece:
        sign = self._peek()
        if sign in ("^", "$"):
            self._take()
            if self._peek() in ("*", "+", "?"):
                raise self._bad("a repeated line end")
            return _edge(at_start=sign == "^")
        piece = self._atom()
        bounds = self._bounds()
        if bounds is None:
            return piece
        if self._peek() == "?":
            self._take()
        if self._peek() in ("*", "+", "?"):
            raise self._bad("a repetition of a repetition")
        return _repeat(piece, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self._peek()
        if sign in ("*", "+", "?"):
            self._take()
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        if sign != "{":
            return None
        end = self._text.find("}", self._at)
        least, comma, most = self._text[self._at + 1 : end].partition(",")
        if end < 0 or not _is_count(least) or not (most == "" or _is_count(most)):
            raise self._bad("a brace that is no repetition such as {2,5}; write \\{ for the letter")
        low = int(least)
        high = (int(most) if most else None) if comma else low
        if high is not None and high < low:
            raise self._bad("a repetition with its bounds exchanged")
        self._at = end + 1
        return low, high

    def _atom(self) -> _Piece:
        letter = self._take()
        if letter == "(":
            return self._group()
        if letter == "[":
            return _one(self._class())
        if letter == ".":
            return _one(lambda found: found not in _LINE_ENDS)
        if letter == "\\":
            return _one(_test(self._escape()))
        if letter in "*+?{":
            self._at -= 1
            raise self._bad("a repetition of nothing")
        return _one(_test(letter))

    def _group(self) -> _Piece:
        if self._peek() == "?":
            if self._text[self._at : self._at + 2] != "?:":
                raise self._bad("a look-around, a named group or a flag, which is not supported,")
            self._at += 2
        piece = self._alternatives()
        if self._take() != ")":
            self._at = len(self._text)
            raise self._bad("a group that is not closed")
        return piece

    def _escape(self) -> str | Test:
        """What stands behind a backslash: one letter, or a test for several."""
        letter = self._take()
        if letter in ("d", "w", "s", "D", "W", "S"):
            letters = {"d": _DIGITS, "w": _WORD, "s": _SPACE}[letter.lower()]
            return letters.__contains__ if letter.islower() else lambda found: found not in letters
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in ("u", "x"):
            digits = self._text[self._at : self._at + (4 if letter == "u" else 2)]
            if len(digits) != (4 if letter == "u" else 2) or not all(c in string.hexdigits for c in digits):
                raise self._bad("an escape without its hexadecimal digits")
            self._at += len(digits)
            return chr(int(digits, 16))
        if letter == "" or letter.isalnum():
            self._at -= 1
            raise self._bad("an escape that is not supported (back-reference, word edge, Unicode property)")
        return letter

    def _class(self) -> Test:
        opposite = self._peek() == "^"
        if opposite:
            self._take()
        letters: set[str] = set()
        ranges: list[tuple[str, str]] = []
        tests: list[Test] = []
        while (letter := self._peek()) != "]":
            if letter == "":
                raise self._bad("a class that is not closed")
            first = self._class_letter()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._take()
                last = self._class_letter()
                if not (isinstance(first, str) and isinstance(last, str)) or last < first:
                    raise self._bad("a range with its ends exchanged")
                ranges.append((first, last))
            elif isinstance(first, str):
                letters.add(first)
            else:
                tests.append(first)
        self._take()
        fixed = frozenset(letters)

        def test(found: str) -> bool:
            inside = found in fixed or any(a <= found <= b for a, b in ranges) or any(fits(found) for fits in tests)
            return inside is not opposite

        return test

    def _class_letter(self) -> str | Test:
        letter = self._take()
        return self._escape() if letter == "\\" else letter


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _test(found: str | Test) -> Test:
    return found.__eq__ if isinstance(found, str) else found


def _one(test: Test) -> _Piece:
    return lambda builder, after: builder.add(_State(test=test, then=after))


def _edge(*, at_start: bool) -> _Piece:
    return lambda builder, after: builder.add(_State(free=[after], at_start=at_start, at_end=not at_start))


def _row(pieces: list[_Piece]) -> _Piece:
    def build(builder: _Builder, after: int) -> int:
        for piece in reversed(pieces):
            after = piece(builder, after)
        return after

    return build


def _either(ways: list[_Piece]) -> _Piece:
    def build(builder: _Builder, after: int) -> int:
        return builder.add(_State(free=[way(builder, after) for way in ways]))

    return build


def _repeat(piece: _Piece, least: int, most: int | None) -> _Piece:
    def build(builder: _Builder, after: int) -> int:
        if most is None:
            again = builder.add(_State(free=[after]))
            builder.states[again].free.append(piece(builder, again))
            after = again
        else:
            for _ in range(most - least):
                after = builder.add(_State(free=[piece(builder, after), after]))
        for _ in range(least):
            before = len(builder.states)
            after = piece(builder, after)
            if len(builder.states) == before:  # nothing to repeat: `(){9999}` must not take long
                break
        return after

    return build


EMAIL: Final = Pattern(r"^[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s.]{1,63}$")
"""What an address of electronic mail looks like; whether it is one, only a letter shows."""
PHONE: Final = Pattern(r"^\+[1-9][0-9]{6,14}$")
"""An international telephone number (ITU-T E.164)."""
