"""Which files are forms, and what is said of those that are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import ModelRefused
from forms import inspect_form, read_form
from tests.builders.a_form import a_field, a_form, a_form_file, a_group, a_list, choices


def rules_of(data: bytes) -> list[str]:
    with pytest.raises(ModelRefused) as refused:
        read_form(data, "a.form")
    return [found.rule for found in refused.value.diagnostics]


def test_every_component_type_of_the_editor_is_known() -> None:
    shown: list[dict[str, Any]] = [
        {"type": "text", "id": "t", "text": "Hello {{name}}"},
        {"type": "html", "id": "h", "content": "<b>Hello</b>"},
        {"type": "image", "id": "i", "source": "=picture", "alt": "A picture"},
        {"type": "table", "id": "tb", "dataSource": "=rows", "columns": [{"key": "a", "label": "A"}]},
        {"type": "button", "id": "b", "action": "submit", "label": "Send"},
        {"type": "separator", "id": "s"},
        {"type": "spacer", "id": "sp", "height": 60},
        {"type": "expression", "id": "e", "key": "sum", "expression": "=1 + 1"},
    ]
    kinds = ("textfield", "textarea", "number", "datetime", "checkbox")
    many = ("checklist", "radio", "select", "taglist")
    form = a_form(
        *shown,
        *(a_field(kind, kind) for kind in kinds),
        *(a_field(kind, kind, values=choices("x")) for kind in many),
        a_group(a_field("inner")),
        a_list("rows", a_field("cell")),
    )
    assert len(list(form.walk())) == len(shown) + len(kinds) + len(many) + 4
    assert form.keys == {"sum", *kinds, *many, "inner", "rows"}


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        pytest.param(
            {"type": "iframe", "id": "x", "url": "https://example.com"}, "form-component-refused", id="iframe"
        ),
        pytest.param({"type": "documentPreview", "id": "x"}, "form-component-refused", id="preview"),
        pytest.param(a_field("a", "filepicker", accept="pdf"), "form-accept", id="accept-without-a-dot"),
        pytest.param(a_field("a", "hologram"), "form-component-unknown", id="unknown-type"),
        pytest.param({"id": "x"}, "form-component-unknown", id="no-type"),
        pytest.param(5, "form-component", id="number-for-component"),
        pytest.param({"type": "textfield", "id": "x"}, "form-without-key", id="no-key"),
        pytest.param(a_field("a b"), "form-key", id="key-with-a-space"),
        pytest.param(a_field("case"), "form-key-reserved", id="key-of-the-engine"),
        pytest.param(a_field("case.number"), "form-key-reserved", id="inside-a-name-of-the-engine"),
        pytest.param(a_field("__builtins__"), "form-key-reserved", id="python-name"),
        pytest.param(a_field("a", hide="=1 +"), "form-feel", id="condition-does-not-parse"),
        pytest.param(a_field("a", "number", min="=("), "form-feel", id="limit-does-not-parse"),
        pytest.param(a_field("a", "number", min="many"), "form-rule", id="limit-is-no-number"),
        pytest.param(a_field("a", maxLength=-1), "form-rule", id="negative-length"),
        pytest.param(a_field("a", pattern="("), "form-pattern", id="pattern-does-not-parse"),
        pytest.param(a_field("a", pattern=r"(a)\1"), "form-pattern", id="back-reference"),
        pytest.param(a_field("a", "radio"), "form-options", id="nothing-to-choose"),
        pytest.param(a_field("a", "radio", values=choices("x", "x")), "form-options", id="option-twice"),
        pytest.param(a_field("a", properties={"ow:idtype": "shoe"}), "form-idtype-unknown", id="unknown-identifier"),
        pytest.param(a_field("a", "datetime", subtype="age"), "form-rule", id="unknown-subtype"),
        pytest.param({"type": "text", "id": "t", "text": "{{#loop x}}y{{/loop}}"}, "form-feel", id="loop-in-a-text"),
        pytest.param({"type": "dynamiclist", "id": "l", "components": []}, "form-list-without-path", id="no-path"),
        pytest.param({"type": "expression", "id": "e", "key": "k"}, "form-feel", id="nothing-to-compute"),
    ],
)
def test_a_component_that_cannot_be_used_is_refused_with_its_rule(component: Any, rule: str) -> None:
    assert rules_of(a_form_file(component)) == [rule]


@pytest.mark.parametrize(
    "components",
    [
        pytest.param([a_field("a"), {**a_field("a"), "id": "other"}], id="same-key"),
        pytest.param([a_field("a"), {**a_field("a.b"), "id": "other"}], id="one-inside-the-other"),
        pytest.param([a_field("a.b"), a_group({**a_field("b"), "id": "other"}, path="a")], id="through-a-group"),
        pytest.param([a_field("a"), a_list("a", a_field("b"))], id="list-and-field"),
    ],
)
def test_two_components_may_not_write_to_one_place(components: list[dict[str, Any]]) -> None:
    assert rules_of(a_form_file(*components)) == ["form-key-twice"]


def test_the_same_key_in_rows_and_around_them_is_no_clash() -> None:
    a_form(a_field("a"), a_list("rows", {**a_field("a"), "id": "other"}))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b"<form/>", "form-not-json", id="xml"),
        pytest.param(b'{"components": [], "id": "a", "id": "b"}', "form-not-json", id="name-twice"),
        pytest.param(b'{"components": [], "id": NaN}', "form-not-json", id="not-a-number"),
        pytest.param(b"\xff\xfe{\x00}\x00", "form-not-json", id="utf-16"),
        pytest.param(b"[" * 100_000, "form-not-json", id="too-deep"),
        pytest.param(b" " * 1_000_001, "form-too-large", id="too-large"),
        pytest.param(b"[]", "form-without-components", id="no-form"),
        pytest.param(b'{"components": []}', "form-without-id", id="no-id"),
        pytest.param(b'{"components": [], "id": "a", "schemaVersion": 20}', "form-version", id="newer-than-known"),
    ],
)
def test_what_is_no_form_is_refused(data: bytes, rule: str) -> None:
    assert rules_of(data) == [rule]


def test_a_form_too_deep_or_too_large_is_refused() -> None:
    deep: dict[str, Any] = a_field("a")
    for level in range(12):
        deep = a_group(deep, id=f"group-{level}")
    assert rules_of(a_form_file(deep)) == ["form-too-deep"]
    assert rules_of(a_form_file(*(a_field(f"f{n}") for n in range(1001)))) == ["form-too-large"]


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    data = a_form_file(a_field("a", hide="=("), a_field("b", pattern="["))
    _, found = inspect_form(data, "a.form")
    lines = data.decode().split("\n")
    assert [d.element_id for d in found] == ["field-a", "field-b"]
    assert all(d.element_id in lines[(d.line or 0) - 1] for d in found if d.element_id)
    assert {d.file for d in found} == {"a.form"}


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=10)
        | st.sampled_from(["textfield", "group", "=("]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "id", "key", "components", "values", "validate", "min", "path", "conditional", "hide"]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(component: Any) -> None:
    form, found = inspect_form(json.dumps({"id": "a", "components": [component]}).encode(), "a.form")
    assert (form is None) == bool(found)
