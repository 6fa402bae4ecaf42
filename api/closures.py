"""Closures: days on which an agency does not work, beyond the public holidays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out, no_content
from api.operation import Noun
from api.schemas.terms import ClosureCommand, ClosurePage, ClosureQuery, ClosureSchema
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.closures import add_closure, remove_closure
from engine.store.queries.closures import closure_page

blueprint = Noun("closures", __name__, description="Days on which an agency is closed: its terms do not count them.")


@blueprint.operation(
    "GET", "", rule=Action.see_agencies, summary="List closures of an agency", query=ClosureQuery, answer=ClosurePage
)
def list_closures(query: Mapping[str, Any]) -> Any:
    """The first one first."""
    with services().read() as connection:
        return closure_page(connection, **query)


@blueprint.operation(
    "POST",
    "",
    rule=Action.enter_closure,
    summary="Enter a closure",
    body=ClosureCommand,
    answer=ClosureSchema,
    status=201,
    idempotent=True,
)
def add(command: Mapping[str, Any]) -> Response:
    """Enter days on which an agency is closed. Its running terms are reckoned anew within a minute."""
    return carry_out(lambda runtime: add_closure(runtime, **command, by=caller()), ClosureSchema, status=201)


@blueprint.operation(
    "DELETE", "/<key:closure_id>", rule=Action.remove_closure, summary="Take a closure back", status=204
)
def remove(closure_id: str) -> Response:
    """The days count again; running terms are reckoned anew within a minute."""
    return no_content(lambda runtime: remove_closure(runtime, closure_id, by=caller()))
