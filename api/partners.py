"""Partners: whom jobs call, who of them fails, and who is left alone for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import no_content
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.jobs import PartnerCommand, PartnerPage
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.partners import close_partner
from engine.store.queries.partners import partner_page

blueprint = Noun("partners", __name__, description="Whom jobs call; one that keeps failing is left alone for a while.")


@blueprint.operation(
    "GET", "", rule=Action.look_after_partners, summary="List partners", query=PageQuery, answer=PartnerPage
)
def list_partners(query: Mapping[str, Any]) -> Any:
    """Partners that have work waiting, or failed lately, by name."""
    wired = services()
    with wired.read() as connection:
        return partner_page(connection, wired.clock.now(), **query)


@blueprint.operation(
    "POST",
    "/close",
    rule=Action.look_after_partners,
    summary="Call a partner again",
    body=PartnerCommand,
    status=204,
    idempotent=True,
)
def close(command: Mapping[str, Any]) -> Response:
    """A partner that was left alone is called again at once: an operator knows that it works."""
    return no_content(lambda runtime: close_partner(runtime, command["partner"], by=caller()))
