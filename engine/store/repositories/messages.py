"""Waits for messages and signals, and buffered messages, of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.identity import new_key
from engine.store.encryption.columns import protected
from engine.store.locks import MESSAGES, lock_name
from engine.store.records import BufferedMessageRecord
from engine.store.rows import columns_of, of_variables, plain, table_of, taken, to_variables
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import messages as tables

_MESSAGE = table_of(tables.MessageWait)
_SIGNAL = table_of(tables.SignalWait)
_BUFFERED = table_of(tables.BufferedMessage)
_BUFFERED_COLUMNS = columns_of(tables.BufferedMessage, "is_taken")

_WAITING = (
    select(_MESSAGE.c.instance_id, _MESSAGE.c.wait)
    .where(_MESSAGE.c.name == bindparam("name"), _MESSAGE.c.correlation_key == bindparam("key"))
    .order_by(_MESSAGE.c.instance_id, _MESSAGE.c.wait)
    .limit(bindparam("most"))
)
_HELD = (
    select(*_BUFFERED_COLUMNS)
    .where(
        _BUFFERED.c.name == bindparam("message"),
        _BUFFERED.c.correlation_key == bindparam("key"),
        _BUFFERED.c.is_taken.is_(False),
        _BUFFERED.c.expires_at > bindparam("now"),
    )
    .order_by(_BUFFERED.c.id)
    .limit(1)
    .with_for_update()
)
_CLOSE_MESSAGES = (
    delete(_MESSAGE)
    .where(_MESSAGE.c.instance_id == bindparam("key"), _MESSAGE.c.wait.in_(bindparam("waits", expanding=True)))
    .execution_options(**SENT_TOGETHER)
)
_CLOSE_SIGNALS = (
    delete(_SIGNAL)
    .where(_SIGNAL.c.instance_id == bindparam("key"), _SIGNAL.c.wait.in_(bindparam("waits", expanding=True)))
    .execution_options(**SENT_TOGETHER)
)


class Messages:
    """Messages and signals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def await_messages(self, instance_id: str, waits: Sequence[tuple[int, str, str]]) -> None:
        """Open waits for messages: (wait, name, correlation key)."""
        if waits:
            self._connection.execute(
                insert(_MESSAGE),
                [
                    {"instance_id": instance_id, "wait": wait, "name": name, "correlation_key": key}
                    for wait, name, key in waits
                ],
            )

    def await_signals(self, instance_id: str, waits: Sequence[tuple[int, str]]) -> None:
        """Open waits for signals: (wait, name)."""
        if waits:
            rows = [{"instance_id": instance_id, "wait": wait, "name": name} for wait, name in waits]
            self._connection.execute(insert(_SIGNAL), rows)

    def close_messages(self, instance_id: str, waits: Collection[int]) -> None:
        """Nobody waits for these messages any more."""
        if waits:
            self._connection.execute(_CLOSE_MESSAGES, {"key": instance_id, "waits": list(waits)})

    def close_signals(self, instance_id: str, waits: Collection[int]) -> None:
        """Nobody waits for these signals any more."""
        if waits:
            self._connection.execute(_CLOSE_SIGNALS, {"key": instance_id, "waits": list(waits)})

    def waiting(self, name: str, correlation_key: str, at_most: int = 2) -> list[tuple[str, int]]:
        """Who waits for a message: (instance, wait), oldest first.

        Until the transaction ends, `take_buffered` of the same name and key waits: a message published and a wait
        opened at the same time do not miss each other.
        """
        self._lock(name, correlation_key)
        rows = self._connection.execute(_WAITING, {"name": name, "key": correlation_key, "most": at_most})
        return [(row[0], row[1]) for row in rows]

    def is_awaited(self, instance_id: str, wait: int) -> bool:
        """Whether a wait found before its instance was locked is still open."""
        statement = select(_MESSAGE.c.wait).where(_MESSAGE.c.instance_id == instance_id, _MESSAGE.c.wait == wait)
        return self._connection.execute(statement).first() is not None

    def instances_awaiting_signal(self, name: str, after: str = "", at_most: int = 1_000) -> list[str]:
        """Instances that wait for a signal, by key, from behind `after` on."""
        statement = (
            select(_SIGNAL.c.instance_id)
            .where(_SIGNAL.c.name == name, _SIGNAL.c.instance_id > after)
            .distinct()
            .order_by(_SIGNAL.c.instance_id)
            .limit(at_most)
        )
        return list(self._connection.execute(statement).scalars())

    def buffer(self, message: BufferedMessageRecord, *, is_taken: bool = False) -> None:
        """Keep a message. Taken ones are kept to refuse their id again. An id that came before: AlreadyExists."""
        row = {**plain(message), "variables": of_variables(message.variables), "is_taken": is_taken}
        self._connection.execute(insert(_BUFFERED), protected(_BUFFERED, row))

    def was_published(self, name: str, correlation_key: str, message_id: str) -> bool:
        """Whether a message with this id came before."""
        statement = select(_BUFFERED.c.id).where(
            _BUFFERED.c.name == name,
            _BUFFERED.c.correlation_key == correlation_key,
            _BUFFERED.c.message_id == message_id,
        )
        return self._connection.execute(statement).first() is not None

    def take_buffered(self, name: str, correlation_key: str, now: datetime) -> BufferedMessageRecord | None:
        """Take the oldest message kept under a name and key, when there is one."""
        self._lock(name, correlation_key)
        row = self._connection.execute(_HELD, {"message": name, "key": correlation_key, "now": now}).first()
        if row is None:
            return None
        said = taken(_BUFFERED_COLUMNS, row)
        if said["message_id"] is None:
            self._connection.execute(delete(_BUFFERED).where(_BUFFERED.c.id == said["id"]))
        else:
            self._connection.execute(
                update(_BUFFERED).where(_BUFFERED.c.id == said["id"]).values(is_taken=True, variables=None)
            )
        return BufferedMessageRecord(**{**said, "variables": to_variables(said["variables"])})

    def forget_expired(self, now: datetime, at_most: int = 1_000) -> int:
        """Remove messages whose time to live is over; gives how many."""
        old = select(_BUFFERED.c.id).where(_BUFFERED.c.expires_at <= now).limit(at_most)
        return self._connection.execute(delete(_BUFFERED).where(_BUFFERED.c.id.in_(old.scalar_subquery()))).rowcount

    def _lock(self, name: str, correlation_key: str) -> None:
        lock_name(self._connection, MESSAGES, f"{name}\n{correlation_key}")

    @staticmethod
    def new_message_key() -> str:
        """A key for a message to buffer."""
        return new_key()
