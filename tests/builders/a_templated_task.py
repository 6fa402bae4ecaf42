"""A service task as a modeler leaves it that filled in an element template: `a_templated_task(template, values)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEMPLATE_ATTRIBUTES = ("zeebe:modelerTemplate", "zeebe:modelerTemplateVersion")


def a_templated_task(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """What `Drawing.service_task` takes: each property written where its binding says.

    A property takes the value given by its key, else its own; what is optional and empty is not written, and neither is
    one whose condition does not hold. Raises AssertionError for a needed one without a value.
    """
    told: dict[str, Any] = {"connector": None, "headers": {}, "inputs": {}, "properties": {}}
    ids = {one["id"]: one for one in template["properties"] if "id" in one}

    def value_of(one: Mapping[str, Any]) -> str:
        key = one["binding"].get("key") or one["binding"].get("name") or one["binding"]["property"]
        if one["type"] == "Hidden":
            return str(one["value"])
        return values.get(key, str(one.get("value", "")))

    for one in template["properties"]:
        condition = one.get("condition")
        if condition is not None and value_of(ids[condition["property"]]) != condition["equals"]:
            continue
        value, binding = value_of(one), one["binding"]
        if not value:
            assert not one.get("constraints", {}).get("notEmpty"), f"{template['id']} needs {one['id']}"
            assert one.get("optional"), f"{template['id']}: {one.get('id')} would be written empty"
            continue
        if one["type"] == "Dropdown":
            assert value in [choice["value"] for choice in one["choices"]]
        match binding["type"]:
            case "zeebe:taskDefinition":
                told["connector" if binding["property"] == "type" else "retries"] = value
            case "zeebe:taskHeader":
                told["headers"][binding["key"]] = value
            case "zeebe:input":
                told["inputs"][binding["name"]] = value
            case "zeebe:property":
                told["properties"][binding["name"]] = value
            case other:
                raise AssertionError(f"no modeler writes {other}")
    told["attributes"] = dict(zip(TEMPLATE_ATTRIBUTES, (template["id"], str(template["version"])), strict=True))
    return told
