"""Searching names as people type them: without regard to capitals, and `%` and `_` mean themselves.

SQLite, and PostgreSQL with the locale C, know the small forms of A-Z only. So a text is searched for as it was typed,
all small, all capitals, and with a capital first. Azerbaijani has two letters i: I is the capital of ı, İ that of i.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, or_

_TO_CAPITALS: Final = str.maketrans({"i": "İ", "ı": "I"})
_TO_SMALL: Final = str.maketrans({"İ": "i", "I": "ı"})


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether a column of text holds this one."""
    return or_(*(column.ilike(f"%{_as_it_is(form)}%", escape="\\") for form in spellings(text)))


def spellings(text: str) -> list[str]:
    """The forms of a text to look for, each once."""
    small = text.translate(_TO_SMALL).lower()
    forms = (text, small, text.translate(_TO_CAPITALS).upper(), small[:1].translate(_TO_CAPITALS).upper() + small[1:])
    return list(dict.fromkeys(forms))


def _as_it_is(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
