"""A form's expressions before it is deployed: functions that are not there, and types that cannot fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.diagnostics import Severity
from forms import inspect_form, validate, value_types, view
from forms.expressions import FormTooHeavy
from tests.builders.a_form import a_field, a_form, a_form_file, a_group, a_list, choices

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def found(*components: dict[str, Any]) -> list[tuple[str, str]]:
    """Rule and component of what stands against a form, or is doubtful."""
    return [(one.rule, one.element_id or "") for one in inspect_form(a_form_file(*components), "a.form")[1]]


@pytest.mark.parametrize(
    ("hide", "expected"),
    [
        ("=amount > 3", []),
        ("=amount = null", []),
        ("=anything.atAll > 3", []),
        ('=amount = "3"', ["unfit-operands"]),
        ("=strng(amount)", ["unknown-function"]),
        ("=upper case(amount)", ["argument-type"]),
        ("=agreed", []),
        ('=kind = "a"', []),
        ("=kind = 3", ["unfit-operands"]),
        ("=date(born) > today()", []),
        ("=born > today()", ["unfit-operands"]),
    ],
)
def test_condition_is_held_to_the_fields_of_its_form(hide: str, expected: list[str]) -> None:
    fields = (
        a_field("amount", "number"),
        a_field("agreed", "checkbox"),
        a_field("born", "datetime", subtype="date"),
        a_field("kind", "select", values=choices("a", "b")),
        a_field("last", hide=hide),
    )

    assert [rule for rule, _ in found(*fields)] == expected


def test_finding_names_field_attribute_place_and_what_was_meant() -> None:
    form, findings = inspect_form(a_form_file(a_field("a", "number"), a_field("b", hide="=1 + strng(a)")), "a.form")

    assert form is not None, "a case that runs with it goes on; deployment refuses it"
    assert [(one.severity, one.element_id) for one in findings] == [(Severity.error, "field-b")]
    assert findings[0].message.startswith("The expression hide, line 1, column 5: Nothing is known under")
    assert "Did you mean `string`?" in findings[0].remedy


def test_placeholders_of_texts_are_looked_at_too() -> None:
    text = {"type": "text", "id": "t", "text": "You owe {{strng(amount)}} manat."}

    assert found(text) == [("unknown-function", "t")]


def test_rows_of_a_list_may_hide_the_fields_of_the_form() -> None:
    listed = a_list("rows", a_field("amount", id="inner"), a_field("other", hide='=amount = "3"'))

    assert found(a_field("amount", "number"), listed) == []


def test_what_is_only_shown_may_be_of_any_type() -> None:
    assert found(a_field("amount", "number", readonly=True), a_field("b", hide='=amount = "3"')) == []


def test_values_of_a_form_have_the_types_of_their_fields() -> None:
    form = a_form(
        a_field("name"),
        a_field("amount", "number"),
        a_field("iban", "number", serializeToString=True),
        a_field("wishes", "checklist", values=choices("a")),
        a_group(a_field("street"), path="address"),
        a_list("children", a_field("age", "number")),
    )

    assert {name: kind.name for name, kind in value_types(form).entries.items()} == {
        "name": "string",
        "amount": "number",
        "iban": "string",
        "wishes": "list<string>",
        "address": "address",
        "children": "list<form>",
    }


HEAVY = "=count(for i in 1..40000 return i) > 0"


def test_conditions_of_a_form_share_a_bound() -> None:
    form = a_form(*(a_field(f"f{at}", hide=HEAVY) for at in range(20)))

    for act in (
        lambda: validate(form, {}, {}, NOW),
        lambda: view(form, {}, "en", now=NOW),
    ):
        with pytest.raises(FormTooHeavy, match=r"1\.\.40000") as stopped:
            act()
        assert "more than 300000 operations in all its expressions" in stopped.value.message


def test_a_form_of_many_light_conditions_is_shown_again_and_again() -> None:
    form = a_form(*(a_field(f"f{at}", hide="=f0 != null and count(for i in 1..100 return i) > 0") for at in range(200)))

    for _ in range(3):
        view(form, {"f0": "x"}, "en", now=NOW)
