"""The forms of a text that a search looks for."""

from __future__ import annotations

import pytest

from engine.store.queries.spelling import spellings


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ərizə", "Ərizə"),
        ("ərizə", "ƏRİZƏ"),
        ("ƏRİZƏ", "ərizə"),
        ("IŞIQ", "ışıq"),
        ("işıq", "İŞIQ"),
        ("İşıq", "işıq"),
        ("çıxarış", "Çıxarış"),
        ("заявление", "Заявление"),
        ("ЗАЯВЛЕНИЕ", "заявление"),
        ("McDonald", "McDonald"),
    ],
)
def test_text_is_looked_for_in_every_case(typed: str, kept: str) -> None:
    assert kept in spellings(typed)


@pytest.mark.parametrize("typed", ["2026", "%", "", "№ 5"])
def test_text_without_letters_is_looked_for_once(typed: str) -> None:
    assert spellings(typed) == [typed]
