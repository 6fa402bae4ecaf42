"""How values of services are told to people: texts in their language, lengths of time, times as clocks show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from babel.dates import format_timedelta
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _

from engine.calendar import Length
from engine.casework.passport import LANGUAGES
from portal.languages import language


def told(text: Mapping[str, str] | None) -> str:
    """A text in the language of the page; in the first one that there is, where it is not told in that."""
    if not text:
        return ""
    return text.get(language()) or next((text[one] for one in LANGUAGES if text.get(one)), "")


def term_told(term: Mapping[str, Any]) -> str:
    """The length of a statutory term in words, such as `10 working days`."""
    length = Length.parse(str(term["length"]))
    parts = []
    if length.years:
        parts.append(ngettext("%(num)d year", "%(num)d years", length.years))
    if length.months:
        parts.append(ngettext("%(num)d month", "%(num)d months", length.months))
    if length.weeks:
        parts.append(ngettext("%(num)d week", "%(num)d weeks", length.weeks))
    if length.days:
        if term.get("counting") == "working-days":
            parts.append(ngettext("%(num)d working day", "%(num)d working days", length.days))
        else:
            parts.append(ngettext("%(num)d day", "%(num)d days", length.days))
    return " ".join(parts)


def length_told(length: timedelta) -> str:
    """How long something took, roughly: in the largest unit that says something."""
    if length < timedelta(minutes=1):
        return str(_("less than a minute"))
    return str(format_timedelta(length, threshold=1.5, locale=get_locale()))


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "told": told,
    "term_told": term_told,
    "length_told": length_told,
    "day": format_date,
}
"""By the names that templates use."""
