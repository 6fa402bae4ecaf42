"""Builds form-js files for tests: good defaults, only what a test is about is said."""

from __future__ import annotations

import json
from typing import Any

from forms import Form, read_form


def a_field(key: str, kind: str = "textfield", **said: Any) -> dict[str, Any]:
    """A component that takes an answer; `hide`, `required` and rules (`min`, `pattern` ...) as keywords."""
    rules = {
        name: said.pop(name)
        for name in ("required", "min", "max", "minLength", "maxLength", "pattern", "validationType")
        if name in said
    }
    field: dict[str, Any] = {"type": kind, "id": f"field-{key}", "key": key, "label": key.capitalize(), **said}
    if rules:
        field["validate"] = rules
    if "hide" in field:
        field["conditional"] = {"hide": field.pop("hide")}
    return field


def choices(*values: str) -> list[dict[str, str]]:
    """Options with their values as labels."""
    return [{"value": value, "label": value.upper()} for value in values]


def a_group(*components: dict[str, Any], id: str = "group", **said: Any) -> dict[str, Any]:
    """A group; `path` and `hide` as keywords."""
    group: dict[str, Any] = {"type": "group", "id": id, "label": "Group", "components": list(components), **said}
    if "hide" in group:
        group["conditional"] = {"hide": group.pop("hide")}
    return group


def a_list(path: str, *components: dict[str, Any], **said: Any) -> dict[str, Any]:
    """A dynamic list."""
    listed: dict[str, Any] = {"type": "dynamiclist", "id": f"list-{path}", "path": path, "components": list(components)}
    if "hide" in said:
        listed["conditional"] = {"hide": said.pop("hide")}
    return {**listed, **said}


def a_form_file(*components: dict[str, Any], **said: Any) -> bytes:
    """The bytes of a `.form` file."""
    whole = {"id": "a-form", "type": "default", "schemaVersion": 19, "components": list(components), **said}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def a_form(*components: dict[str, Any]) -> Form:
    """A form, read."""
    return read_form(a_form_file(*components), "a.form")
