"""Cases that staff open without a task: stated, limited, reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.openings import OpenCommand, OpeningPage, OpeningQuery, OpeningSchema, ReviewCommand
from api.wiring import services
from door.access import caller
from engine.casework.opening import Opening, ReviewVerdict
from engine.casework.policy import Action
from engine.runtime.openings import open_case
from engine.runtime.openings import review_opening as review_case_opening
from engine.store.queries import openings as queries

blueprint = Noun("cases", __name__, description="Cases opened by staff who have no task of them, for a stated reason.")


@blueprint.operation(
    "POST",
    "/<name:case_number>/openings",
    rule=Action.open_case,
    summary="Open a case without a task",
    body=OpenCommand,
    answer=OpeningSchema,
    status=201,
    idempotent=True,
)
def open_without_task(command: Mapping[str, Any], case_number: str) -> Response:
    """See a case of one's own agency for four hours, by a second factor proved just now; ten cases a day at most.

    Supervisors of the agency are told and review it; the applicant sees when and why. A case of another agency is 404.
    """
    return carry_out(
        lambda runtime: open_case(runtime, case_number, command["reason"], by=caller()),
        OpeningSchema,
        status=201,
        view=_as_shown,
    )


@blueprint.operation(
    "GET", "/openings", rule=Action.see_openings, summary="List openings", query=OpeningQuery, answer=OpeningPage
)
def list_openings(query: Mapping[str, Any]) -> Any:
    """What the caller opened, and all openings in agencies that she supervises; the newest first."""
    with services().read() as connection:
        return queries.opening_page(connection, caller(), **query)


@blueprint.operation(
    "POST",
    "/<name:case_number>/openings/<key:opening_id>/review",
    rule=Action.review_opening,
    summary="Review an opening",
    body=ReviewCommand,
    answer=OpeningSchema,
    idempotent=True,
)
def review_opening(command: Mapping[str, Any], case_number: str, opening_id: str) -> Response:
    """Confirm that it was right, or object: then it ends at once, and who opened it is told. Nobody reviews her own."""
    return carry_out(
        lambda runtime: review_case_opening(
            runtime, case_number, opening_id, ReviewVerdict(command["verdict"]), command["remark"], by=caller()
        ),
        OpeningSchema,
        view=_as_shown,
    )


def _as_shown(opening: Opening) -> Any:
    with services().read() as connection:
        return queries.opening_row(connection, opening)
