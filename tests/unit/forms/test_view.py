"""What a form shows to one person, in one language, now."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from forms import AnswersInvalid, validate, view
from forms.view import ComponentView
from tests.builders.a_form import a_field, a_form, a_group, a_list, choices

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def shown(component: dict[str, Any], values: dict[str, Any] | None = None, language: str = "en") -> ComponentView:
    return view(a_form(component), values or {}, language, now=NOW).components[0]


@pytest.mark.parametrize(("language", "label"), [("az", "Ad"), ("ru", "Имя"), ("en", "Name"), ("fr", "Name")])
def test_labels_speak_the_readers_language(language: str, label: str) -> None:
    field = a_field("name", label="Name", properties={"ow:label.az": "Ad", "ow:label.ru": "Имя"})
    assert shown(field, language=language).label == label


def test_options_speak_it_too() -> None:
    field = a_field("a", "radio", values=choices("x"), properties={"ow:option.x.az": "İks"})
    assert shown(field, language="az").options == ({"value": "x", "label": "İks"},)
    assert shown(field).options == ({"value": "x", "label": "X"},)


def test_texts_speak_it_too_and_are_filled_in() -> None:
    text = {"type": "text", "id": "t", "text": "Fee {{fee}} AZN", "properties": {"ow:text.az": "Rüsum {{fee}} manat"}}
    assert shown(text, {"fee": Decimal(25)}).text == "Fee 25 AZN"
    assert shown(text, {"fee": Decimal(25)}, "az").text == "Rüsum 25 manat"
    assert shown(text).text == "Fee  AZN"


def test_expressions_see_the_language() -> None:
    shop = {"type": "text", "id": "t", "text": '=if language = "az" then fee.az else fee.en'}
    assert shown(shop, {"fee": {"az": "rüsum", "en": "fee"}}, "az").text == "rüsum"
    assert shown(shop, {"fee": {"az": "rüsum", "en": "fee"}}).text == "fee"


def test_an_input_tells_its_value_and_its_limits() -> None:
    found = shown(
        a_field("a", "number", required=True, min="=least", max=9, decimalDigits=2), {"a": 4, "least": Decimal(2)}
    )
    assert (found.name, found.value, found.required, found.read_only) == ("/a", 4, True, False)
    assert found.limits == {"min": 2, "max": 9, "decimalDigits": 2}


def test_what_is_hidden_is_there_but_not_shown() -> None:
    group = a_group(a_field("a", hide="=b"), hide="=c = true")
    found = shown(group, {"b": True}).components
    assert found is not None
    assert not found[0].shown
    assert not shown(group, {"c": True}).shown


def test_faults_stand_beside_their_fields() -> None:
    form = a_form(a_field("a", required=True), a_list("rows", a_field("b", "number")))
    answers = {"rows": [{"b": "x"}]}
    with pytest.raises(AnswersInvalid) as refused:
        validate(form, answers, {}, NOW)
    first, rows = view(form, answers, "en", now=NOW, faults=refused.value.places).components
    assert first.faults == ("An answer is needed here.",)
    assert rows.rows is not None
    assert rows.rows[0][0].faults == ("Expected a number, written in digits.",)


def test_a_table_shows_rows_of_the_case() -> None:
    table = {"type": "table", "id": "t", "dataSource": "=fines", "columns": [{"key": "amount", "label": "Amount"}]}
    found = shown(table, {"fines": [{"amount": Decimal("80.5")}]})
    assert found.table == ({"amount": 80.5},)
    assert found.columns == ({"key": "amount", "label": "Amount"},)


def test_a_list_shows_its_first_rows_empty() -> None:
    found = shown(a_list("rows", a_field("a"), defaultRepetitions=2)).rows
    assert found is not None
    assert [[field.name for field in row] for row in found] == [["/rows/0/a"], ["/rows/1/a"]]


def test_the_view_is_plain_json() -> None:
    form = a_form(a_field("a"), a_group(a_field("b", "radio", values=choices("x"))), a_list("rows", a_field("c")))
    found = view(form, {}, "en", now=NOW).to_json()
    assert json.loads(json.dumps(found)) == found
    assert found["components"][0] == {
        "id": "field-a", "kind": "textfield", "name": "/a", "label": "A", "description": "", "shown": True,
        "value": None, "required": False, "read_only": False, "faults": [],
    }  # fmt: skip
