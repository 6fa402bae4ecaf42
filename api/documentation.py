"""The page that shows the API and lets people try it, drawn on the server from the OpenAPI document.

Without JavaScript it is a complete reference; a small script of ours adds the button that sends a request. Nothing is
loaded from elsewhere, and the page's content security policy says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, render_template, send_from_directory

from api.examples import made, resolved
from door.access import under
from engine.casework.policy import Action

_POLICY: Final = (
    "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_ASSETS: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Mapping[str, Any], ...]
    body: str
    """An example body as JSON, or nothing."""
    body_kind: str
    """Media type of the body, or nothing."""
    answers: tuple[tuple[str, str, str], ...]
    """Status, description, example as JSON."""


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one noun."""

    name: str
    description: str
    operations: tuple[Operation, ...]


def make_blueprint(read_document: Callable[[], Mapping[str, Any]]) -> Blueprint:
    """The page and the document, at /api/v1/docs and /api/v1/openapi.json, from what `read_document` gives."""
    blueprint = Blueprint("documentation", __name__, url_prefix="/api/v1", template_folder="templates")

    @lru_cache(maxsize=1)
    def document() -> str:
        return json.dumps(read_document(), ensure_ascii=False, indent=1)

    @lru_cache(maxsize=1)
    def page() -> str:
        known = read_document()
        return render_template("docs.html", title=known["info"]["title"], info=known["info"], groups=groups_of(known))

    def openapi() -> Response:
        answer = Response(document(), content_type="application/json")
        answer.headers["Cache-Control"] = "public, max-age=60"
        return answer

    def docs() -> Response:
        answer = Response(page(), content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers["Cache-Control"] = "public, max-age=60"
        return answer

    def asset(name: str) -> Response:
        return send_from_directory(_ASSETS, name, max_age=3_600)

    blueprint.add_url_rule("/openapi.json", view_func=under(Action.read_public)(openapi))
    blueprint.add_url_rule("/docs", view_func=under(Action.read_public)(docs))
    blueprint.add_url_rule("/docs/<any('docs.css', 'docs.js'):name>", view_func=under(Action.read_public)(asset))
    return blueprint


def groups_of(document: Mapping[str, Any]) -> tuple[Group, ...]:
    """The operations of an OpenAPI document by tag, in the order of the document."""
    described = {tag["name"]: tag.get("description", "") for tag in document.get("tags", [])}
    by_tag: dict[str, list[Operation]] = {name: [] for name in described}
    for operation, tag in _operations(document):
        by_tag.setdefault(tag, []).append(operation)
    return tuple(Group(name, described.get(name, ""), tuple(found)) for name, found in by_tag.items() if found)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[Operation, str]]:
    for path, item in document["paths"].items():
        shared = [resolved(document, found) for found in item.get("parameters", [])]
        for method in _METHODS:
            if method not in item:
                continue
            known = item[method]
            own = [resolved(document, found) for found in known.get("parameters", [])]
            content = known.get("requestBody", {}).get("content", {})
            kind = next(iter(content), "")
            answers = tuple(
                (str(status), answer.get("description", ""), _shown(_example_of(document, answer)) if shown else "")
                for status, found in sorted(known.get("responses", {}).items())
                # a problem looks the same under every status: once is enough
                for shown in [not str(status).startswith(("4", "5"))]
                for answer in [resolved(document, found)]
            )
            yield (
                Operation(
                    anchor=known["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=known.get("summary", ""),
                    description=known.get("description", ""),
                    parameters=(*shared, *own),
                    body=_shown(_example_of(document, {"content": content})) if kind == "application/json" else "",
                    body_kind=kind,
                    answers=answers,
                ),
                known.get("tags", ["other"])[0],
            )


def _example_of(document: Mapping[str, Any], holder: Mapping[str, Any]) -> Any:
    """The example of a body or answer: the one written, else one made from the schema."""
    for content in holder.get("content", {}).values():
        if "example" in content:
            return content["example"]
        if "schema" in content:
            return made(document, content["schema"])
    return None


def _shown(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
