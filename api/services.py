"""Public services: the catalogue that everyone may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.access import PUBLIC
from api.operation import Noun
from api.schemas.engine import FormSchema
from api.schemas.services import ServiceDetailSchema, ServicePage, ServiceQuery
from api.wiring import services
from engine.errors import NotFound
from engine.store.queries import definitions
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


@blueprint.operation("GET", "/<name:key>/form", rule=PUBLIC, summary="Show what an application asks", answer=FormSchema)
def form(key: str) -> Any:
    """The form that an application for the service begins with, so that anyone can see what will be asked."""
    with services().read() as connection:
        form_id = queries.service_detail(connection, key).form_id
        if form_id is None:
            raise NotFound("This service asks nothing.", remedy="Apply without answers.")
        return definitions.form(connection, form_id)
