"""Consents, and forms that registers filled in, of one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.casework.consent import Consent
from engine.casework.evidence import MessageProof
from engine.casework.prefill import AnswerState, Prefill, PrefillAnswer
from engine.errors import NotFound
from engine.store.encryption import owners
from engine.store.encryption.columns import protected
from engine.store.rows import plain, table_of
from engine.store.tables import evidence, prefill

_CONSENT = table_of(prefill.Consent)
_PREFILL = table_of(prefill.Prefill)
_ANSWER = table_of(prefill.PrefillAnswer)
_LOOKUP = table_of(evidence.LookupAnswer)


class Consents:
    """What persons allowed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, account_id: str, service_key: str) -> list[Consent]:
        """All that one person gave for one service, the newest first, taken back or not."""
        statement = select(_CONSENT).where(_CONSENT.c.account_id == account_id, _CONSENT.c.service_key == service_key)
        rows = self._connection.execute(statement.order_by(_CONSENT.c.id.desc()))
        return [Consent(**row._mapping) for row in rows]

    def lock(self, account_id: str, consent_id: str) -> Consent:
        """One of a person's own, kept from all others. Raises NotFound."""
        statement = select(_CONSENT).where(_CONSENT.c.account_id == account_id, _CONSENT.c.id == consent_id)
        row = self._connection.execute(statement.with_for_update()).first()
        if row is None:
            raise NotFound.of("consent", consent_id)
        return Consent(**row._mapping)

    def add(self, consent: Consent) -> None:
        """Keep a new one."""
        self._connection.execute(insert(_CONSENT), plain(consent))

    def withdraw(self, consent: Consent, at: datetime) -> Consent:
        """It is taken back."""
        this = (_CONSENT.c.account_id == consent.account_id) & (_CONSENT.c.id == consent.id)
        self._connection.execute(update(_CONSENT).where(this).values(withdrawn_at=at))
        return replace(consent, withdrawn_at=at)


class Prefills:
    """Forms that are not submitted yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self, account_id: str, service_key: str, now: datetime) -> Prefill | None:
        """The newest of one person and service that is still kept, under lock."""
        statement = (
            select(_PREFILL)
            .where(
                _PREFILL.c.account_id == account_id,
                _PREFILL.c.service_key == service_key,
                _PREFILL.c.expires_at > now,
            )
            .order_by(_PREFILL.c.id.desc())
            .limit(1)
            .with_for_update()
        )
        row = self._connection.execute(statement).first()
        return None if row is None else self._whole(row._mapping)

    def lock(self, prefill_id: str) -> Prefill:
        """One of them, kept from all others. Raises NotFound."""
        row = self._connection.execute(select(_PREFILL).where(_PREFILL.c.id == prefill_id).with_for_update()).first()
        if row is None:
            raise NotFound.of("prefilled form", prefill_id)
        return self._whole(row._mapping)

    def add(self, made: Prefill) -> None:
        """Keep a new one with its look-ups."""
        row = {name: value for name, value in plain(made).items() if name not in ("answers", "own")}
        self._connection.execute(insert(_PREFILL), row)
        if made.answers:
            self._connection.execute(insert(_ANSWER), [_row(answer, made.account_id) for answer in made.answers])

    def save(self, answer: PrefillAnswer) -> None:
        """Keep what became of a look-up."""
        this = (
            (_ANSWER.c.prefill_id == answer.prefill_id)
            & (_ANSWER.c.evidence == answer.evidence)
            & (_ANSWER.c.operation == answer.operation)
        )
        whose = select(_PREFILL.c.account_id).where(_PREFILL.c.id == answer.prefill_id)
        account_id = self._connection.execute(whose).scalar_one()
        self._connection.execute(update(_ANSWER).where(this).values(_row(answer, account_id)))

    def submit(self, prefill_id: str, instance_id: str) -> None:
        """Its form was submitted: what registers answered belongs to the case now."""
        kept = (_LOOKUP.c.instance_id == prefill_id) & _LOOKUP.c.answered_at.is_not(None)
        self._connection.execute(update(_LOOKUP).where(kept).values(instance_id=instance_id))
        self._forget([prefill_id])

    def forget(self, now: datetime, most: int = 500) -> int:
        """Take out forms that nobody submitted, with all that was answered; gives how many."""
        statement = select(_PREFILL.c.id).where(_PREFILL.c.expires_at <= now).limit(most)
        over = list(self._connection.execute(statement).scalars())
        self._forget(over)
        return len(over)

    def _forget(self, keys: Sequence[str]) -> None:
        if keys:
            self._connection.execute(delete(_LOOKUP).where(_LOOKUP.c.instance_id.in_(keys)))
            self._connection.execute(delete(_ANSWER).where(_ANSWER.c.prefill_id.in_(keys)))
            self._connection.execute(delete(_PREFILL).where(_PREFILL.c.id.in_(keys)))

    def _whole(self, row: Mapping[Any, Any]) -> Prefill:
        statement = select(_ANSWER).where(_ANSWER.c.prefill_id == row["id"])
        rows = self._connection.execute(statement.order_by(_ANSWER.c.evidence, _ANSWER.c.operation))
        return Prefill(**row, answers=tuple(_answer(one._mapping) for one in rows))


def _row(answer: PrefillAnswer, account_id: str) -> dict[str, Any]:
    row = {
        **plain(answer),
        "state": str(answer.state),
        "fields": dict(answer.fields),
        "values": dict(answer.values),
        "proof": answer.proof.to_json() if answer.proof else None,
    }
    return protected(_ANSWER, row, owner=owners.person(account_id))


def _answer(row: Mapping[Any, Any]) -> PrefillAnswer:
    said = {**row, "state": AnswerState(row["state"]), "proof": MessageProof.from_json(row["proof"])}
    return PrefillAnswer(**said)
