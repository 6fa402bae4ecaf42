"""The words of the pages: written in English in templates and code, told in az and ru by `.po` files of each folder.

The catalogues are read as they are and put together once a process and language: nothing has to be compiled first.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale

from portal.languages import language

HOME: Final = Path(__file__).parent
WRITTEN_IN: Final = "en"
"""The language of templates and code: it needs no catalogue."""


def catalogues(of: str) -> list[Path]:
    """The files that tell the words in a language."""
    return sorted(HOME.glob(f"**/texts/{of}.po"))


@lru_cache(maxsize=8)
def translations(of: str) -> NullTranslations:
    """All words in a language."""
    if of == WRITTEN_IN:
        return NullTranslations()
    whole = Catalog(locale=of)
    for file in catalogues(of):
        with file.open("rb") as content:
            for message in read_po(content, locale=of):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


class _Words(Domain):  # type: ignore[misc]
    """Where Flask-Babel looks for words."""

    def get_translations(self) -> Any:
        """Those of the language of the page."""
        return translations(str(get_locale()).partition("_")[0])


def speak(app: Flask, time_zone: str) -> None:
    """Let the templates of an application speak the language of each page, and tell times as clocks in `time_zone`."""
    Babel(app, default_timezone=time_zone, locale_selector=language)
    app.extensions["babel"].instance.domain_instance = _Words()
