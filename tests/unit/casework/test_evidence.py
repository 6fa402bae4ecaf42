"""What people are shown of a proof: value by value, as far as the passport lets it."""

from __future__ import annotations

import pytest

from engine.casework.evidence import MASK, Compared, facts, masked

PERSON = {"person": {"pin": "5FQ2K7M", "name": {"given": "Rəşad"}, "permits": [{"number": "1"}, {"number": "2"}]}}


def shown(content: object, **said: object) -> dict[str, object]:
    return {fact.name: fact.value for fact in facts(content, **said)}  # type: ignore[arg-type]


def test_every_value_is_told_by_its_path() -> None:
    assert shown(PERSON) == {
        "person.pin": "5FQ2K7M",
        "person.name.given": "Rəşad",
        "person.permits[1].number": "1",
        "person.permits[2].number": "2",
    }


def test_a_passport_may_show_some_fields_only() -> None:
    assert shown(PERSON, shows=["name"]) == {"person.name.given": "Rəşad"}
    assert shown(PERSON, shows=[]) == {}


@pytest.mark.parametrize("path", ["permits", "permits.number"])
def test_a_masked_value_is_told_to_be_there_and_no_more(path: str) -> None:
    found = facts(PERSON, masks=[path])
    assert {fact.name for fact in found if fact.is_masked} == {"person.permits[1].number", "person.permits[2].number"}
    assert {fact.value for fact in found if fact.is_masked} == {MASK}


def test_a_value_that_is_not_there_is_not_masked() -> None:
    (found,) = facts({"person": {"pin": None}}, masks=["pin"])
    assert (found.value, found.is_masked) == (None, False)


def test_answers_of_a_form_are_values_by_themselves() -> None:
    assert shown({"found": "yes", "categories": ["B", "C"]}, masks=["found"]) == {
        "found": MASK,
        "categories": ["B", "C"],
    }
    assert shown(None) == {}


def test_a_long_answer_is_cut() -> None:
    assert len(facts({"list": {f"k{n}": n for n in range(1_000)}})) == 200


def test_values_that_differ_are_masked_together() -> None:
    pair = Compared(what="person.pin", stated="1", found="2")
    assert pair.differs
    assert masked(pair, ["pin"]) == Compared(what="person.pin", stated=MASK, found=MASK)
    assert masked(pair, ["name"]) is pair
