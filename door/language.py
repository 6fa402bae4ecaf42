"""The language in which an answer is written: the one the caller likes best of those that are known."""

from __future__ import annotations

from flask import request

from engine.casework.passport import LANGUAGES


def preferred_language() -> str:
    """By Accept-Language; az where nothing known is asked for."""
    return asked_language() or LANGUAGES[0]


def asked_language() -> str | None:
    """By Accept-Language, `en-GB` counting as `en` (RFC 4647, 3.4); None where nothing known is asked for."""
    for asked, quality in request.accept_languages:
        primary = asked.partition("-")[0].lower()
        if quality > 0 and primary in LANGUAGES:
            return primary
    return None
