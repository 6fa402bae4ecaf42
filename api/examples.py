"""Examples of bodies in the OpenAPI document: the ones written at operations, else put together from their schemas.

Fields carry examples where their names do not say all; for the others a plain value of their kind stands in. Tests hold
each example against its schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_JSON: Final = "application/json"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_DEEPEST: Final = 10
_FORMATS: Final[Mapping[str, str]] = {"date-time": "2026-03-02T10:15:00Z", "date": "2026-03-02"}
_PLAIN: Final[Mapping[str, Any]] = {"string": "text", "integer": 1, "number": 1, "boolean": True, "object": {}}


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with an example at each JSON body of a request and of an answer that succeeds."""
    for holder in holders(document):
        content = holder.get("content", {}).get(_JSON)
        if content is not None and "example" not in content and "schema" in content:
            content["example"] = made(document, content["schema"])
    return document


def holders(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Whatever holds the body of a request, or of an answer that succeeds."""
    for item in document["paths"].values():
        for method in _METHODS:
            operation = item.get(method, {})
            if "requestBody" in operation:
                yield resolved(document, operation["requestBody"])
            for status, answer in operation.get("responses", {}).items():
                if str(status).startswith("2"):
                    yield resolved(document, answer)


def resolved(document: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a `$ref` of this document refers to, or the thing itself."""
    pointer = found.get("$ref")
    if not pointer:
        return found
    target: Any = document
    for step in pointer.removeprefix("#/").split("/"):
        target = target[step]
    return target  # type: ignore[no-any-return]


def made(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    """An example of a schema: written at it, or put together from the examples within; None beyond a depth."""
    if "example" in schema:
        return schema["example"]
    schema = resolved(document, schema)
    if "example" in schema:
        return schema["example"]
    if depth >= _DEEPEST:
        return None
    for joined in ("allOf", "anyOf", "oneOf"):
        if schema.get(joined):
            return made(document, schema[joined][0], depth + 1)
    if "properties" in schema:
        return {name: made(document, part, depth + 1) for name, part in schema["properties"].items()}
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((part for part in kind if part != "null"), None)
    if kind == "array":
        return [made(document, schema.get("items", {}), depth + 1)]
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    return schema.get("default", schema.get("minimum", _PLAIN.get(str(kind))))
