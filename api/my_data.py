"""My data: who looked at the caller's data, when, as what and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.access import caller
from api.language import preferred_language
from api.schemas.my_data import AccessGroupQuery, AccessGroupsSchema, AccessPage, AccessQuery, AccessSchema
from api.second_factors import blueprint
from api.wiring import services
from engine.casework.policy import Action
from engine.runtime.own_accesses import access_groups, own_access, own_accesses
from engine.store.queries.accesses import AccessFilter

__all__ = ["blueprint"]


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


def _which(query: Mapping[str, Any]) -> AccessFilter:
    return AccessFilter(
        agency=query["agency"],
        case_id=query["application"],
        kind=query["kind"],
        since=query["since"],
        until=query["until"],
    )
