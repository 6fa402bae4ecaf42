"""Names that are shown: none may pass for another by letters that only look alike."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.shown_name import NameImitates, checked_shown_name, skeleton
from engine.errors import Invalid


@pytest.mark.parametrize(
    "name",
    [
        "Leyla İsmayılova",
        "Əliyev Rəşad Kamal oğlu",
        "Дорожная полиция",
        "Bakı şəhər 4 saylı ASAN Xidmət",
        "O’Brien-Məmmədova",
        "Xəzər MMC (Caspian Ltd)",
        "გიორგი ბერიძე",
        "山田 はなこ",
        "Ministry of Justice / Министерство юстиции",
    ],
)
def test_names_of_people_and_agencies_are_taken_as_they_are(name: str) -> None:
    assert checked_shown_name(name) == name


def test_a_name_is_kept_composed_and_with_single_blanks() -> None:
    assert checked_shown_name("  I\u0307smay\u0131l   Z  ") == "İsmayıl Z"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Pоlice", id="Cyrillic o in a Latin word"),
        pytest.param("Μinistry", id="Greek M in a Latin word"),
        pytest.param("Pol\u200bice", id="zero-width space"),
        pytest.param("Pol\u200dice", id="zero-width joiner"),
        pytest.param("\u202eecilop", id="right-to-left override"),
        pytest.param("\u2066Police", id="isolate"),
        pytest.param("Pol\u00adice", id="soft hyphen"),
        pytest.param("Ｐolice", id="full width"),
        pytest.param("𝐏olice", id="styled"),
        pytest.param("Poﬁce", id="ligature"),
        pytest.param("Police\x07", id="control"),
        pytest.param("Po\u0335\u0335\u0335\u0335lice", id="heaped marks"),
        pytest.param("Police\ue000", id="private use"),
        pytest.param("Police\nDepartment", id="line break"),
    ],
)
def test_a_name_that_imitates_is_refused_and_told_why(name: str) -> None:
    with pytest.raises(NameImitates) as refused:
        checked_shown_name(name, path="/names/en")

    assert refused.value.remedy
    assert [place.path for place in refused.value.places] == ["/names/en"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_has_one_to_two_hundred_characters(name: str) -> None:
    with pytest.raises(Invalid):
        checked_shown_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("СОСА", "COCA"),
        ("Тахі", "Taxi"),
        ("Polıce", "Police"),
        ("modern", "rnodern"),
        ("Traffic Police", "traffic-police"),
        ("P0lice", "Police"),
        ("Şuşa", "Susa"),
        ("ΟΤΑ", "OTA"),
        ("wwf", "vvvvf"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("Traffic police", "Tax police"), ("Əli", "Ali"), ("Баку", "Гянджа")])
def test_names_that_differ_to_the_eye_have_different_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=60))
def test_whatever_is_taken_holds_nothing_unseen_and_is_taken_again_unchanged(text: str) -> None:
    try:
        name = checked_shown_name(text)
    except Invalid:
        return

    assert checked_shown_name(name) == name
    assert not {unicodedata.category(letter) for letter in name} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
