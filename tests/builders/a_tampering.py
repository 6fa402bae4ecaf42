"""What somebody with every right on the database might do to the journal: `tamper(database, kind, draw)`.

Each kind is one way to change what happened. Some leave traces that the chain alone tells; those that rebuild
everything are told by the seals, and the last ones only by a seal that was kept outside.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from engine.audit import GENESIS, ChainedEntry, Frontier, Seal, SealedHead, SealKey, chain
from engine.store.queries.seals import to_entry
from engine.store.rows import table_of
from engine.store.tables import instances, journal, seals

ENTRY, HEAD = table_of(journal.JournalEntry), table_of(journal.JournalHead)
INSTANCE = table_of(instances.Instance)
SEAL, LEAF = table_of(seals.Seal), table_of(seals.SealedHead)
SEALED_CHAIN, SEALING = table_of(seals.SealedChain), table_of(seals.Sealing)
_COLUMNS = (
    ENTRY.c.chain, ENTRY.c.seq, ENTRY.c.at, ENTRY.c.actor, ENTRY.c.action, ENTRY.c.subject, ENTRY.c.detail,
    ENTRY.c.hash,
)  # fmt: skip


def _any(connection: Connection, draw: random.Random, *, of_instance: bool = True) -> Any:
    wanted = select(*_COLUMNS).order_by(ENTRY.c.chain, ENTRY.c.seq)
    if of_instance:
        wanted = wanted.where(ENTRY.c.chain.in_(select(INSTANCE.c.id)))
    return draw.choice(connection.execute(wanted).all())


def _here(row: Any) -> Any:
    return (ENTRY.c.chain == row.chain) & (ENTRY.c.seq == row.seq)


def _column(name: str, value: Callable[[Any], Any]) -> Callable[[Connection, random.Random], None]:
    def change(connection: Connection, draw: random.Random) -> None:
        row = _any(connection, draw)
        connection.execute(update(ENTRY).where(_here(row)).values({name: value(row)}))

    return change


def _delete(connection: Connection, draw: random.Random) -> None:
    connection.execute(delete(ENTRY).where(_here(_any(connection, draw))))


def _cut_the_tail(connection: Connection, draw: random.Random) -> None:
    """Of a chain, and set its head back, so that inside all agrees."""
    entries = _chain(connection, _any(connection, draw).chain)
    kept = entries[: draw.randrange(len(entries))]
    _write(connection, entries, kept)


def _swap(connection: Connection, draw: random.Random) -> None:
    while len(entries := _chain(connection, _any(connection, draw).chain)) < 2:
        pass
    one = draw.randrange(len(entries) - 1)
    name = entries[0].chain
    contents = {one: entries[one + 1], one + 1: entries[one]}
    for place, row in contents.items():
        values = {column.name: getattr(row, column.name) for column in _COLUMNS[2:]}
        connection.execute(update(ENTRY).where(ENTRY.c.chain == name, ENTRY.c.seq == place + 1).values(values))


def _insert(connection: Connection, draw: random.Random) -> None:
    last = _chain(connection, _any(connection, draw).chain)[-1]
    values = {column.name: getattr(last, column.name) for column in _COLUMNS}
    connection.execute(insert(ENTRY), {**values, "seq": last.seq + 1})


def _invent_a_chain(connection: Connection, draw: random.Random) -> None:
    row = _any(connection, draw)
    (made,) = chain([to_entry(row).entry], 0, None)
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    connection.execute(insert(ENTRY), {**values, "chain": "invented", "seq": 1, "hash": made.hash})


def _remove_a_chain(connection: Connection, draw: random.Random) -> None:
    """With what stands behind it, as if the case had never been."""
    name = _any(connection, draw).chain
    connection.execute(delete(ENTRY).where(ENTRY.c.chain == name))
    connection.execute(update(INSTANCE).where(INSTANCE.c.id == name).values(journal_seq=0, journal_hash=None))


def _rewrite(connection: Connection, draw: random.Random) -> None:
    """An entry, with all hashes after it and the head."""
    entries = _chain(connection, _any(connection, draw).chain)
    place = draw.randrange(len(entries))
    told = [to_entry(row).entry for row in entries]
    forged = type(told[place])(
        at=told[place].at, actor="somebody-else", action=told[place].action, subject=told[place].subject,
        detail=told[place].detail,
    )  # fmt: skip
    _write(connection, entries, chain([*told[:place], forged, *told[place + 1 :]], 0, None))


def _rewrite_with_seals(connection: Connection, draw: random.Random, key: SealKey) -> None:
    """Everything: the chain, its sealed heads, the tree, and each seal signed anew."""
    _rewrite(connection, draw)
    hashes = {(row.chain, row.seq): bytes(row.hash) for row in connection.execute(select(*_COLUMNS))}
    heads = [
        SealedHead(row.chain, row.seq, hashes[row.chain, row.seq])
        for row in connection.execute(select(LEAF).order_by(LEAF.c.place)).all()
    ]
    for place, head in enumerate(heads):
        connection.execute(update(LEAF).where(LEAF.c.place == place).values(hash=head.hash))
    for row in connection.execute(select(SEAL)).all():
        root = Frontier().grown(head.leaf for head in heads[: row.size]).root
        made = Seal(number=row.number, at=row.at, size=row.size, root=root).signed_by(key)
        values = {"root": root, "key": made.key, "signature": made.signature}
        connection.execute(update(SEAL).where(SEAL.c.number == row.number).values(values))


def _remove_a_seal(connection: Connection, draw: random.Random) -> None:
    numbers = connection.execute(select(SEAL.c.number)).scalars().all()
    connection.execute(delete(SEAL).where(SEAL.c.number == draw.choice(numbers)))


def _change_a_sealed_head(connection: Connection, draw: random.Random) -> None:
    row = draw.choice(connection.execute(select(LEAF)).all())
    connection.execute(update(LEAF).where(LEAF.c.place == row.place).values(hash=bytes(32)))


def _remove_a_sealed_head(connection: Connection, draw: random.Random) -> None:
    row = draw.choice(connection.execute(select(LEAF)).all())
    connection.execute(delete(LEAF).where(LEAF.c.place == row.place))


KINDS: Final[Mapping[str, Callable[[Connection, random.Random], None]]] = {
    "another moment": _column("at", lambda row: row.at.replace(year=row.at.year - 1)),
    "another actor": _column("actor", lambda row: row.actor[:-1] + "x"),
    "another action": _column("action", lambda row: row.action + "d"),
    "another subject": _column("subject", lambda row: row.subject + "-2"),
    "another detail": _column("detail", lambda row: {**(row.detail or {}), "forged": True}),
    "another hash": _column("hash", lambda row: bytes(row.hash)[::-1]),
    "an entry removed": _delete,
    "two entries swapped": _swap,
    "an entry added": _insert,
    "a sealed tail cut": _cut_the_tail,
    "a chain invented": _invent_a_chain,
    "a chain removed": _remove_a_chain,
    "an entry rewritten with all that follows": _rewrite,
    "a seal removed": _remove_a_seal,
    "a sealed head changed": _change_a_sealed_head,
    "a sealed head removed": _remove_a_sealed_head,
    "everything rewritten under another key": lambda connection, draw: _rewrite_with_seals(
        connection, draw, SealKey.made()
    ),
}
"""Ways that what is inside tells, once the journal was sealed."""


def rewrite_under(key: SealKey) -> Callable[[Connection, random.Random], None]:
    """Rewrite everything with our own key, as who holds it could: only a seal kept outside tells."""
    return lambda connection, draw: _rewrite_with_seals(connection, draw, key)


def _chain(connection: Connection, name: str) -> Sequence[Any]:
    return connection.execute(select(*_COLUMNS).where(ENTRY.c.chain == name).order_by(ENTRY.c.seq)).all()


def _write(connection: Connection, before: Sequence[Any], now: Sequence[Any]) -> None:
    """A chain in place of another, and its head."""
    name = before[0].chain
    connection.execute(delete(ENTRY).where(ENTRY.c.chain == name))
    chained = [one if isinstance(one, ChainedEntry) else to_entry(one) for one in now]
    if chained:
        rows = [
            {
                "chain": name, "seq": one.seq, "at": one.entry.at, "actor": one.entry.actor, "action": one.entry.action,
                "subject": one.entry.subject, "detail": dict(one.entry.detail) or None, "hash": one.hash,
            }
            for one in chained
        ]  # fmt: skip
        connection.execute(insert(ENTRY), rows)
    head = {"journal_seq": len(chained), "journal_hash": chained[-1].hash if chained else GENESIS}
    connection.execute(update(INSTANCE).where(INSTANCE.c.id == name).values(head))
