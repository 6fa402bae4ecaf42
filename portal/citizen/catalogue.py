"""The catalogue: finding a service, and all one must know of it before one begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Response, request
from flask_babel import gettext as _

from door.wiring import shared
from engine.casework.policy import Action
from engine.store.queries import organisation
from engine.store.queries import services as queries
from engine.store.queries.services import ServiceRow
from portal.citizen.search import Found, search
from portal.citizen.words import told
from portal.pages import Pages, page

_PAGE: Final = 200

blueprint = Pages("catalogue", __name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """A service in the list."""

    service: ServiceRow
    agency: Mapping[str, str]
    """Name by language."""


@blueprint.page("/", rule=Action.read_public)
def home() -> Response:
    """All services, or those that fit a search, the best first."""
    wanted = request.args.get("q", "").strip()
    listed = {one.service.key: one for one in _all_services()}
    keys = search(wanted, [_as_found(one) for one in listed.values()])
    title = _("Search results") if wanted else _("Public services")
    return page("citizen/home.html", title=title, wanted=wanted[:100], found=[listed[key] for key in keys])


@blueprint.page("/services/<name:key>", rule=Action.read_public)
def service(key: str) -> Response:
    """What one must know of a service before one begins. Raises NotFound."""
    with shared().read() as connection:
        found = queries.service_detail(connection, key)
        took = queries.how_long_it_took(connection, found)
        agencies = {one.key: one.names for one in organisation.agencies(connection)}
    passport = found.passport
    evidence = (passport.get("evidence") or {}).values()
    return page(
        "citizen/service.html",
        title=told(found.title),
        service=found,
        agency=agencies.get(found.agency, {}),
        term=(passport.get("terms") or {}).get("statutory"),
        took=took,
        fetched=[one for one in evidence if one.get("register")],
        brought=[one for one in evidence if not one.get("register")],
    )


def _all_services() -> list[Listed]:
    found: list[ServiceRow] = []
    cursor: str | None = None
    with shared().read() as connection:
        agencies = {one.key: one.names for one in organisation.agencies(connection)}
        while True:
            some = queries.service_page(connection, limit=_PAGE, cursor=cursor)
            found.extend(some.items)
            cursor = some.next
            if cursor is None:
                break
    return [Listed(one, agencies.get(one.agency, {})) for one in found]


def _as_found(one: Listed) -> Found:
    names = [*one.service.title.values(), *one.agency.values()]
    return Found(key=one.service.key, names=names, texts=[*one.service.description.values()])
