"""Character classes of XPath patterns: `\\d`, `\\p{Lu}`, `[a-z-[aeiou]]` (XML Schema 1.1 part 2, appendix G)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeAlias

from engine.feel.names import IDENTIFIER

Accepts: TypeAlias = Callable[[str], bool]

_SUBCATEGORIES = {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "Z": "slp", "S": "mcko", "C": "cfon"}
_CATEGORIES = frozenset(group + letter for group, letters in _SUBCATEGORIES.items() for letter in ("", *letters))
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "CyrillicSupplement": (0x500, 0x52F),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Georgian": (0x10A0, 0x10FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
}


def only(character: str) -> Accepts:
    """One character."""
    return lambda found: found == character


def between(low: str, high: str) -> Accepts:
    """A range of characters."""
    return lambda found: low <= found <= high


def negated(accepts: Accepts) -> Accepts:
    """Every character that a class does not hold."""
    return lambda found: not accepts(found)


def either(parts: list[Accepts]) -> Accepts:
    """Characters of any of some classes."""
    return parts[0] if len(parts) == 1 else lambda found: any(part(found) for part in parts)


def without(accepts: Accepts, taken: Accepts) -> Accepts:
    """Class subtraction."""
    return lambda found: accepts(found) and not taken(found)


def any_case(accepts: Accepts) -> Accepts:
    """The class in both cases."""
    return lambda found: accepts(found) or accepts(found.lower()) or accepts(found.upper())


def remembered(accepts: Accepts) -> Accepts:
    """The class, with the answers for characters seen kept."""
    known: dict[str, bool] = {}

    def ask(found: str) -> bool:
        answer = known.get(found)
        if answer is None:
            answer = accepts(found)
            if len(known) < 1000:
                known[found] = answer
        return answer

    return ask


def any_but_line_end(found: str) -> bool:
    """`.` without the flag s."""
    return found not in "\n\r"


def any_at_all(_found: str) -> bool:
    """`.` with the flag s."""
    return True


def _word(found: str) -> bool:
    return unicodedata.category(found)[0] not in "PZC"


def _name_start(found: str) -> bool:
    return found == ":" or (found != "?" and IDENTIFIER.fullmatch(found) is not None)


def _name_part(found: str) -> bool:
    return found in ":-." or (found != "?" and IDENTIFIER.fullmatch(f"a{found}") is not None)


_SHORT: dict[str, Accepts] = {
    "d": lambda found: unicodedata.category(found) == "Nd",
    "s": lambda found: found in " \t\n\r",
    "w": _word,
    "i": _name_start,
    "c": _name_part,
}


def short_class(letter: str) -> Accepts | None:
    """`\\d \\s \\w \\i \\c` and their opposites in capitals; None for another letter."""
    accepts = _SHORT.get(letter.lower())
    return accepts if accepts is None or letter.islower() else negated(accepts)


def property_class(name: str) -> Accepts | None:
    """`\\p{name}`: a category or a block of Unicode; None when there is none such."""
    if name in _CATEGORIES:
        return lambda found: unicodedata.category(found).startswith(name)
    block = _BLOCKS.get(name.removeprefix("Is")) if name.startswith("Is") else None
    return between(chr(block[0]), chr(block[1])) if block else None
