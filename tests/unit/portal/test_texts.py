"""Every word of the pages is told in every language, and no component speaks English by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from engine.casework.passport import LANGUAGES
from portal.texts import HOME, WRITTEN_IN, catalogues, translations

Key = str | tuple[str, ...]
KEYWORDS = {"_": None, "gettext": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
TOLD_IN = [one for one in LANGUAGES if one != WRITTEN_IN]
PLACES = re.compile(r"%\((\w+)\)")


@cache
def written() -> frozenset[Key]:
    """All words in templates and code."""
    found = extract_from_dir(
        HOME, method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2")], keywords=KEYWORDS, options_map={}
    )
    return frozenset(message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found)


def told(language: str) -> Iterator[tuple[Path, Key, Key]]:
    for file in catalogues(language):
        with file.open("rb") as content:
            for message in read_po(content):
                if message.id:
                    as_key = message.id if isinstance(message.id, str) else tuple(message.id)
                    yield file, as_key, message.string if isinstance(message.string, str) else tuple(message.string)


def test_there_are_words() -> None:
    assert len(written()) > 50


@pytest.mark.parametrize("language", TOLD_IN)
def test_every_word_is_told(language: str) -> None:
    known = {key for _, key, said in told(language) if (all(said) if isinstance(said, tuple) else said)}

    assert written() - known == set()


@pytest.mark.parametrize("language", TOLD_IN)
def test_no_word_is_told_that_nobody_says(language: str) -> None:
    assert {key for _, key, _ in told(language)} - written() == set()


@pytest.mark.parametrize("language", TOLD_IN)
def test_no_word_stands_in_two_catalogues(language: str) -> None:
    keys = [key for _, key, _ in told(language)]

    assert sorted(map(str, keys)) == sorted({str(key) for key in keys})


@pytest.mark.parametrize("language", TOLD_IN)
def test_what_is_filled_in_stands_in_the_translation_too(language: str) -> None:
    def places(said: Key) -> set[str]:
        return {name for text in ([said] if isinstance(said, str) else said) for name in PLACES.findall(text)}

    assert [key for _, key, said in told(language) if places(key) != places(said)] == []


def test_the_plurals_of_russian_are_three() -> None:
    words = translations("ru")

    told_of = [words.ngettext("%(num)d day", "%(num)d days", number) % {"num": number} for number in (1, 2, 5, 21)]

    assert told_of == ["1 день", "2 дня", "5 дней", "21 день"]


@pytest.mark.parametrize("template", sorted(HOME.glob("**/templates/**/*")), ids=lambda path: path.name)
def test_every_template_is_escaped_by_its_name(template: Path) -> None:
    """Flask escapes templates whose names end in .html, and no others."""
    assert template.is_dir() or template.suffix == ".html"
