"""Names in sight with their types, and what is found about an expression."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from engine.feel.types import ANY, FeelType


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about an expression."""

    rule: str
    """Stable name, such as `unknown-name`."""
    message: str
    remedy: str
    at: int
    """Place in the text, in characters."""
    is_certain: bool = True
    """A fault, whatever the values; a doubt when False."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names in sight, and those around them."""

    types: Mapping[str, FeelType] = field(default_factory=dict)
    outer: Names | None = None
    is_open: bool = False
    """Whether there may be others that nobody has declared: variables of a process, entries of an unknown context."""
    is_doubted: bool = False
    """Of an open one: whether others would be a surprise, as beyond the declared components of a type."""

    def find(self, name: str) -> FeelType | None:
        """The type of a name: any beyond an open place, which may have it too; None when it is not known here."""
        for place in self._places():
            if name in place.types:
                return place.types[name]
            if place.is_open and not place.is_doubted:
                return ANY
        return None

    def declared(self, name: str) -> FeelType | None:
        """The type of a name that somebody declared."""
        return next((place.types[name] for place in self._places() if name in place.types), None)

    def within(self, types: Mapping[str, FeelType], *, is_open: bool = False, is_doubted: bool = False) -> Names:
        """These names with others before them."""
        return Names(types, self, is_open, is_doubted)

    @property
    def is_surprised_by_others(self) -> bool:
        """Whether a name that is not found may be there, but hardly."""
        return any(place.is_open for place in self._places())

    def all(self) -> frozenset[str]:
        """Every name in sight."""
        return frozenset().union(*(place.types for place in self._places()))

    def _places(self) -> Iterable[Names]:
        place: Names | None = self
        while place is not None:
            yield place
            place = place.outer


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one is likely to mean."""
    spelled = {one.casefold(): one for one in sorted(known)}
    found = get_close_matches(name.casefold(), list(spelled), n=1, cutoff=0.75)
    return spelled[found[0]] if found else None


def meant(name: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy that names what was probably meant."""
    near = nearest(name, known)
    return f"Did you mean `{near}`? {otherwise}" if near else otherwise


def place_in(text: str, at: int) -> str:
    """A place in a text in words: `line 1, column 5`."""
    start = text.rfind("\n", 0, at) + 1
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - start + 1}"
