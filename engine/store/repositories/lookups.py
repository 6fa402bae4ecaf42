"""Answers of registers, of one transaction. Whoever changes those of an instance has locked the instance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.casework.evidence import MessageProof
from engine.casework.lookup import LookupAnswer
from engine.store.encryption.columns import protected
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import evidence as tables

ANSWER = table_of(tables.LookupAnswer)
ANSWER_COLUMNS = columns_of(tables.LookupAnswer)

_CHANGED: Final = ("asked_by", "asked_until", "status", "body", "answered_at", "valid_until", "proof")
_THIS = (ANSWER.c.instance_id == bindparam("instance")) & (ANSWER.c.question == bindparam("hash"))
_OF_CASE = select(*ANSWER_COLUMNS).where(_THIS)
_OF_PERSON = (
    select(*ANSWER_COLUMNS)
    .where(
        ANSWER.c.person == bindparam("account"),
        ANSWER.c.question == bindparam("hash"),
        ANSWER.c.valid_until > bindparam("now"),
        ANSWER.c.status == 200,
        tables.REUSABLE,
    )
    .order_by(ANSWER.c.valid_until.desc())
    .limit(1)
)
_ADD = insert(ANSWER).execution_options(**SENT_TOGETHER)
_SAVE = (
    update(ANSWER)
    .where(_THIS)
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
    .execution_options(**SENT_TOGETHER)
)
_LET_GO = (
    delete(ANSWER)
    .where(_THIS, ANSWER.c.asked_by == bindparam("job"), ANSWER.c.answered_at.is_(None))
    .execution_options(**SENT_TOGETHER)
)


class Lookups:
    """Questions and answers of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_case(self, instance_id: str, question: str) -> LookupAnswer | None:
        """What is known of a question in one case."""
        row = self._connection.execute(_OF_CASE, {"instance": instance_id, "hash": question}).first()
        return _answer(row) if row else None

    def of_person(self, account: str, question: str, now: datetime) -> LookupAnswer | None:
        """An answer to the same question that is still valid, from any case of one person."""
        row = self._connection.execute(_OF_PERSON, {"account": account, "hash": question, "now": now}).first()
        return _answer(row) if row else None

    def add(self, answer: LookupAnswer) -> None:
        """Keep a question that is asked for the first time in its case."""
        self._connection.execute(_ADD, _row(answer))

    def save(self, answer: LookupAnswer) -> None:
        """Keep who asks, or what was answered."""
        row = _row(answer)
        said = {"instance": answer.instance_id, "hash": answer.question}
        self._connection.execute(_SAVE, said | {f"new_{name}": row[name] for name in _CHANGED})

    def let_go(self, instance_id: str, question: str, job_id: str) -> None:
        """Nobody asks any more, and nothing was answered."""
        self._connection.execute(_LET_GO, {"instance": instance_id, "hash": question, "job": job_id})


def _row(answer: LookupAnswer) -> dict[str, Any]:
    return protected(ANSWER, {**plain(answer), "proof": answer.proof.to_json() if answer.proof else None})


def _answer(row: Sequence[Any]) -> LookupAnswer:
    said = taken(ANSWER_COLUMNS, row)
    return LookupAnswer(**{**said, "proof": MessageProof.from_json(said["proof"])})
