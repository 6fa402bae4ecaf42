"""My data: who looked at the caller's data, when, as what and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response

from api.files import download
from api.idempotency import carry_out
from api.schemas.applications import ApplicationSchema
from api.schemas.my_data import (
    AccessGroupQuery,
    AccessGroupsSchema,
    AccessPage,
    AccessQuery,
    AccessSchema,
    ComplaintCommand,
    ExportCommand,
    ExportSchema,
    ExportsSchema,
)
from api.second_factors import blueprint
from api.wiring import services
from door.access import caller
from door.language import asked_language, preferred_language
from door.session import came
from engine.casework.case import Case
from engine.casework.policy import Action
from engine.runtime.complain import complain
from engine.runtime.export_own_data import ask_for_export, open_export, own_export, own_exports
from engine.runtime.own_accesses import access_groups, own_access, own_accesses
from engine.store.queries.accesses import AccessFilter
from engine.store.queries.applications import in_short

__all__ = ["blueprint"]

_WHOLE: Final[Mapping[str, Any]] = {
    "200": {
        "description": "All data of the caller.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "onewindow_export": {"type": "integer", "description": "Version of the form.", "example": 1},
                        "account": {"type": "object"},
                        "cases": {"type": "array", "items": {"type": "object"}},
                        "accesses": {"type": "array", "items": {"type": "object"}},
                    },
                }
            }
        },
    }
}
_PDF: Final[Mapping[str, Any]] = {
    "200": {
        "description": "The same as PDF/A-4u.",
        "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
    }
}


@blueprint.operation(
    "GET",
    "/accesses",
    rule=Action.keep_own_account,
    summary="List looks at own data",
    query=AccessQuery,
    answer=AccessPage,
)
def list_accesses(query: Mapping[str, Any]) -> Any:
    """Every look at the caller's data by somebody else, and every question to a register, the newest first.

    In plain words of the language of Accept-Language. It is there as soon as somebody has looked. Officials are told by
    office and role; what an investigation withholds by law appears when that ends.
    """
    page = {name: query[name] for name in ("limit", "cursor")}
    return own_accesses(services().runtime, _which(query), by=caller(), language=preferred_language(), **page)


@blueprint.operation(
    "GET",
    "/accesses/groups",
    rule=Action.keep_own_account,
    summary="Count looks at own data",
    query=AccessGroupQuery,
    answer=AccessGroupsSchema,
)
def count_accesses(query: Mapping[str, Any]) -> Any:
    """The same looks by agency, application or day, with how often each kind of data was seen."""
    return {"items": access_groups(services().runtime, _which(query), query["by"], by=caller())}


@blueprint.operation(
    "GET",
    "/accesses/<name:access_id>",
    rule=Action.keep_own_account,
    summary="Show a look at own data",
    answer=AccessSchema,
)
def show_access(access_id: str) -> Any:
    """One look at the caller's data."""
    return own_access(services().runtime, access_id, by=caller(), language=preferred_language())


@blueprint.operation(
    "POST",
    "/accesses/<name:access_id>/complaint",
    rule=Action.apply,
    summary="Complain about a look at own data",
    body=ComplaintCommand,
    answer=ApplicationSchema,
    status=201,
    idempotent=True,
)
def complain_about(command: Mapping[str, Any], access_id: str) -> Response:
    """Open a case with the data protection officer of the agency that looked; follow it as an application.

    The term and the way to court stand in the passport of the service `access-complaint`.
    """

    def shown(case: Case) -> Any:
        with services().read() as connection:
            return in_short(connection, case)

    return carry_out(
        lambda runtime: complain(runtime, access_id, command["complaint"], by=caller(), language=asked_language()),
        ApplicationSchema,
        status=201,
        view=shown,
    )


@blueprint.operation(
    "POST",
    "/exports",
    rule=Action.keep_own_account,
    summary="Ask for a copy of own data",
    body=ExportCommand,
    answer=ExportSchema,
    status=202,
    idempotent=True,
)
def ask(command: Mapping[str, Any]) -> Response:
    """Have all that is kept of the caller written as JSON and PDF: a worker does it, mostly within seconds.

    Account, applications with answers, evidence, lists of files and documents, payments, notices, mandates, consents,
    and every look at the data. The inbox tells of it. One that is under way is given back.
    """
    browser = came().browser
    language = command.get("language") or preferred_language()
    return carry_out(
        lambda runtime: ask_for_export(runtime, by=caller(), language=language, browser=browser),
        ExportSchema,
        status=202,
    )


@blueprint.operation(
    "GET", "/exports", rule=Action.keep_own_account, summary="List copies of own data", answer=ExportsSchema
)
def list_exports() -> Any:
    """The caller's exports of the last seven days."""
    return {"items": own_exports(services().runtime, by=caller())}


@blueprint.operation(
    "GET",
    "/exports/<key:export_id>",
    rule=Action.keep_own_account,
    summary="Show a copy of own data",
    answer=ExportSchema,
)
def show_export(export_id: str) -> Any:
    """Whether it is ready, and until when it is kept."""
    return own_export(services().runtime, export_id, by=caller())


@blueprint.operation(
    "GET",
    "/exports/<key:export_id>/json",
    rule=Action.keep_own_account,
    summary="Take own data as JSON",
    documentation={"responses": _WHOLE},
)
def take_json(export_id: str) -> Response:
    """All data; 409 while it is being made."""
    return download(open_export(services().runtime, export_id, "json", by=caller()))


@blueprint.operation(
    "GET",
    "/exports/<key:export_id>/pdf",
    rule=Action.keep_own_account,
    summary="Take own data as PDF",
    documentation={"responses": _PDF},
)
def take_pdf(export_id: str) -> Response:
    """The same to be read by people, tagged for screen readers; long lists are cut, and it says so."""
    return download(open_export(services().runtime, export_id, "pdf", by=caller()))


def _which(query: Mapping[str, Any]) -> AccessFilter:
    return AccessFilter(
        agency=query["agency"],
        case_id=query["application"],
        kind=query["kind"],
        since=query["since"],
        until=query["until"],
    )
