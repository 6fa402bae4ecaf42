"""In which language a page is: the first part of its address says so, and every link of the page keeps it."""

from __future__ import annotations

from typing import Any, Final

from flask import g, request, url_for

from door.language import preferred_language
from engine.casework.passport import LANGUAGES

NAMES: Final = {"az": "Azərbaycanca", "en": "English", "ru": "Русский"}
"""Each language in itself."""
PREFIX: Final = f"/<any({', '.join(LANGUAGES)}):language>"


def language() -> str:
    """The language of the page that is asked for; of an address without one, what the browser likes best."""
    chosen = g.get("language")
    if chosen is None:
        first = request.path.strip("/").partition("/")[0]
        chosen = first if first in LANGUAGES else preferred_language()
    return str(chosen)


def take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Keep the language of the address, so that no view has to take it."""
    if values is not None and "language" in values:
        g.language = values.pop("language")


def give_language(_endpoint: str, values: dict[str, Any]) -> None:
    """Links of a page stay in its language."""
    values.setdefault("language", language())


def same_page_in() -> dict[str, str]:
    """The address of this very page in every language; of the home page where it is none."""
    endpoint, arguments = request.endpoint, dict(request.view_args or {})
    known = request.url_rule is not None and "language" in request.url_rule.arguments and request.method == "GET"
    if not known or endpoint is None:
        return {one: url_for("catalogue.home", language=one) for one in LANGUAGES}
    query = request.args.to_dict(flat=True)
    return {one: url_for(endpoint, **{**query, **arguments, "language": one}) for one in LANGUAGES}
