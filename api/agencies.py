"""Agencies: what they are called, how they are made up, who works there, who is away and who stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out, no_content
from api.operation import Noun
from api.schemas.organisation import (
    AbsenceCommand,
    AbsenceSchema,
    AbsencesSchema,
    AdministratorCommand,
    AgenciesSchema,
    AgencyChange,
    AgencyCommand,
    AgencyDetailSchema,
    AgencySchema,
    DeputiesSchema,
    DeputyCommand,
    DeputySchema,
    MemberChange,
    MemberCommand,
    MemberSchema,
    MembersSchema,
    RoleCommand,
    RoleSchema,
    UnitCommand,
    UnitSchema,
)
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime import agencies as keeping
from engine.runtime.absences import declare_absence
from engine.runtime.absences import end_absence as end_an_absence
from engine.runtime.agency_parts import put_role as keep_role
from engine.runtime.agency_parts import put_unit as keep_unit
from engine.runtime.agency_parts import remove_role as take_role_out
from engine.runtime.agency_parts import remove_unit as take_unit_out
from engine.runtime.change_member import change_member, dismiss_member
from engine.runtime.deputies import end_deputyship
from engine.runtime.deputies import name_deputy as name_a_deputy
from engine.store.queries import organisation as queries

blueprint = Noun("agencies", __name__, description="Agencies, their units, roles and people, absences and deputies.")


@blueprint.operation("GET", "", rule=Action.see_agencies, summary="List agencies", answer=AgenciesSchema)
def list_agencies() -> Any:
    """All agencies that are registered, by key."""
    with services().read() as connection:
        return {"items": queries.agencies(connection)}


@blueprint.operation(
    "POST",
    "",
    rule=Action.make_agency,
    summary="Register an agency",
    body=AgencyCommand,
    answer=AgencySchema,
    status=201,
    idempotent=True,
)
def add(command: Mapping[str, Any]) -> Response:
    """Register an agency. A name that passes for that of another is refused. Roles in use become its roles."""
    return carry_out(lambda runtime: keeping.make_agency(runtime, **command, by=caller()), AgencySchema, status=201)


@blueprint.operation(
    "GET", "/<name:agency>", rule=Action.see_agencies, summary="Show an agency", answer=AgencyDetailSchema
)
def show(agency: str) -> Any:
    """An agency with its units and roles."""
    with services().read() as connection:
        return queries.agency_detail(connection, agency)


@blueprint.operation(
    "PUT",
    "/<name:agency>",
    rule=Action.rename_agency,
    summary="Change an agency",
    body=AgencyChange,
    answer=AgencySchema,
)
def change(command: Mapping[str, Any], agency: str) -> Any:
    """Call it otherwise, or say how it is reached; operators also put it under another."""
    return keeping.change_agency(services().runtime, agency, **command, by=caller())


@blueprint.operation(
    "POST",
    "/<name:agency>/administrators",
    rule=Action.appoint_administrator,
    summary="Appoint an administrator",
    body=AdministratorCommand,
    answer=AgencySchema,
    idempotent=True,
)
def appoint(command: Mapping[str, Any], agency: str) -> Response:
    """Let somebody administer the people of an agency; she works in none of its cases."""
    return carry_out(
        lambda runtime: keeping.appoint_administrator(runtime, agency, command["account"], by=caller()), AgencySchema
    )


@blueprint.operation(
    "DELETE",
    "/<name:agency>/administrators/<key:account>",
    rule=Action.appoint_administrator,
    summary="Dismiss an administrator",
    status=204,
)
def dismiss(agency: str, account: str) -> Response:
    """She administers the agency no more, from her next request on."""
    return no_content(lambda runtime: keeping.dismiss_administrator(runtime, agency, account, by=caller()))


@blueprint.operation(
    "PUT",
    "/<name:agency>/units/<name:unit>",
    rule=Action.arrange_agency,
    summary="Add or change a unit",
    body=UnitCommand,
    answer=UnitSchema,
)
def put_unit(command: Mapping[str, Any], agency: str, unit: str) -> Any:
    """Make a unit of the agency, or call it otherwise."""
    return keep_unit(services().runtime, agency, unit, **command, by=caller())


@blueprint.operation(
    "DELETE", "/<name:agency>/units/<name:unit>", rule=Action.arrange_agency, summary="Remove a unit", status=204
)
def remove_unit(agency: str, unit: str) -> Response:
    """Take a unit out that nobody belongs to."""
    return no_content(lambda runtime: take_unit_out(runtime, agency, unit, by=caller()))


@blueprint.operation(
    "PUT",
    "/<name:agency>/roles/<name:role>",
    rule=Action.arrange_agency,
    summary="Add or change a role",
    body=RoleCommand,
    answer=RoleSchema,
)
def put_role(command: Mapping[str, Any], agency: str, role: str) -> Any:
    """Make a role of the agency, or call it otherwise. Its tasks are the queue `agency:role`."""
    return keep_role(services().runtime, agency, role, **command, by=caller())


@blueprint.operation(
    "DELETE", "/<name:agency>/roles/<name:role>", rule=Action.arrange_agency, summary="Remove a role", status=204
)
def remove_role(agency: str, role: str) -> Response:
    """Take a role out that nobody has."""
    return no_content(lambda runtime: take_role_out(runtime, agency, role, by=caller()))


@blueprint.operation(
    "GET",
    "/<name:agency>/members",
    rule=Action.see_members,
    summary="List the people of an agency",
    answer=MembersSchema,
)
def members(agency: str) -> Any:
    """Who works there and as what, by name; for its administrators and supervisors, and operators."""
    with services().read() as connection:
        return {"items": queries.members(connection, caller(), agency)}


@blueprint.operation(
    "POST",
    "/<name:agency>/members",
    rule=Action.arrange_agency,
    summary="Make somebody a member",
    body=MemberCommand,
    answer=MemberSchema,
    idempotent=True,
)
def add_member(command: Mapping[str, Any], agency: str) -> Response:
    """Give somebody exactly these roles, at once, also for sessions that are open. Nobody gives herself any."""
    return carry_out(lambda runtime: change_member(runtime, agency, **command, by=caller()), MemberSchema)


@blueprint.operation(
    "PUT",
    "/<name:agency>/members/<key:account>",
    rule=Action.arrange_agency,
    summary="Change what a member does",
    body=MemberChange,
    answer=MemberSchema,
)
def put_member(command: Mapping[str, Any], agency: str, account: str) -> Any:
    """Exactly these roles from now on. Tasks of roles that are taken away go back to their queues."""
    return change_member(services().runtime, agency, account, **command, by=caller())


@blueprint.operation(
    "DELETE",
    "/<name:agency>/members/<key:account>",
    rule=Action.arrange_agency,
    summary="Dismiss a member",
    status=204,
)
def remove_member(agency: str, account: str) -> Response:
    """Every duty in the agency ends at once; tasks in hand go back to their queues."""
    return no_content(lambda runtime: dismiss_member(runtime, agency, account, by=caller()))


@blueprint.operation(
    "GET", "/<name:agency>/absences", rule=Action.see_absences, summary="List absences", answer=AbsencesSchema
)
def absences(agency: str) -> Any:
    """Who is away now or will be; why, only herself, supervisors and administrators are told."""
    with services().read() as connection:
        return {"items": queries.absences(connection, caller(), agency, services().clock.now())}


@blueprint.operation(
    "POST",
    "/<name:agency>/absences",
    rule=Action.declare_absence,
    summary="Declare an absence",
    body=AbsenceCommand,
    answer=AbsenceSchema,
    status=201,
    idempotent=True,
)
def add_absence(command: Mapping[str, Any], agency: str) -> Response:
    """Say that one is away; supervisors and administrators say it for others. Deputies may act meanwhile."""
    return carry_out(
        lambda runtime: declare_absence(runtime, agency, **command, by=caller()), AbsenceSchema, status=201
    )


@blueprint.operation(
    "POST",
    "/<name:agency>/absences/<key:absence_id>/end",
    rule=Action.declare_absence,
    summary="End an absence",
    answer=AbsenceSchema,
    idempotent=True,
)
def end_absence(agency: str, absence_id: str) -> Response:
    """She is back, or stays."""
    return carry_out(lambda runtime: end_an_absence(runtime, agency, absence_id, by=caller()), AbsenceSchema)


@blueprint.operation(
    "GET", "/<name:agency>/deputies", rule=Action.see_absences, summary="List deputies", answer=DeputiesSchema
)
def deputies(agency: str) -> Any:
    """Who stands in for whom, and whether it counts at this moment."""
    with services().read() as connection:
        return {"items": queries.deputies(connection, caller(), agency, services().clock.now())}


@blueprint.operation(
    "POST",
    "/<name:agency>/deputies",
    rule=Action.declare_absence,
    summary="Name a deputy",
    body=DeputyCommand,
    answer=DeputySchema,
    status=201,
    idempotent=True,
)
def add_deputy(command: Mapping[str, Any], agency: str) -> Response:
    """Let a colleague stand in for one; supervisors and administrators name them for others.

    Only in queues that the absent one works in herself: there is no deputy of a deputy.
    """
    return carry_out(lambda runtime: name_a_deputy(runtime, agency, **command, by=caller()), DeputySchema, status=201)


@blueprint.operation(
    "POST",
    "/<name:agency>/deputies/<key:deputyship_id>/end",
    rule=Action.end_deputyship,
    summary="End a deputyship",
    answer=DeputySchema,
    idempotent=True,
)
def end_deputy(agency: str, deputyship_id: str) -> Response:
    """She stands in no more; she herself, who is stood in for, supervisors and administrators may say so."""
    return carry_out(lambda runtime: end_deputyship(runtime, agency, deputyship_id, by=caller()), DeputySchema)
