"""XPath patterns for matches(), replace() and split() (XPath Functions 3.1, 5.6; DMN 1.5, 10.3.4.3).

Patterns run on a small machine of our own, step by counted step: Python's `re` differs from XPath (class subtraction,
`$`, `\\i`, `\\p{}`) and can't be stopped, so that one pattern of a model could hang a worker. How a pattern is read is
in `pattern_reader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from engine.feel.pattern_reader import PatternFault, Step, read_pattern

__all__ = ["Pattern", "PatternFault", "compile_pattern", "replacement_parts"]

Charge: TypeAlias = Callable[[int], None]
LONGEST_PATTERN = 1000
STEPS_PER_OPERATION = 8
"""So many steps of the machine count as one operation of the budget."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that is ready to run."""

    program: tuple[Step, ...]
    groups: int
    slots: int
    many_lines: bool
    any_case: bool
    literal: bool = False
    """Whether its flags make replacements literal too."""

    def search(self, text: str, start: int, charge: Charge) -> list[int] | None:
        """Start and end of the leftmost match and of its groups (-1 when unset); None when there is none."""
        for at in range(start, len(text) + 1):
            found = self._match(text, at, charge)
            if found is not None:
                return found
        return None

    def walk(self, text: str, charge: Charge) -> Iterator[list[int]]:
        """All matches from left to right that do not overlap."""
        at = 0
        while at <= len(text):
            found = self.search(text, at, charge)
            if found is None:
                return
            yield found
            at = found[1] if found[1] > found[0] else found[1] + 1

    def _match(self, text: str, start: int, charge: Charge) -> list[int] | None:
        saved: tuple[int, ...] = (start, -1) + (-1,) * (self.slots - 2)
        waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, start, saved)]
        program, length, steps = self.program, len(text), 0
        while waiting:
            at, place, saved = waiting.pop()
            while True:
                steps += 1
                if not steps % STEPS_PER_OPERATION:
                    charge(1)
                name, first, second = program[at]
                if name == "take":
                    if place >= length or not first(text[place]):
                        break
                    place += 1
                    at += 1
                elif name == "split":
                    waiting.append((second, place, saved))
                    at = first
                elif name == "jump":
                    at = first
                elif name == "save":
                    saved = (*saved[:first], place, *saved[first + 1 :])
                    at += 1
                elif name == "match":
                    charge(1)
                    return [start, place, *saved[2 : 2 + 2 * self.groups]]
                elif self._holds(name, first, text, place, saved):
                    place += self._width(name, first, saved)
                    at += 1
                else:
                    break
        charge(1)
        return None

    def _holds(self, name: str, first: Any, text: str, place: int, saved: tuple[int, ...]) -> bool:
        if name == "start":
            return place == 0 or (self.many_lines and text[place - 1] == "\n")
        if name == "end":
            return place == len(text) or (self.many_lines and text[place] == "\n")
        if name == "moved":
            return bool(saved[first] != place)
        group = _group(text, first, saved)
        found = text[place : place + len(group)]
        return bool(found == group) or (self.any_case and found.lower() == group.lower())

    def _width(self, name: str, first: Any, saved: tuple[int, ...]) -> int:
        return max(saved[2 * first + 1] - saved[2 * first], 0) if name == "again" else 0


def _group(text: str, number: int, saved: tuple[int, ...]) -> str:
    start, end = saved[2 * number], saved[2 * number + 1]
    return "" if start < 0 or end < 0 else text[start:end]


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """The pattern of a text with XPath's flags `i m s x q`. Raises PatternFault."""
    if len(pattern) > LONGEST_PATTERN:
        raise PatternFault(f"expected a pattern of at most {LONGEST_PATTERN} characters")
    unknown = set(flags) - set("imsxq")
    if unknown:
        raise PatternFault(f"expected the flags i, m, s, x or q, found {''.join(sorted(unknown))!r}")
    program, groups, slots = read_pattern(pattern, flags)
    return Pattern(tuple(program), groups, slots, "m" in flags, "i" in flags, "q" in flags)


_REPLACEMENT = re.compile(r"\\([\\$])|\$(\d+)|([^\\$]+)|(.)", re.DOTALL | re.ASCII)


def replacement_parts(replacement: str, groups: int) -> list[str | int]:
    """Texts and numbers of groups of a replacement. Raises PatternFault for a lone `$` or backslash."""
    parts: list[str | int] = []
    for match in _REPLACEMENT.finditer(replacement):
        if match[4]:
            raise PatternFault("expected `$` before a digit and a backslash before `$` or a backslash")
        if match[2]:
            digits = match[2]
            # As many digits as name a group; the rest is text (XPath Functions 3.1, 5.6.4).
            while len(digits) > 1 and int(digits) > groups:
                digits = digits[:-1]
            parts.append(int(digits) if int(digits) <= groups else "")
            parts.append(match[2][len(digits) :])
        else:
            parts.append(match[1] or match[3])
    return parts
