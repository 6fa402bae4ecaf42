"""Finding a service by what people type: any language, no diacritics, slips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.citizen.search import Found, folded, search

LICENCE = Found(
    key="licence",
    names=[
        "Sürücülük vəsiqəsinin dəyişdirilməsi",
        "Renewal of a driving licence",
        "Обмен водительских прав",
    ],
    texts=["Müddəti bitən vəsiqə imtahansız yenilənir"],
)
BIRTH = Found(key="birth", names=["Doğumun qeydiyyatı", "Registration of a birth", "Регистрация рождения"])
IMAGES = [BIRTH, LICENCE]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("driving licence", "licence"),
        pytest.param("drivng license", "licence", id="with slips"),
        pytest.param("surucu vesiqesi", "licence", id="az without its letters"),
        pytest.param("SÜRÜCÜLÜK", "licence", id="capitals"),
        pytest.param("DOĞUM QEYDİYYATI", "birth", id="capitals with two letters i"),
        pytest.param("водительских", "licence", id="ru"),
        pytest.param("рожденее", "birth", id="ru with a slip"),
        pytest.param("imtahansız", "licence", id="a word of the description"),
    ],
)
def test_a_service_is_found(typed: str, key: str) -> None:
    assert search(typed, IMAGES)[0] == key


def test_every_word_counts() -> None:
    assert search("birth licence", IMAGES) == []


def test_nothing_typed_finds_all_in_their_order() -> None:
    assert search("  ", IMAGES) == ["birth", "licence"]


def test_what_nothing_resembles_finds_nothing() -> None:
    assert search("zzzzqqqq", IMAGES) == []


@given(st.text(max_size=300))
def test_whatever_is_typed_finds_each_at_most_once(typed: str) -> None:
    found = search(typed, IMAGES)

    assert len(found) == len(set(found)) <= len(IMAGES)


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)
