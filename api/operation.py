"""One decorator for one operation of the API: address, rule, what comes in, what goes out, and its documentation.

`Noun` is flask-smorest's blueprint with the strict JSON door, strict queries and the order of layers fixed:
access rule, idempotency, arguments, view, answer. A view gets its query, then its body, then the parts of the path.
"""

# ruff: noqa: ARG002 (the arguments of the parser's methods are the library's)
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn, TypeVar

import flask
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.routing import BaseConverter

from api.declared import problems_of
from door.access import Rule, rule_for, under
from door.json_door import JsonLimits, MalformedJson, check_media_type, read_json
from engine.casework.policy import Action
from engine.errors import Invalid, Place

View = TypeVar("View", bound=Callable[..., Any])

_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class WrongInput(Invalid):
    """A body or query does not have the shape expected; `places` say where."""

    code = "wrong-input"


class KeyConverter(BaseConverter):
    """A key in an address: what does not look like one is not found, before the database is asked."""

    regex = "[0-9a-hjkmnp-tv-z]{26}"
    part_isolating = True


class TaskConverter(BaseConverter):
    """A task in an address: the key of its instance and the number of its wait."""

    regex = "[0-9a-hjkmnp-tv-z]{26}-[0-9]{1,15}"
    part_isolating = True


class NameConverter(BaseConverter):
    """A name of a model's or service's in an address."""

    regex = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}"
    part_isolating = True


class StrictRequest(flask.Request):
    """A request whose JSON comes through the strict door, whoever asks for it."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body's value. Raises NotJson, BodyTooLarge, MalformedJson; `silent` and `force` change nothing."""
        del force, silent
        kept = self.environ.get("onewindow.json", core.missing)
        if cache and kept is not core.missing:
            return kept
        check_media_type(self.content_type or "")
        value = read_json(self.get_data(cache=True), flask.current_app.config["JSON_LIMITS"])
        self.environ["onewindow.json"] = value
        return value


class StrictParser(FlaskParser):
    """Reads arguments through the strict door and tells faults with their places."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 (the library's own shape)
        "json": RAISE,
        "query": RAISE,
        "form": RAISE,
        "files": RAISE,
        "view_args": RAISE,
        "path": RAISE,
        "headers": None,
        "cookies": None,
    }

    def _raw_load_json(self, req: flask.Request) -> Any:
        return req.get_json()

    def load_querystring(self, req: flask.Request, schema: Schema) -> Any:
        """The query, each name once. Raises WrongInput for a name that stands twice."""
        for name, values in req.args.lists():
            if len(values) > 1:
                raise WrongInput(
                    "Something in the query is wrong.",
                    places=[Place(f"?{name}", "Expected this name once.", "repeated")],
                    remedy="Send each name of the query once.",
                )
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: ValidationError,
        req: flask.Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Tell every fault with its place: a JSON pointer in the body, `?name` in the query."""
        raise wrong_input(error) from error


def wrong_input(error: ValidationError) -> WrongInput:
    """All faults of a validation as one error."""
    messages: Any = error.messages
    where = next(iter(messages)) if isinstance(messages, dict) and len(messages) == 1 else "json"
    inner = messages[where] if where in ("json", "query", "form", "files") else messages
    lead = "?" if where == "query" else "/"
    places = [
        Place("" if path == ["_schema"] else lead + "/".join(_escaped(step) for step in path), message, _code(message))
        for path, message in _leaves(inner)
    ]
    places.sort(key=lambda place: place.path)
    shown = "query" if where == "query" else "body"
    return WrongInput(
        f"Something in the {shown} is wrong: {places[0].path or 'as a whole'}: {places[0].message}"
        + (f" ({len(places)} faults in all.)" if len(places) > 1 else ""),
        places=places,
        remedy="Correct the places named; nothing was changed.",
    )


def _leaves(messages: Any) -> Iterator[tuple[list[str], str]]:
    """Every message of marshmallow's tree with its path."""
    waiting: list[tuple[list[str], Any]] = [([], messages)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, dict):
            waiting.extend(([*path, str(step)], part) for step, part in found.items())
        elif isinstance(found, list):
            waiting.extend((path, part) for part in found)
        else:
            yield path or ["_schema"], str(found)


def _escaped(step: str) -> str:
    return step.encode("utf-8", "backslashreplace").decode().replace("~", "~0").replace("/", "~1")


def _code(message: str) -> str:
    if message.startswith("Unknown field"):
        return "unknown-field"
    return "missing" if message.startswith("Missing data") else "invalid"


IDEMPOTENCY_PARAMETER: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "A text of your own, 8 to 128 visible ASCII characters. Repeating the request with the same key "
    "gives the first answer and does nothing twice; keys are kept for 24 hours.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
    "example": "4f1c7f0e-renewal-1",
}
_CSRF_PARAMETER: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "X-Csrf-Token",
    "required": False,
    "description": "Only with a session cookie: the token given at sign-in.",
    "schema": {"type": "string"},
}


class Noun(Blueprint):  # type: ignore[misc]
    """The operations of one noun."""

    ARGUMENTS_PARSER = StrictParser()

    def operation(
        self,
        method: str,
        path: str,
        *,
        rule: Action,
        summary: str,
        answer: type[Schema] | Schema | None = None,
        status: int = 200,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        example: Any = None,
        request_example: Any = None,
        content_type: str | None = None,
        parameters: tuple[Mapping[str, Any], ...] = (),
        idempotent: bool = False,
        documentation: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:
        """Make a function the view of `method path`; `rule` is the action it does.

        `example` shows an answer, `request_example` a body. `idempotent` honours the header Idempotency-Key: the
        view's transaction records it. The function's docstring becomes the description.
        """

        door = rule_for(rule)

        def decorate(view: View) -> View:
            wrapped: Any = view
            wrapped = self.response(status, answer, example=example, content_type=content_type)(wrapped)
            if body is not None:
                wrapped = self.arguments(body, location="json", example=request_example)(wrapped)
            if query is not None:
                wrapped = self.arguments(query, location="query")(wrapped)
            shown: dict[str, Any] = {
                "summary": summary,
                "operationId": _operation_id(self.name, view.__name__),
                "description": _description(view, door),
                **(documentation or {}),
            }
            if door.roles is None:
                shown["security"] = []
            headers = _headers(method, door, parameters, idempotent)
            if headers:
                shown["parameters"] = headers
            declared = problems_of(
                method,
                path,
                rule=door,
                takes_json=body is not None,
                takes_file="requestBody" in shown,
                takes_query=query is not None,
                headers=[parameter["name"] for parameter in parameters],
            )
            shown["responses"] = {**declared, **dict(shown.get("responses", {}))}
            wrapped = self.doc(**shown)(wrapped)
            wrapped = under(rule)(wrapped)
            wrapped.is_idempotent = idempotent
            self.route(path, methods=[method], endpoint=view.__name__)(wrapped)
            return view

        return decorate


def _headers(
    method: str, rule: Rule, parameters: tuple[Mapping[str, Any], ...], idempotent: bool
) -> list[dict[str, Any]]:
    headers = [dict(parameter) for parameter in parameters]
    if idempotent:
        headers.append(dict(IDEMPOTENCY_PARAMETER))
    if method in _UNSAFE and rule.roles is not None:
        headers.append(dict(_CSRF_PARAMETER))
    return headers


def _operation_id(noun: str, verb: str) -> str:
    return re.sub("[^A-Za-z0-9]+(.)", lambda found: found.group(1).upper(), f"{verb}-{noun}".replace("_", "-"))


def _description(view: Callable[..., Any], rule: Rule) -> str:
    text = " ".join((view.__doc__ or "").split())
    who = "Anyone may call this." if rule.roles is None else f"Needs a role: {', '.join(sorted(rule.roles))}."
    return f"{text} {who}".strip()


__all__ = [
    "JsonLimits",
    "KeyConverter",
    "MalformedJson",
    "NameConverter",
    "Noun",
    "StrictRequest",
    "TaskConverter",
    "wrong_input",
]
