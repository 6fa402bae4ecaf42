"""What a connector's settings take: by kind, with bounds, defaults and FEEL, each refusal with field and remedy."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.connectors.computing import computed
from engine.connectors.contract import Feel, Kind, PartnerRefused, Setting, SettingsSchema, said

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def a_setting(**told: Any) -> Setting:
    return Setting(**{"name": "field", "description": "a field of the tests.", **told})


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({"kind": Kind.integer, "least": 1, "most": 10}, "10"),
        ({"kind": Kind.integer}, "-3"),
        ({"kind": Kind.number, "least": Decimal("0.5")}, "0.50"),
        ({"kind": Kind.boolean}, "false"),
        ({"kind": Kind.duration}, "P1Y2M3DT4H5M6S"),
        ({"kind": Kind.duration}, "P2W"),
        ({"kind": Kind.variable}, "müraciət_1"),
        ({"kind": Kind.secret}, "cadastre-client"),
        ({"choices": ("a", "b")}, "b"),
        ({"feel": Feel.optional}, "=case.language"),
        ({"feel": Feel.optional}, "az"),
        ({"feel": Feel.required}, "=1 + 1"),
        ({}, ""),
    ],
)
def test_what_fits_has_no_fault(told: dict[str, Any], value: str) -> None:
    assert a_setting(**told).fault(value) is None


@pytest.mark.parametrize(
    ("told", "value", "fault"),
    [
        ({"kind": Kind.integer, "least": 1, "most": 10}, "11", "a whole number at least 1 and at most 10, found '11'"),
        ({"kind": Kind.integer, "least": 1}, "0", "at least 1"),
        ({"kind": Kind.integer}, "1.5", "to be a whole number, found '1.5'"),
        ({"kind": Kind.integer}, "٣", "to be a whole number"),
        ({"kind": Kind.number}, "1,5", "to be a number, with a point, found '1,5'"),
        ({"kind": Kind.number}, "NaN", "to be a number"),
        ({"kind": Kind.number}, "1e400", "to be a number"),
        ({"kind": Kind.boolean}, "yes", "to be `true` or `false`, found 'yes'"),
        ({"kind": Kind.duration}, "10 days", "a duration of ISO 8601, such as PT30S, PT2H or P10D"),
        ({"kind": Kind.duration}, "P", "a duration"),
        ({"kind": Kind.duration}, "P1DT", "a duration"),
        ({"kind": Kind.variable, "example": "person"}, "a person", "name of a variable"),
        ({"kind": Kind.variable, "example": "person"}, "1st", "Write for example person."),
        ({"required": True, "example": "x"}, "  ", "found an empty one. Write for example x."),
        ({}, "=1 + 1", "takes a fixed value, found an expression; it would not be computed. Write the value itself."),
        ({"feel": Feel.optional}, "=1 +", "is not FEEL:"),
        ({"feel": Feel.required, "example": "=fee"}, "25", "begins with `=`. Write for example =fee."),
    ],
)
def test_what_does_not_fit_is_told_with_field_and_remedy(told: dict[str, Any], value: str, fault: str) -> None:
    found = a_setting(**told).fault(value)
    assert found is not None
    assert "'field'" in found
    assert fault in found


def test_a_secret_that_was_written_into_the_model_is_refused_and_not_repeated() -> None:
    found = a_setting(kind=Kind.secret).fault("S3cret!Value")
    assert found is not None
    assert "S3cret" not in found
    assert "ONEWINDOW_SECRET_<NAME>" in found


def test_a_secret_that_the_operator_has_not_set_stops_the_deployment() -> None:
    key = (a_setting(name="key", kind=Kind.secret),)
    assert SettingsSchema(key, secret_is_set={"fax-key"}.__contains__).faults({"key": "fax-key"}) == ()
    assert SettingsSchema(key).faults({"key": "fax-key"}) == ()
    (fault,) = SettingsSchema(key, secret_is_set=lambda _: False).faults({"key": "fax-key"})
    assert (
        fault
        == "The header 'key' names the secret 'fax-key', which is not set. An operator sets ONEWINDOW_SECRET_FAX_KEY."
    )


@pytest.mark.parametrize(
    "told",
    [
        {"kind": Kind.integer, "most": 3, "default": "4"},
        {"kind": Kind.text, "least": 1},
        {"required": True, "default": "x"},
        {"choices": ("a",), "default": "b"},
    ],
)
def test_a_setting_that_contradicts_itself_cannot_be_made(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="'field'"):
        a_setting(**told)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_bounds_are_allowed_and_nothing_beyond_them(least: int, most: int, value: int) -> None:
    setting = a_setting(kind=Kind.integer, least=least, most=most)
    assert (setting.fault(str(value)) is None) == (least <= value <= most)


@given(st.text(max_size=40))
def test_no_text_breaks_a_setting_of_any_kind(text: str) -> None:
    for kind in Kind:
        found = a_setting(kind=kind, feel=Feel.optional).fault(text)
        assert found is None or "'field'" in found


def test_words_are_those_of_the_language_and_english_where_there_are_none() -> None:
    setting = a_setting(name="resultVariable", translations=said(az=("Nəticə", "cavab.")))
    assert setting.words("az").label == "Nəticə"
    assert setting.words("ru").label == "Result variable"
    assert setting.words("ru").description == "a field of the tests."


SCHEMA = SettingsSchema(
    (
        a_setting(name="language", choices=("az", "en"), feel=Feel.optional),
        a_setting(name="days", kind=Kind.integer, least=1, default="10", feel=Feel.optional),
        a_setting(name="reason", required=True, feel=Feel.optional),
    )
)


def test_expressions_are_computed_over_the_variables_and_defaults_filled_in() -> None:
    found = computed(SCHEMA, {"language": "=case.language", "reason": "fixed"}, {"case": {"language": "az"}}, NOW)
    assert found == {"language": "az", "days": "10", "reason": "fixed"}


def test_null_leaves_a_setting_out_or_to_its_default() -> None:
    assert computed(SCHEMA, {"language": "=null", "days": "=null", "reason": "x"}, {}, NOW) == {
        "days": "10",
        "reason": "x",
    }


def test_headers_of_the_engine_pass_untouched() -> None:
    headers = {"reason": "x", "retryBackoff": "PT1S", "ow:evidence": "=identity"}
    assert computed(SCHEMA, headers, {}, NOW) == {**headers, "days": "10"}


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({"language": '="de"', "reason": "x"}, "'language' came to a value that does not fit"),
        ({"days": "=0", "reason": "x"}, "'days' came to a value that does not fit"),
        ({"reason": "=null"}, "'reason' is needed, and came to null"),
        ({"reason": "=[1]"}, "'reason' came to a list or context"),
        ({"reason": "={a: 1}"}, "'reason' came to a list or context"),
    ],
)
def test_what_an_expression_comes_to_is_held_against_the_schema(headers: dict[str, str], fault: str) -> None:
    with pytest.raises(PartnerRefused, match=fault) as caught:
        computed(SCHEMA, headers, {}, NOW)
    assert caught.value.remedy


def test_the_value_itself_stays_out_of_the_message() -> None:
    with pytest.raises(PartnerRefused) as caught:
        computed(SCHEMA, {"language": "=pin", "reason": "x"}, {"pin": "5FQ2K7M"}, NOW)
    assert "5FQ2K7M" not in str(caught.value)
