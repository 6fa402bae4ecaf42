"""Second factors, recovery codes, challenges, counts of wrong tries and known places, of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from engine.casework.throttle import Patience
from engine.store.records import ChallengeRecord, FactorRecord
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.tables import credentials as tables

_FACTOR = table_of(tables.SecondFactor)
_FACTOR_COLUMNS = columns_of(tables.SecondFactor)
_CODE = table_of(tables.RecoveryCode)
_PASSWORD_CODE = table_of(tables.PasswordCode)
_CHALLENGE = table_of(tables.Challenge)
_THROTTLE = table_of(tables.Throttle)
_PLACE = table_of(tables.KnownPlace)
_OF_ACCOUNT = select(*_FACTOR_COLUMNS).where(_FACTOR.c.account_id == bindparam("account")).order_by(_FACTOR.c.id)


class Credentials:
    """What accounts prove themselves with, of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Factors.

    def factors_of(self, account_id: str) -> list[FactorRecord]:
        """The second factors of an account, the oldest first, kept from all others until the transaction ends."""
        found = self._connection.execute(_OF_ACCOUNT.with_for_update(), {"account": account_id})
        return [FactorRecord(**taken(_FACTOR_COLUMNS, row)) for row in found]

    def add_factor(self, factor: FactorRecord) -> None:
        """Keep a factor. A passkey that somebody has already is refused: AlreadyExists."""
        self._connection.execute(insert(_FACTOR), plain(factor))

    def use_code(self, factor_id: str, step: int, at: datetime) -> bool:
        """Note that the code of a time step was used; False when it, or a later one, was used before."""
        is_newer = _FACTOR.c.last_step.is_(None) | (_FACTOR.c.last_step < step)
        statement = update(_FACTOR).where(_FACTOR.c.id == factor_id, is_newer)
        return self._connection.execute(statement.values(last_step=step, last_used_at=at)).rowcount == 1

    def use_passkey(self, factor_id: str, sign_count: int, at: datetime) -> None:
        """Note that a passkey was used, and the count it showed."""
        statement = update(_FACTOR).where(_FACTOR.c.id == factor_id)
        self._connection.execute(statement.values(sign_count=sign_count, last_used_at=at))

    def confirm_factor(self, factor_id: str, at: datetime) -> None:
        """From now on the factor is one."""
        self._connection.execute(update(_FACTOR).where(_FACTOR.c.id == factor_id).values(confirmed_at=at))

    def remove_factor(self, factor_id: str, account_id: str) -> bool:
        """Take a factor away; whether there was one."""
        statement = delete(_FACTOR).where(_FACTOR.c.id == factor_id, _FACTOR.c.account_id == account_id)
        return self._connection.execute(statement).rowcount == 1

    def remove_all_factors(self, account_id: str) -> int:
        """Take all factors and recovery codes away; gives how many factors there were."""
        self._connection.execute(delete(_CODE).where(_CODE.c.account_id == account_id))
        return self._connection.execute(delete(_FACTOR).where(_FACTOR.c.account_id == account_id)).rowcount

    # Recovery codes.

    def set_recovery_codes(self, account_id: str, hashes: Sequence[str], at: datetime) -> None:
        """Keep these in place of those before."""
        self._connection.execute(delete(_CODE).where(_CODE.c.account_id == account_id))
        rows = [{"account_id": account_id, "hash": one, "created_at": at} for one in hashes]
        if rows:
            self._connection.execute(insert(_CODE), rows)

    def use_recovery_code(self, account_id: str, code_hash: str) -> bool:
        """Use a code up; whether there was such a one."""
        statement = delete(_CODE).where(_CODE.c.account_id == account_id, _CODE.c.hash == code_hash)
        return self._connection.execute(statement).rowcount == 1

    # Codes that set a password.

    def set_password_code(self, account_id: str, code_hash: str, made_by: str | None, expires_at: datetime) -> None:
        """Keep a code in place of the one before; the account must be locked."""
        self._connection.execute(delete(_PASSWORD_CODE).where(_PASSWORD_CODE.c.account_id == account_id))
        row = {"account_id": account_id, "hash": code_hash, "made_by": made_by, "expires_at": expires_at}
        self._connection.execute(insert(_PASSWORD_CODE), row)

    def use_password_code(self, account_id: str, code_hash: str, now: datetime) -> bool:
        """Use a code up; whether there was such a one that is not over."""
        statement = delete(_PASSWORD_CODE).where(
            _PASSWORD_CODE.c.account_id == account_id,
            _PASSWORD_CODE.c.hash == code_hash,
            _PASSWORD_CODE.c.expires_at > now,
        )
        return self._connection.execute(statement).rowcount == 1

    # Challenges.

    def add_challenge(self, challenge: ChallengeRecord) -> None:
        """Keep a challenge."""
        self._connection.execute(insert(_CHALLENGE), plain(challenge))

    def take_challenge(self, key: str, account_id: str, session: str, purpose: str, now: datetime) -> bytes | None:
        """Use a challenge up: what was to be signed; None when it is used, over, or of somebody or something else."""
        statement = (
            delete(_CHALLENGE)
            .where(_CHALLENGE.c.id == key, _CHALLENGE.c.account_id == account_id)
            .returning(_CHALLENGE.c.session, _CHALLENGE.c.purpose, _CHALLENGE.c.value, _CHALLENGE.c.expires_at)
        )
        row = self._connection.execute(statement).first()
        if row is None or (row.session, row.purpose) != (session, purpose) or row.expires_at <= now:
            return None
        return bytes(row.value)

    def forget_challenges(self, now: datetime) -> int:
        """Remove those that are over; gives how many."""
        return self._connection.execute(delete(_CHALLENGE).where(_CHALLENGE.c.expires_at <= now)).rowcount

    # Wrong tries.

    def count_try(self, subject: str, patience: Patience, now: datetime) -> datetime | None:
        """One more wrong try of a subject; gives until when it rests. Counts right however many count at once."""
        before = now - patience.forgets_after
        adding = insert_into(_THROTTLE, self._connection).values(
            subject=subject, attempts=1, failed_at=now, rests_until=None
        )
        counted = case((_THROTTLE.c.failed_at < before, 1), else_=_THROTTLE.c.attempts + 1)
        upsert = adding.on_conflict_do_update(
            index_elements=["subject"], set_={"attempts": counted, "failed_at": now}
        ).returning(_THROTTLE.c.attempts)
        attempts = self._connection.execute(upsert).scalar_one()
        until = patience.rests_until(attempts, now)
        if until is not None:
            statement = update(_THROTTLE).where(_THROTTLE.c.subject == subject)
            self._connection.execute(statement.values(rests_until=until))
        return until

    def forgive(self, subjects: Sequence[str]) -> int:
        """Forget the wrong tries of subjects; gives how many tries the first of them had."""
        statement = delete(_THROTTLE).where(_THROTTLE.c.subject.in_(subjects))
        gone: dict[str, int] = {
            row[0]: row[1]
            for row in self._connection.execute(statement.returning(_THROTTLE.c.subject, _THROTTLE.c.attempts))
        }
        return gone.get(subjects[0], 0)

    def forget_tries(self, before: datetime) -> int:
        """Remove counts whose last try is older; gives how many."""
        return self._connection.execute(delete(_THROTTLE).where(_THROTTLE.c.failed_at < before)).rowcount

    # Places.

    def note_place(self, account_id: str, place: str, now: datetime) -> bool:
        """Note where an account signed in; gives whether it is a new place, beside others that are known."""
        mine = select(_PLACE.c.place).where(_PLACE.c.account_id == account_id)
        known = set(self._connection.execute(mine).scalars())
        upsert = insert_into(_PLACE, self._connection).values(account_id=account_id, place=place, seen_at=now)
        self._connection.execute(
            upsert.on_conflict_do_update(index_elements=["account_id", "place"], set_={"seen_at": now})
        )
        return bool(known) and place not in known

    def forget_places(self, before: datetime) -> int:
        """Remove places where nobody signed in since; gives how many."""
        return self._connection.execute(delete(_PLACE).where(_PLACE.c.seen_at < before)).rowcount
