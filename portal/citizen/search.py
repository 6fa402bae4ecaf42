"""Finding a service by what people type: in any of the three languages, without diacritics, with slips.

Pure: services in, services out, the best first. A few hundred services are compared one by one; that takes less than a
millisecond for each hundred.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

_LONGEST: Final = 100
"""Characters of a search that count."""
_GOOD_ENOUGH: Final = 70.0
"""Of 100: a letter or two of a word may be wrong, left out or doubled."""
_FOLDED: Final = str.maketrans({"ə": "e", "ı": "i", "ö": "o", "ü": "u", "ğ": "g", "ş": "s", "ç": "c", "ё": "е"})
"""How Azerbaijani is typed on a keyboard that lacks its letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that can be found."""

    key: str
    names: Sequence[str]
    """What it is called, in every language: the most weight."""
    texts: Sequence[str] = ()
    """What else is said of it."""


def folded(text: str) -> str:
    """A text as it is compared: small, its letters without marks, one blank between words."""
    small = text.replace("İ", "i").replace("I", "ı").lower().translate(_FOLDED)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", small) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


def search(wanted: str, among: Sequence[Found]) -> list[str]:
    """The keys of what fits, the best first; all of them, as they came, where nothing is asked."""
    words = folded(wanted[:_LONGEST]).split()
    if not words:
        return [one.key for one in among]
    scored = [(_score(words, one), place, one.key) for place, one in enumerate(among)]
    return [key for score, _, key in sorted(scored, key=lambda one: (-one[0], one[1])) if score >= _GOOD_ENOUGH]


def _score(words: Sequence[str], one: Found) -> float:
    """How well the worst of the words fits: each must be found somewhere."""
    in_names = [word for name in one.names for word in folded(name).split()]
    in_texts = [word for text in one.texts for word in folded(text).split()]
    return min(max(_best(word, in_names), 0.95 * _best(word, in_texts)) for word in words)


def _best(word: str, among: Sequence[str]) -> float:
    return max((_likeness(word, one) for one in among), default=0.0)


def _likeness(word: str, other: str) -> float:
    if other.startswith(word):
        return 100.0
    return fuzz.ratio(word, other[: len(word) + 2]) if len(word) > 3 else 0.0
