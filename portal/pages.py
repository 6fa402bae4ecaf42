"""One decorator for one page: its address in every language, its rule, and what stands around it on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, Response, g, make_response, render_template, request

from door.access import CSRF_FIELD, csrf_token_of, under
from engine.casework.actor import Actor
from engine.casework.policy import Action
from portal.built import asset
from portal.languages import NAMES, PREFIX, give_language, language, same_page_in, take_language

POLICY: Final = (
    "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, as its header shows her."""

    name: str
    csrf_token: str


class Pages(Blueprint):
    """The pages of one part of the portal."""

    def __init__(self, name: str, import_name: str, path: str = "") -> None:
        super().__init__(name, import_name, url_prefix=f"{PREFIX}{path}")
        self.url_value_preprocessor(take_language)
        self.url_defaults(give_language)

    def page(self, path: str, *, rule: Action, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
        """Make a function the view of an address; public ones know their visitor too, where she is signed in."""

        def decorate(view: View) -> View:
            self.route(path, methods=list(methods), endpoint=view.__name__)(under(rule, greets=True)(view))
            return view

        return decorate


def page(template: str, *, title: str, status: int = 200, **values: Any) -> Response:
    """A page from a template; `title` is told by the browser and by screen readers first of all."""
    content = render_template(template, page_title=title, **around(), **values)
    answer = make_response(content, status)
    answer.headers["Content-Language"] = language()
    return answer


def around() -> Mapping[str, Any]:
    """What every page shows around its own content."""
    return {
        "language": language(),
        "languages": [(key, NAMES[key], address) for key, address in same_page_in().items()],
        "visitor": visitor(),
        "csrf_field": CSRF_FIELD,
        "csrf_token": csrf_token_of(g.session_secret) if "session_secret" in g else "",
        "asset": asset,
    }


def visitor() -> Visitor | None:
    """Who is signed in, wholly."""
    actor, secret = g.get("actor"), g.get("session_secret")
    if not isinstance(actor, Actor) or secret is None or not g.recognised.is_whole:
        return None
    return Visitor(actor.name, csrf_token_of(secret))


def is_page() -> bool:
    """Whether a request is for a page: everything is that is not for programs."""
    return not request.path.startswith(("/api/", "/health/", "/metrics"))


def harden(app: Flask) -> None:
    """What browsers may do with pages; nobody keeps one, for it may tell of a person."""

    @app.after_request
    def headers(answer: Response) -> Response:
        if is_page() and answer.mimetype == "text/html":
            answer.headers["Content-Security-Policy"] = POLICY
            answer.headers.setdefault("Cache-Control", "no-store")
            # With `no-referrer` browsers send forms with `Origin: null`, and old ones send nothing else that tells our
            # own pages from those of others (Fetch standard, 3.1).
            answer.headers["Referrer-Policy"] = "same-origin"
        return answer
