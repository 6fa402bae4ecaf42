"""Mandates: somebody acts for another person or a company; offered by one, accepted by the other, revoked by either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.organisation import MandateCommand, MandateSchema, MandatesSchema
from api.wiring import services
from door.access import caller
from engine.casework.mandate import Mandate
from engine.casework.policy import Action
from engine.runtime.mandates import accept_mandate, decline_mandate, offer_mandate, revoke_mandate
from engine.store.queries import organisation as queries

blueprint = Noun("mandates", __name__, description="Acting for another person or a company.")


@blueprint.operation("GET", "", rule=Action.see_mandate, summary="List own mandates", answer=MandatesSchema)
def list_own() -> Any:
    """Those that the caller gave and those that the caller holds, the newest first, ended ones too."""
    with services().read() as connection:
        return {"items": queries.mandates_of(connection, caller(), services().clock.now())}


@blueprint.operation(
    "POST",
    "",
    rule=Action.offer_mandate,
    summary="Offer a mandate",
    body=MandateCommand,
    answer=MandateSchema,
    status=201,
    idempotent=True,
)
def offer(command: Mapping[str, Any]) -> Response:
    """Let another act for the caller (`holder`), or ask to act for another (`mandator`).

    It opens nothing until the other side accepts. The key of an account is what its person sees at /me.
    """
    return carry_out(
        lambda runtime: offer_mandate(runtime, **command, by=caller()), MandateSchema, status=201, view=_shown
    )


@blueprint.operation(
    "POST",
    "/<key:mandate_id>/accept",
    rule=Action.agree_mandate,
    summary="Accept a mandate",
    answer=MandateSchema,
    idempotent=True,
)
def accept(mandate_id: str) -> Response:
    """Agree to a mandate that the other side offers, or that an operator entered for the caller to hold."""
    return carry_out(lambda runtime: accept_mandate(runtime, mandate_id, by=caller()), MandateSchema, view=_shown)


@blueprint.operation(
    "POST",
    "/<key:mandate_id>/decline",
    rule=Action.agree_mandate,
    summary="Decline a mandate",
    answer=MandateSchema,
    idempotent=True,
)
def decline(mandate_id: str) -> Response:
    """Say no to a mandate that is offered."""
    return carry_out(lambda runtime: decline_mandate(runtime, mandate_id, by=caller()), MandateSchema, view=_shown)


@blueprint.operation(
    "POST",
    "/<key:mandate_id>/revoke",
    rule=Action.agree_mandate,
    summary="Revoke a mandate",
    answer=MandateSchema,
    idempotent=True,
)
def revoke(mandate_id: str) -> Response:
    """End a mandate at once; either side may, and who entered it. The next request under it finds nothing."""
    return carry_out(lambda runtime: revoke_mandate(runtime, mandate_id, by=caller()), MandateSchema, view=_shown)


def _shown(mandate: Mandate) -> Any:
    with services().read() as connection:
        return queries.mandate_row(connection, mandate, services().clock.now())
