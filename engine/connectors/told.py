"""Dates and moments as people write them, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "az": (
        "yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avqust", "sentyabr", "oktyabr", "noyabr", "dekabr",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
        "декабря",
    ),
}  # fmt: skip


def told_day(day: date, language: str) -> str:
    """A date as people write it: `2 mart 2026`, `2 марта 2026 г.`"""
    month = _MONTHS.get(language, _MONTHS["en"])[day.month - 1]
    return f"{day.day} {month} {day.year}{' г.' if language == 'ru' else ''}"


def told_moment(moment: datetime, language: str) -> str:
    """A moment with the time of day: `2 mart 2026, 09:30`."""
    return f"{told_day(moment.date(), language)}, {moment:%H:%M}"
