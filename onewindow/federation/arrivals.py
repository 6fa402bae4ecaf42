"""Somebody comes from a provider: her account is found or made, brought in line, and a session begins. One transaction.

She is who the provider's `sub` says, never who has the same name or mail address. A number that is another's, or that
changes, is no reason to guess: the sign-in is refused, and an operator links the account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from door.federation import UnknownPerson
from door.sign_in import Came, SignedIn
from engine.casework.actor import SYSTEM
from engine.casework.organisation import require_unlike
from engine.errors import Refused
from engine.identity import QueueName, new_key
from engine.runtime.act import Act
from engine.runtime.change_member import give_back_tasks
from engine.runtime.follow_provider import Followed, follow_provider
from engine.runtime.wiring import Runtime
from engine.store.faults import AlreadyExists
from engine.store.records import AccountRecord, IdentityRecord
from onewindow.account_journal import Notes, act_on_accounts, security
from onewindow.federation.mapping import ClaimsUnusable, Person
from onewindow.federation.providers import Provider, SignIn
from onewindow.sign_in import Arrival, BrowserSessions

_LONGEST_NAME = 200


class PersonChanged(Refused):
    """The provider says another number of somebody than is known of her."""

    code = "person-changed"


class AccountExists(Refused):
    """Somebody with this number has an account that the provider may not join."""

    code = "account-exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What happens to those who come from a provider."""

    runtime: Runtime
    sessions: BrowserSessions

    def arrive(
        self, provider: Provider, sign_in: SignIn, person: Person, came: Came, former: str | None = None
    ) -> SignedIn:
        """Begin a session; that of the hash `former`, which the browser had before, ends.

        Raises UnknownPerson, PersonChanged, AccountExists, AdministratorHasNoCases.
        """
        try:
            return self._arrive(provider, sign_in, person, came, former)
        except AlreadyExists:
            # She came twice at once, and is known by now.
            return self._arrive(provider, sign_in, person, came, former)

    def _arrive(self, provider: Provider, sign_in: SignIn, person: Person, came: Came, former: str | None) -> SignedIn:
        left: list[tuple[str, frozenset[QueueName]]] = []

        def begin(act: Act, notes: Notes) -> SignedIn:
            identity, account = self._known(act, notes, provider, sign_in, person)
            if account.disabled:
                raise UnknownPerson("Your account here is closed.", remedy="Ask an operator.")
            account = _with_what_is_new(act, account, person)
            followed = follow_provider(act, account, person.duties, identity.given)
            act.work.accounts.save(followed.account)
            act.work.federation.save(replace(identity, given=sorted(followed.given), signed_in_at=act.at))
            _note(act, notes, provider, followed)
            left[:] = [(account.id, followed.left)]
            if former is not None:
                _end_former(act, notes, former)
            arrival = _arrival(provider, sign_in, person, act.at, self.sessions.absolute)
            return self.sessions.begin(act, notes, followed.account, came, arrival)

        signed_in = act_on_accounts(self.runtime, SYSTEM, begin)
        for account, queues in left:
            give_back_tasks(self.runtime, account, queues)
        return signed_in

    def _known(
        self, act: Act, notes: Notes, provider: Provider, sign_in: SignIn, person: Person
    ) -> tuple[IdentityRecord, AccountRecord]:
        """Her identity and account, both locked; made when the provider may. Raises UnknownPerson, AccountExists."""
        identity = act.work.federation.lock(provider.key, person.subject)
        if identity is not None:
            return identity, act.work.accounts.lock_key(identity.account_id)
        account = self._joined(act, sign_in, person)
        if account is not None:
            notes("identity.linked", account.id, provider=provider.key, joined_by="pin")
        elif sign_in.makes_accounts:
            account = _new_account(act, provider, person)
            act.work.accounts.add(account)
            notes("account.made", account.id, provider=provider.key)
        else:
            security.warning("federation.unknown", provider=provider.key)
            raise UnknownPerson(
                "You have no account here.", remedy="Ask an operator to link one to your sign-in at the provider."
            )
        identity = IdentityRecord(
            provider=provider.key, subject=person.subject, account_id=account.id, created_at=act.at
        )
        act.work.federation.add(identity)
        return identity, account

    def _joined(self, act: Act, sign_in: SignIn, person: Person) -> AccountRecord | None:
        """The account that bears her number already, where the provider may join it. Raises AccountExists."""
        same = act.work.accounts.with_pin(person.pin, 2) if person.pin else []
        if sign_in.joins_by_pin and len(same) == 1:
            return act.work.accounts.lock_key(same[0])
        if not same and person.tin:
            same = list(act.work.federation.accounts_with_tin(person.tin))
        if same:
            raise AccountExists(
                "There is an account with your number here already.",
                remedy="Ask an operator to link it to your sign-in at the provider.",
            )
        return None


def _new_account(act: Act, provider: Provider, person: Person) -> AccountRecord:
    """An account without a password. Its sign-in name is for operators, and cannot be typed with a password."""
    if person.name is None:
        raise ClaimsUnusable("name", "one by which colleagues know the person")
    name = f"{provider.key}:{person.subject}"
    if len(name) > _LONGEST_NAME:
        name = f"{provider.key}:{hashlib.sha256(person.subject.encode()).hexdigest()}"
    return AccountRecord(
        id=new_key(),
        sign_in_name=name,
        password_hash=None,
        name=person.name,
        pin=person.pin,
        tin=person.tin,
        created_at=act.at,
    )


def _with_what_is_new(act: Act, account: AccountRecord, person: Person) -> AccountRecord:
    """The account with the name and numbers the provider says. Raises PersonChanged, NameTaken."""
    for known, said in ((account.pin, person.pin), (account.tin, person.tin)):
        if known is not None and said is not None and known != said:
            raise PersonChanged(
                "The identity provider says another number of you than before.",
                remedy="Ask an operator: two people must not share an account.",
            )
    name = person.name or account.name
    if name != account.name or account.created_at == act.at:
        agencies: Mapping[str, Mapping[str, str]] = {one.key: one.names for one in act.work.organisation.agencies()}
        require_unlike({"": name}, agencies)
    return replace(account, name=name, pin=account.pin or person.pin, tin=account.tin or person.tin)


def _end_former(act: Act, notes: Notes, former: str) -> None:
    """End the session that the browser had: nobody is signed in twice in one (OWASP ASVS 5.0, 7.2.4)."""
    ended = act.work.accounts.end_session_of(former)
    if ended is not None:
        notes("session.ended", ended[0], session=ended[1][:26])


def _note(act: Act, notes: Notes, provider: Provider, followed: Followed) -> None:
    account = followed.account.id
    if followed.added:
        notes("duties.granted", account, duties=sorted(followed.added), provider=provider.key)
    if followed.withdrawn:
        notes("duties.revoked", account, duties=sorted(followed.withdrawn), provider=provider.key)
    if followed.added or followed.withdrawn:
        act.work.accounts.let_sessions_renew(account, act.at)


def _arrival(provider: Provider, sign_in: SignIn, person: Person, now: datetime, usual: timedelta) -> Arrival:
    """A proof that lies ahead, within the skew of clocks, is one of now."""
    proved_at = min(person.proved_at, now) if person.proved_at else None
    lasts = min(sign_in.session, usual) if sign_in.session else usual
    return Arrival(
        provider=provider.key,
        provider_session=person.provider_session,
        proved_at=proved_at,
        second_factor_at=(proved_at or now) if person.second_factor else None,
        # Where the provider sets a limit, it runs from the proof there, however often she came here since.
        latest_until=(proved_at if proved_at and sign_in.session else now) + lasts,
    )
