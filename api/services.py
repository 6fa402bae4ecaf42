"""Public services: the catalogue that everyone may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.access import PUBLIC
from api.operation import Noun
from api.schemas.services import ServiceDetailSchema, ServicePage, ServiceQuery
from api.wiring import services
from engine.store.queries import services as queries

blueprint = Noun("services", __name__, description="Public services: what agencies offer citizens.")


@blueprint.operation("GET", "", rule=PUBLIC, summary="List services", query=ServiceQuery, answer=ServicePage)
def list_services(query: Mapping[str, Any]) -> Any:
    """The newest version of every service."""
    with services().read() as connection:
        return queries.service_page(connection, **query)


@blueprint.operation("GET", "/<name:key>", rule=PUBLIC, summary="Show a service", answer=ServiceDetailSchema)
def show(key: str) -> Any:
    """A service with its passport: law, evidence, terms, fee, channels and languages."""
    with services().read() as connection:
        return queries.service_detail(connection, key)
