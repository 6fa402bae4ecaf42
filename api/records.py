"""Records of closed cases: holds, which stop erasing, and the packages of archived ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from api.files import download
from api.idempotency import carry_out
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.retention import HoldCommand, HoldPage, HoldSchema
from api.wiring import services
from door.access import caller
from engine.casework.look import LookKind
from engine.casework.policy import Action
from engine.runtime.hold_case import place_hold, release_hold
from engine.runtime.look import Looking, look
from engine.runtime.open_package import open_package
from engine.store.queries.retention import hold_page

blueprint = Noun("records", __name__, description="What is kept of closed cases, and for how long.")

_PACKAGE: Final[Mapping[str, Any]] = {
    "200": {
        "description": "All rows of the case by table, and the hashes of its files.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "onewindow_case": {"type": "integer", "description": "Version of the form.", "example": 1},
                        "number": {"type": "string", "example": "AZ-2026-000123-8"},
                        "files": {"type": "array", "items": {"type": "object"}, "example": []},
                        "tables": {"type": "object", "example": {"case": [], "task": [], "activity": []}},
                    },
                }
            }
        },
    }
}


@blueprint.operation(
    "GET",
    "/<key:case_id>/holds",
    rule=Action.keep_record,
    summary="List the holds of a case",
    query=PageQuery,
    answer=HoldPage,
)
def list_holds(query: Mapping[str, Any], case_id: str) -> Any:
    """Who must keep the record and why, the first one first; released ones too."""

    def read(looking: Looking) -> Any:
        page = hold_page(looking.connection, caller(), case_id, **query)
        looking.at_case(LookKind.holds, case_id)
        return page

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "POST",
    "/<key:case_id>/holds",
    rule=Action.keep_record,
    summary="Hold the record of a case",
    body=HoldCommand,
    answer=HoldSchema,
    status=201,
    idempotent=True,
)
def hold(command: Mapping[str, Any], case_id: str) -> Response:
    """Keep the record, whatever its schedule says, until every hold of it is released. It may be archived meanwhile."""
    return carry_out(
        lambda runtime: place_hold(runtime, case_id, command["reason"], by=caller()), HoldSchema, status=201
    )


@blueprint.operation(
    "POST",
    "/<key:case_id>/holds/<key:hold_id>/release",
    rule=Action.keep_record,
    summary="Release a hold",
    body=HoldCommand,
    answer=HoldSchema,
    idempotent=True,
)
def release(command: Mapping[str, Any], case_id: str, hold_id: str) -> Response:
    """With the last hold released the schedule goes on: what is overdue is erased within a minute."""
    return carry_out(
        lambda runtime: release_hold(runtime, case_id, hold_id, command["reason"], by=caller()), HoldSchema
    )


@blueprint.operation(
    "GET",
    "/<key:case_id>/package",
    rule=Action.keep_record,
    summary="Read the package of an archived case",
    documentation={"responses": _PACKAGE},
)
def package(case_id: str) -> Response:
    """What was taken out of the tables of daily work, as JSON; who reads it is noted."""
    return download(open_package(services().runtime, case_id, by=caller()))
