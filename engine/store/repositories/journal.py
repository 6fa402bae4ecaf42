"""The journal of one transaction: entries are chained as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.audit import GENESIS, ChainedEntry, Entry, chain
from engine.store.records import InstanceRecord
from engine.store.rows import insert_into, table_of
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import journal as tables

_ENTRY = table_of(tables.JournalEntry)
_HEAD = table_of(tables.JournalHead)
_LOCK_HEADS = (
    select(_HEAD.c.chain, _HEAD.c.seq, _HEAD.c.hash)
    .where(_HEAD.c.chain.in_(bindparam("keys", expanding=True)))
    .order_by(_HEAD.c.chain)
    .with_for_update()
)
_ADD = insert(_ENTRY).execution_options(**SENT_TOGETHER)
_LOCK_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.chain == bindparam("key")).with_for_update()
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.chain == bindparam("key"))
    .values(seq=bindparam("at"), hash=bindparam("head"))
    .execution_options(**SENT_TOGETHER)
)


class Journal:
    """Entries of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, record: InstanceRecord, entries: Sequence[Entry]) -> None:
        """Add to the chain of a locked instance and move its head on the record, which is to be saved afterwards."""
        if not entries:
            return
        chained = chain(entries, record.journal_seq, record.journal_hash)
        self._write(record.id, chained)
        record.journal_seq, record.journal_hash = chained[-1].seq, chained[-1].hash

    def append_to(self, name: str, entries: Sequence[Entry]) -> None:
        """Add to a chain that no instance stands behind, such as `deployments`."""
        if not entries:
            return
        head = self._connection.execute(_LOCK_HEAD, {"key": name}).first()
        if head is None:
            # Two may begin a chain at once: the second one waits here for the first.
            begin = insert_into(_HEAD, self._connection).on_conflict_do_nothing()
            self._connection.execute(begin, {"chain": name, "seq": 0, "hash": GENESIS})
            head = self._connection.execute(_LOCK_HEAD, {"key": name}).one()
        chained = chain(entries, head[0], head[1])
        self._write(name, chained)
        last = chained[-1]
        self._connection.execute(_MOVE_HEAD, {"key": name, "at": last.seq, "head": last.hash})

    def append_to_many(self, entries: Mapping[str, Sequence[Entry]]) -> None:
        """Add to several such chains at once: four statements at most, however many they are.

        Heads are locked in the order of their names, so that no two wait for each other.
        """
        wanted = sorted(name for name, some in entries.items() if some)
        if len(wanted) < 2:
            for name in wanted:
                self.append_to(name, entries[name])
            return
        heads = self._locked(wanted)
        missing = [name for name in wanted if name not in heads]
        if missing:
            begin = insert_into(_HEAD, self._connection).on_conflict_do_nothing()
            self._connection.execute(begin, [{"chain": name, "seq": 0, "hash": GENESIS} for name in missing])
            heads |= self._locked(missing)
        rows: list[dict[str, Any]] = []
        moves: list[dict[str, Any]] = []
        for name in wanted:
            seq, head = heads[name]
            chained = chain(entries[name], seq, head)
            rows += [_row(name, one) for one in chained]
            moves.append({"key": name, "at": chained[-1].seq, "head": chained[-1].hash})
        self._connection.execute(_ADD, rows)
        self._connection.execute(_MOVE_HEAD, moves)

    def _locked(self, names: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        rows = self._connection.execute(_LOCK_HEADS, {"keys": names})
        return {row.chain: (row.seq, row.hash) for row in rows}

    def _write(self, name: str, chained: Sequence[ChainedEntry]) -> None:
        self._connection.execute(_ADD, [_row(name, one) for one in chained])


def _row(name: str, one: ChainedEntry) -> dict[str, Any]:
    at: datetime = one.entry.at
    return {
        "chain": name,
        "seq": one.seq,
        "at": at,
        "actor": one.entry.actor,
        "action": one.entry.action,
        "subject": one.entry.subject,
        "detail": dict(one.entry.detail) or None,
        "hash": one.hash,
    }
