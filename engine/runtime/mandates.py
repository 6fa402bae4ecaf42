"""Mandates are offered, accepted, declined and revoked; operators enter those that a register or document proves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from engine.casework.actor import Actor
from engine.casework.mandate import Mandate, MandateSource, checked_tin, offered
from engine.casework.organisation import require_unlike
from engine.casework.policy import Action, permit
from engine.casework.shown_name import checked_shown_name
from engine.errors import Invalid, NotFound, Place
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.agencies import account_named
from engine.runtime.definitions import SERVICE
from engine.runtime.wiring import Runtime
from engine.store.records import AccountRecord


def mandates_chain(mandate_id: str) -> str:
    """The journal's chain of a mandate."""
    return f"mandate-{mandate_id}"


def offer_mandate(
    runtime: Runtime,
    *,
    by: Actor,
    mandator: str | None = None,
    holder: str | None = None,
    services: Collection[str] | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    source: MandateSource = MandateSource.agreed,
    reference: str = "",
) -> Mandate:
    """Offer a mandate to the other side; who is not named is the caller. It is valid once both sides accepted it.

    Operators name both sides, the source and its reference. Raises Invalid, NotYoursToAccept.
    """

    def change(act: Act) -> Mandate:
        sides = [
            by if account is None else account_named(act, account, path)
            for account, path in ((mandator, "/mandator"), (holder, "/holder"))
        ]
        _check_services(act, services)
        made = offered(
            id=new_key(),
            mandator=sides[0],
            holder=sides[1],
            by=by,
            services=services,
            from_at=from_at or act.at,
            until_at=until_at,
            source=source,
            reference=reference,
            at=act.at,
        )
        act.work.mandates.add(made)
        act.journal(
            mandates_chain(made.id),
            "mandate.offered",
            made.id,
            mandator=made.mandator,
            holder=made.holder,
            source=str(made.source),
            services=sorted(made.services) if made.services is not None else None,
            until=made.until_at.isoformat() if made.until_at else None,
        )
        return made

    return transact(runtime, by, change)


def accept_mandate(runtime: Runtime, mandate_id: str, *, by: Actor) -> Mandate:
    """Say yes. Safe to repeat. Raises NotFound, NotYoursToAccept, MandateMoveRefused, MandateOver."""
    return _changed(runtime, mandate_id, by, "mandate.accepted", lambda one, at: one.accepted(by, at))


def decline_mandate(runtime: Runtime, mandate_id: str, *, by: Actor) -> Mandate:
    """Say no. Raises NotFound, NotYoursToAccept, MandateMoveRefused."""
    return _changed(runtime, mandate_id, by, "mandate.declined", lambda one, at: one.declined(by, at))


def revoke_mandate(runtime: Runtime, mandate_id: str, *, by: Actor) -> Mandate:
    """End it at once; either side may. Safe to repeat. Raises NotFound, MandateMoveRefused."""
    return _changed(runtime, mandate_id, by, "mandate.revoked", lambda one, at: one.revoked(by, at))


def add_company(runtime: Runtime, sign_in_name: str, shown_name: str, tin: str, *, by: Actor) -> str:
    """Make the account of a company, which others act for under mandates; gives its key.

    It has no password: it signs in when an operator gives it one, or a token. Raises DutyMissing, NameImitates,
    NameTaken (it looks like an agency's), Invalid, AlreadyExists (the name or the number is taken).
    """
    permit(by, Action.add_company)

    def change(act: Act) -> str:
        name = checked_shown_name(shown_name)
        require_unlike({"": name}, {one.key: one.names for one in act.work.organisation.agencies()})
        account = AccountRecord(
            id=new_key(),
            sign_in_name=sign_in_name,
            password_hash=None,
            name=name,
            tin=checked_tin(tin),
            citizen=True,
            created_at=act.at,
        )
        act.work.accounts.add(account)
        return account.id

    return transact(runtime, by, change)


def _changed(
    runtime: Runtime, mandate_id: str, by: Actor, action: str, how: Callable[[Mandate, datetime], Mandate]
) -> Mandate:
    def change(act: Act) -> Mandate:
        before = act.work.mandates.lock(mandate_id)
        after = how(before, act.at)
        if after is not before:
            act.work.mandates.save(after)
            act.journal(mandates_chain(after.id), action, after.id, state=str(after.state))
        return after

    return transact(runtime, by, change)


def _check_services(act: Act, services: Collection[str] | None) -> None:
    places = []
    for number, key in enumerate(services or ()):
        try:
            act.work.deployments.find(SERVICE, key)
        except NotFound:
            places.append(Place(f"/services/{number}", f"There is no service {key!r:.80}.", "unknown-service"))
    if places:
        raise Invalid(
            "A mandate is for services that exist.", places=places, remedy="Take their keys from GET /api/v1/services."
        )
