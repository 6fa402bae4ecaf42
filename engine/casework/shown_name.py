"""Names that are shown to people: none may pass for another by letters that only look alike.

Refused are: what Unicode itself says is another way to write a plain letter (full width, styled letters: NFKC), what is
not seen or turns the direction of writing (zero width, U+202E), marks heaped on letters, and words whose letters are of
several scripts (a Cyrillic а in a Latin word). Whole words in look-alike letters are found by `skeleton`, which is
compared with the names that others bear. Sources: Unicode UAX 15 (normalisation), UTS 39, sections 4 (confusable
detection) and 5.1 (mixed scripts); its table of confusables is far larger: here are the letters of the alphabets that
names are written in here, Latin, Cyrillic and Greek, and digits.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from engine.errors import Invalid, Place

LONGEST: Final = 200
"""Characters of a shown name."""
_WORDS: Final = re.compile(r"[\W\d_]+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MOST_MARKS: Final = 2
"""Combining marks on one letter; more is decoration over the lines around it."""
_LOOKS_LIKE: Final = str.maketrans(
    # Cyrillic
    "авекмнорстухіјѕһԁԛԝѵɡ"
    # Greek
    "αβεικνορτυχηγ"
    # digits
    "01",
    "abekmhopctyxijshdqwvgabeikvoptuxnyol",
)
_LOOKS_LIKE_TWO: Final = (("rn", "m"), ("vv", "w"), ("ı", "i"), ("l", "i"))
_SCRIPTS: Final = (
    "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "ARMENIAN", "GEORGIAN", "DEVANAGARI", "HIRAGANA", "KATAKANA",
    "HANGUL", "CJK", "THAI", "CHEROKEE", "COPTIC",
)  # fmt: skip
_WRITTEN_TOGETHER: Final = (frozenset({"CJK", "HIRAGANA", "KATAKANA"}), frozenset({"CJK", "HANGUL"}))


class NameImitates(Invalid):
    """A name holds what is not seen, or letters that pass for others."""

    code = "name-imitates"

    def __init__(self, path: str, why: str, remedy: str) -> None:
        super().__init__(
            f"This name could be taken for another: {why}", places=[Place(path, why, "imitates")], remedy=remedy
        )


def checked_shown_name(text: str, *, path: str = "/name") -> str:
    """A name as it is kept: composed (NFC), blanks tidied. Raises NameImitates; Invalid when it is empty or long."""
    _require_seen(text, path)
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(name) <= LONGEST:
        raise Invalid(
            "A name is missing or too long.",
            places=[Place(path, f"Expected 1 to {LONGEST} characters.", "wrong-length")],
            remedy="Write a name.",
        )
    _require_plain(name, path)
    for word in filter(None, _WORDS.split(name)):
        scripts = scripts_of(word)
        if len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER):
            shown = " and ".join(sorted(script.title() for script in scripts))
            raise NameImitates(
                path, f"the word {word!r:.60} mixes {shown} letters.", "Write each word in the letters of one script."
            )
    return name


def scripts_of(word: str) -> frozenset[str]:
    """The scripts of a word's letters, as the names of its characters begin."""
    return frozenset(_script(letter) for letter in word if letter.isalpha())


def skeleton(name: str) -> str:
    """What a name looks like: equal for names that are easily confused (UTS 39, section 4). Never shown."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    seen = "".join(letter for letter in folded if not unicodedata.combining(letter) and letter.isalnum())
    looked = seen.translate(_LOOKS_LIKE)
    for written, read in _LOOKS_LIKE_TWO:
        looked = looked.replace(written, read)
    return looked


def _script(letter: str) -> str:
    first = unicodedata.name(letter, "").partition(" ")[0]
    return next((script for script in _SCRIPTS if first.startswith(script)), first or "unknown")


def _require_seen(text: str, path: str) -> None:
    for character in text:
        if unicodedata.category(character) in _UNSEEN:
            raise NameImitates(
                path, f"it holds U+{ord(character):04X}, which is not seen.", "Type the name anew, without copying it."
            )


def _require_plain(name: str, path: str) -> None:
    marks = 0
    for character in name:
        plain = unicodedata.normalize("NFKC", character)
        if plain != character and character.isalnum():
            raise NameImitates(
                path, f"it holds {character!r}, another way to write {plain!r:.20}.", "Write it with plain letters."
            )
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            raise NameImitates(path, "it heaps marks on one letter.", "Leave the marks out.")
