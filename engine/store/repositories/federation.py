"""Identities at providers, and sign-ins under way there, of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from engine.store.records import BegunSignInRecord, IdentityRecord
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.tables import accounts, federation

_IDENTITY = table_of(federation.Identity)
_IDENTITY_COLUMNS = columns_of(federation.Identity)
_BEGUN = table_of(federation.BegunSignIn)
_BEGUN_COLUMNS = columns_of(federation.BegunSignIn)
_ACCOUNT = table_of(accounts.Account)
_SESSION = table_of(accounts.Session)
_ONE = select(*_IDENTITY_COLUMNS).where(
    _IDENTITY.c.provider == bindparam("provider"), _IDENTITY.c.subject == bindparam("subject")
)


class Federation:
    """What is kept of identity providers, of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, provider: str, subject: str) -> IdentityRecord | None:
        """An identity, kept from all others; None when nobody is known by it."""
        row = self._connection.execute(_ONE.with_for_update(), {"provider": provider, "subject": subject}).first()
        if row is None:
            return None
        found = IdentityRecord(**taken(_IDENTITY_COLUMNS, row))
        return replace(found, given=tuple(found.given or ()))

    def add(self, identity: IdentityRecord) -> None:
        """Know an account by an identity. Raises AlreadyExists when somebody else is known by it."""
        self._connection.execute(insert(_IDENTITY), _row(identity))

    def save(self, identity: IdentityRecord) -> None:
        """Keep an identity as it is now; it must be locked."""
        row = _row(identity)
        is_it = (_IDENTITY.c.provider == row.pop("provider")) & (_IDENTITY.c.subject == row.pop("subject"))
        self._connection.execute(update(_IDENTITY).where(is_it).values(**row))

    def remove(self, provider: str, subject: str) -> None:
        """Know nobody by an identity any more."""
        self._connection.execute(
            delete(_IDENTITY).where(_IDENTITY.c.provider == provider, _IDENTITY.c.subject == subject)
        )

    def has_identity(self, account_id: str) -> bool:
        """Whether an account is known by an identity: it is a person's, then, though it has no password."""
        found = select(exists().where(_IDENTITY.c.account_id == account_id))
        return bool(self._connection.execute(found).scalar_one())

    def accounts_with_tin(self, tin: str) -> Sequence[str]:
        """The key of the account with a taxpayer's number, if there is one."""
        return list(self._connection.execute(select(_ACCOUNT.c.id).where(_ACCOUNT.c.tin == tin)).scalars())

    # Sign-ins under way.

    def begin(self, begun: BegunSignInRecord) -> None:
        """Remember that a browser was sent to a provider."""
        self._connection.execute(insert(_BEGUN), plain(begun))

    def take_begun(self, state: str, browser: str, provider: str) -> BegunSignInRecord | None:
        """Use a sign-in under way up; None when it is not known, was used, or is another browser's or provider's."""
        statement = delete(_BEGUN).where(
            _BEGUN.c.state == state, _BEGUN.c.browser == browser, _BEGUN.c.provider == provider
        )
        row = self._connection.execute(statement.returning(*_BEGUN_COLUMNS)).first()
        return None if row is None else BegunSignInRecord(**taken(_BEGUN_COLUMNS, row))

    def forget_begun(self, now: datetime) -> int:
        """Remove those whose browser did not come back in time; gives how many."""
        return self._connection.execute(delete(_BEGUN).where(_BEGUN.c.expires_at <= now)).rowcount

    # Sessions that a provider ends.

    def end_sessions(
        self, provider: str, until: datetime, *, account_id: str | None = None, session: str | None = None
    ) -> list[tuple[str, str]]:
        """End sessions that a provider began until a moment: of an account, of a session there, or of both.

        Gives accounts and keys of the sessions. Without either nothing ends.
        """
        if account_id is None and session is None:
            return []
        statement = delete(_SESSION).where(_SESSION.c.provider == provider, _SESSION.c.created_at <= until)
        if account_id is not None:
            statement = statement.where(_SESSION.c.account_id == account_id)
        if session is not None:
            statement = statement.where(_SESSION.c.provider_session == session)
        ended = self._connection.execute(statement.returning(_SESSION.c.account_id, _SESSION.c.id))
        return sorted((row[0], row[1] or "") for row in ended)


def _row(identity: IdentityRecord) -> dict[str, object]:
    return {**plain(identity), "given": list(identity.given)}
