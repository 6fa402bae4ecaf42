"""Operators make agencies and appoint their administrators; both may change what an agency is called."""

from __future__ import annotations

from collections.abc import Mapping

from engine.casework.actor import Actor
from engine.casework.organisation import (
    Agency,
    AgencyTaken,
    DutyToOneself,
    NotAdministrator,
    Role,
    agency_thing,
    require_may_administer,
    require_unlike,
)
from engine.casework.policy import Action, decide, permit
from engine.errors import Invalid, NotFound, Place
from engine.identity import is_key, new_key
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime


def make_agency(
    runtime: Runtime,
    key: str,
    names: Mapping[str, str],
    *,
    by: Actor,
    parent: str | None = None,
    contact: Mapping[str, str] | None = None,
) -> Agency:
    """Register an agency. Roles that people work in already become its roles.

    Raises DutyMissing (no operator), AgencyTaken, NameTaken, NameImitates, Invalid.
    """
    permit(by, Action.make_agency)

    def change(act: Act) -> Agency:
        made = Agency.checked(
            id=new_key(),
            key=key,
            names=names,
            parent=parent,
            contact=contact or {},
            created_by=by.account,
            created_at=act.at,
        )
        known = {one.key: one for one in act.work.organisation.agencies()}
        if made.key in known:
            raise AgencyTaken(f"There is an agency {made.key} already.", remedy="Change that one.")
        _check_place(made, known)
        act.work.organisation.add_agency(made)
        for role in sorted(act.work.organisation.roles_in_use(made.key)):
            shown = dict.fromkeys(made.names, role)
            act.work.organisation.put_role(Role(agency=made.key, key=role, names=shown, created_at=act.at))
        act.journal(made.chain, "agency.made", made.key, parent=made.parent)
        return made

    return transact(runtime, by, change)


def change_agency(
    runtime: Runtime,
    key: str,
    names: Mapping[str, str],
    *,
    by: Actor,
    parent: str | None = None,
    contact: Mapping[str, str] | None = None,
) -> Agency:
    """Call an agency otherwise, or say how it is reached; only operators put it under another.

    Raises NotFound, NotAdministrator, NameTaken, NameImitates, Invalid.
    """

    def change(act: Act) -> Agency:
        before = act.work.organisation.agency(key, lock=True)
        if not decide(by, Action.rename_agency, agency_thing(key)).allowed:
            raise NotAdministrator(key, "change it")
        if parent != before.parent and not by.operator:
            raise NotAdministrator(before.parent or key, "put it under another agency")
        after = Agency.checked(
            id=before.id,
            key=before.key,
            names=names,
            parent=parent,
            contact=contact or {},
            created_by=before.created_by,
            created_at=before.created_at,
        )
        _check_place(after, {one.key: one for one in act.work.organisation.agencies()})
        act.work.organisation.save_agency(after)
        act.journal(after.chain, "agency.changed", after.key, parent=after.parent)
        return after

    return transact(runtime, by, change)


def appoint_administrator(runtime: Runtime, key: str, account: str, *, by: Actor) -> Agency:
    """Let somebody administer an agency; operators do, and not for themselves. Safe to repeat.

    `account` is a key or a sign-in name. Raises DutyMissing, NotFound, Invalid, DutyToOneself, AdministratorHasNoCases.
    """
    permit(by, Action.appoint_administrator)

    def change(act: Act) -> Agency:
        agency = act.work.organisation.agency(key, lock=True)
        chosen = account_named(act, account)
        if chosen.account == by.account:
            raise DutyToOneself
        if not chosen.is_administrator_of(key):
            require_may_administer(chosen, key)
            act.work.accounts.grant(chosen.account, administers=[key])
            act.journal(agency.chain, "administrator.appointed", chosen.account)
        return agency

    return transact(runtime, by, change)


def dismiss_administrator(runtime: Runtime, key: str, account: str, *, by: Actor) -> None:
    """End it again. Raises DutyMissing, NotFound, Invalid."""
    permit(by, Action.appoint_administrator)

    def change(act: Act) -> None:
        agency = act.work.organisation.agency(key, lock=True)
        chosen = account_named(act, account)
        if not chosen.is_administrator_of(key):
            raise NotFound.of("administrator", account)
        act.work.accounts.revoke(chosen.account, administers=[key])
        act.journal(agency.chain, "administrator.dismissed", chosen.account)

    transact(runtime, by, change)


def account_named(act: Act, account: str, path: str = "/account") -> Actor:
    """Who is meant by the key of an account, or by the name it signs in with. Raises Invalid."""
    try:
        return act.work.accounts.actor(account if is_key(account) else act.work.accounts.key_of(account), act.at)
    except NotFound as unknown:
        raise Invalid(
            "There is no such account.",
            places=[Place(path, "Expected the key of an account, or the name it signs in with.", "unknown-account")],
            remedy="Ask the person for the key that GET /api/v1/me shows.",
        ) from unknown


def _check_place(agency: Agency, known: Mapping[str, Agency]) -> None:
    """Its name is no other's, and it is under agencies that exist, in no circle."""
    require_unlike(agency.names, {key: one.names for key, one in known.items() if key != agency.key})
    seen, above = {agency.key}, agency.parent
    while above is not None:
        if above in seen or above not in known:
            raise Invalid(
                "An agency is under another that exists, and not in a circle.",
                places=[Place("/parent", "Expected the key of an agency above this one.", "wrong-parent")],
                remedy="Leave the parent out, or name an agency that is registered.",
            )
        seen.add(above)
        above = known[above].parent
