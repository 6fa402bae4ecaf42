"""The pages become part of an application: blueprints, words, templates, errors and headers, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, redirect, url_for
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from door.access import require_rules, under
from engine.casework.policy import Action
from portal import built, errors, pages, texts
from portal.citizen import catalogue, verification
from portal.citizen.words import FILTERS
from portal.languages import language
from portal.sign_in import views as sign_in

_HOME: Final = Path(__file__).parent
_COMPONENTS: Final = "govuk_frontend_jinja"
PARTS: Final[tuple[pages.Pages, ...]] = (catalogue.blueprint, verification.blueprint, sign_in.blueprint)


def install(app: Flask, *, time_zone: str, otherwise: Mapping[type[Exception], Callable[[Any], Response]]) -> None:
    """Add the pages to an application that has its door already; `otherwise` tells errors of all other addresses.

    Raises RouteWithoutRule rather than serve a page nobody decided about.
    """
    folders = [_HOME / "templates", *sorted(_HOME.glob("*/templates"))]
    components = PrefixLoader({_COMPONENTS: PackageLoader(_COMPONENTS)})
    ours = ChoiceLoader([FileSystemLoader(folders), components])
    app.jinja_loader = ours if app.jinja_loader is None else ChoiceLoader([app.jinja_loader, ours])
    app.jinja_env.filters.update(FILTERS)
    texts.speak(app, time_zone)
    app.register_blueprint(built.blueprint)
    for part in PARTS:
        app.register_blueprint(part)
    app.add_url_rule("/", "start", under(Action.read_public)(_start))
    errors.install(app, otherwise)
    pages.harden(app)
    require_rules(app)


def _start() -> Any:
    """The home page in the language that the browser likes best."""
    return redirect(url_for("catalogue.home", language=language()))
