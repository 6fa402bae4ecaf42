"""Values in the words of a language: numbers and days as people write them there, yes and no, lists and entries."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from engine.dmn.explain.words import Language, say
from engine.feel import Date, Value, to_text
from engine.feel.text import number_text

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_LONGEST: Final = 300
"""Characters of one value; the rest is in the case's data."""
_DEEPEST: Final = 3


def in_words(value: Value, language: Language, depth: int = 0) -> str:
    """A value for people to read, at most 300 characters."""
    return _cut(_words(value, language, depth))


def _words(value: Value, language: Language, depth: int) -> str:
    if value is None:
        return say("nothing", language)
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    if isinstance(value, Decimal):
        return _number(value, language)
    if isinstance(value, str):
        return value
    if isinstance(value, Date):
        return _day(value, language)
    if isinstance(value, list | dict) and depth >= _DEEPEST:
        return "…"
    if isinstance(value, list):
        return ", ".join(in_words(item, language, depth + 1) for item in value[:20]) or say("none", language)
    if isinstance(value, dict):
        listed = list(value.items())[:20]
        return ", ".join(f"{name} – {in_words(item, language, depth + 1)}" for name, item in listed)
    return to_text(value) or ""


def _number(value: Decimal, language: Language) -> str:
    text = number_text(value)
    if "E" in text:
        return text
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}"
    if whole.startswith("-") and not grouped.startswith("-"):
        grouped = f"-{grouped}"
    if language != "en":
        grouped = grouped.replace(",", "\N{NO-BREAK SPACE}")
    return grouped + (f"{'.' if language == 'en' else ','}{fraction}" if fraction else "")


def _day(value: Date, language: Language) -> str:
    if language == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value.day:02}.{value.month:02}.{value.year}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
