"""What is kept of seals: themselves, their leaves, and the journal they speak of, for those who check it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, exists, func, select, tuple_

from engine.audit import (
    GENESIS,
    ChainedEntry,
    Entry,
    EntryProof,
    ProofPlan,
    Seal,
    SealedHead,
    SignedSeal,
    Subtree,
    plan_consistency,
    plan_inclusion,
)
from engine.store.rows import table_of
from engine.store.tables import instances, journal
from engine.store.tables import seals as tables

_SEAL = table_of(tables.Seal)
_LEAF = table_of(tables.SealedHead)
_NODE = table_of(tables.SealedNode)
_INSTANCE = table_of(instances.Instance)
_ENTRY = table_of(journal.JournalEntry)
_HEAD = table_of(journal.JournalHead)
_OF_ENTRY: Final = (
    _ENTRY.c.chain, _ENTRY.c.seq, _ENTRY.c.at, _ENTRY.c.actor, _ENTRY.c.action, _ENTRY.c.subject, _ENTRY.c.detail,
    _ENTRY.c.hash,
)  # fmt: skip
_ROWS: Final = 2_000


def to_seal(row: Any) -> SignedSeal:
    """A seal as it was signed."""
    seal = Seal(number=row.number, at=row.at, size=row.size, root=bytes(row.root))
    return SignedSeal(seal, row.key, bytes(row.signature))


def seals(connection: Connection, *, before: int | None = None, most: int = 100) -> list[SignedSeal]:
    """Seals, the newest first."""
    wanted = select(_SEAL).order_by(_SEAL.c.number.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(_SEAL.c.number < before)
    return [to_seal(row) for row in connection.execute(wanted)]


def seal_of(connection: Connection, number: int) -> SignedSeal | None:
    """One seal."""
    row = connection.execute(select(_SEAL).where(_SEAL.c.number == number)).first()
    return None if row is None else to_seal(row)


def every_seal(connection: Connection) -> list[SignedSeal]:
    """All seals, the first one first."""
    return [to_seal(row) for row in connection.execute(select(_SEAL).order_by(_SEAL.c.number))]


def leaves(connection: Connection, start: int = 0, end: int | None = None) -> Iterator[tuple[int, SealedHead]]:
    """The leaves of the tree with their places, in order; of a connection within a transaction (`consistent_view`)."""
    wanted = select(_LEAF).where(_LEAF.c.place >= start).order_by(_LEAF.c.place)
    if end is not None:
        wanted = wanted.where(_LEAF.c.place < end)
    for row in connection.execution_options(yield_per=_ROWS).execute(wanted):
        yield row.place, SealedHead(row.chain, row.seq, bytes(row.hash))


def leaf_over(connection: Connection, chain: str, seq: int) -> tuple[int, SealedHead] | None:
    """The first leaf that speaks of an entry: that of its chain at this entry or a later one."""
    wanted = select(_LEAF).where(_LEAF.c.chain == chain, _LEAF.c.seq >= seq).order_by(_LEAF.c.seq).limit(1)
    row = connection.execute(wanted).first()
    return None if row is None else (row.place, SealedHead(row.chain, row.seq, bytes(row.hash)))


def proof_of(connection: Connection, chain: str, action: str, subject: str) -> EntryProof | None:
    """The proof of an entry that is the last one under a leaf; None when no seal holds it so."""
    here = [_ENTRY.c.chain == chain, _ENTRY.c.action == action, _ENTRY.c.subject == subject]
    row = connection.execute(select(*_OF_ENTRY).where(*here).order_by(_ENTRY.c.seq).limit(1)).first()
    if row is None:
        return None
    found = to_entry(row)
    leaf = leaf_over(connection, chain, found.seq)
    if leaf is None or leaf[1].seq != found.seq:
        return None
    place = leaf[0]
    over = connection.execute(select(_SEAL).where(_SEAL.c.size > place).order_by(_SEAL.c.size).limit(1)).first()
    if over is None:
        return None
    sealed = to_seal(over)
    earlier = select(_ENTRY.c.hash).where(_ENTRY.c.chain == chain, _ENTRY.c.seq == found.seq - 1)
    before = connection.execute(earlier).scalar_one_or_none()
    path = path_of(connection, plan_inclusion(place, sealed.seal.size))
    return EntryProof.of(sealed, chain, GENESIS if before is None else bytes(before), found, place, path)


def path_of(connection: Connection, plan: ProofPlan) -> list[bytes]:
    """A proof, read from the subtrees it is made of. Two statements. Raises KeyError when a subtree is gone."""
    places = sorted(place for height, place in plan.subtrees if height == 0)
    nodes = sorted(one for one in plan.subtrees if one[0] > 0)
    roots: dict[Subtree, bytes] = {}
    for row in connection.execute(select(_LEAF).where(_LEAF.c.place.in_(places))):
        roots[0, row.place] = SealedHead(row.chain, row.seq, bytes(row.hash)).leaf
    for row in connection.execute(select(_NODE).where(tuple_(_NODE.c.height, _NODE.c.place).in_(nodes))):
        roots[row.height, row.place] = bytes(row.hash)
    return plan.path(roots)


def consistency_of(connection: Connection, earlier: SignedSeal, later: SignedSeal) -> list[bytes]:
    """The proof that the tree of an earlier seal is the beginning of that of a later one."""
    return path_of(connection, plan_consistency(earlier.seal.size, later.seal.size))


def chains(connection: Connection) -> Iterator[tuple[str, list[ChainedEntry]]]:
    """Every chain with its entries, in the order of names, one at a time; of a `consistent_view`."""
    wanted = select(*_OF_ENTRY).order_by(_ENTRY.c.chain, _ENTRY.c.seq)
    rows = connection.execution_options(yield_per=_ROWS).execute(wanted)
    for chain, found in groupby(rows, key=lambda row: str(row[0])):
        yield chain, [to_entry(row) for row in found]


def to_entry(row: Any) -> ChainedEntry:
    """An entry of a row as `chains` selects it."""
    _, seq, at, actor, action, subject, detail, hash_ = row
    entry = Entry(at=at, actor=actor, action=action, subject=subject, detail=detail or {})
    return ChainedEntry(seq, entry, bytes(hash_))


def heads_of_chains(connection: Connection, names: list[str]) -> dict[str, tuple[int, bytes | None]]:
    """Where chains should end, by what stands behind them; one that nothing stands behind is missing."""
    of_instance = select(_INSTANCE.c.id, _INSTANCE.c.journal_seq, _INSTANCE.c.journal_hash)
    of_head = select(_HEAD.c.chain, _HEAD.c.seq, _HEAD.c.hash)
    found = {row[0]: (row[1], row[2]) for row in connection.execute(of_instance.where(_INSTANCE.c.id.in_(names)))}
    found |= {row[0]: (row[1], row[2]) for row in connection.execute(of_head.where(_HEAD.c.chain.in_(names)))}
    return {name: (seq, None if hash_ is None else bytes(hash_)) for name, (seq, hash_) in found.items()}


def sealed_heads(connection: Connection, names: list[str]) -> dict[str, list[SealedHead]]:
    """What seals say of some chains."""
    found: dict[str, list[SealedHead]] = {}
    for row in connection.execute(select(_LEAF).where(_LEAF.c.chain.in_(names))):
        found.setdefault(row.chain, []).append(SealedHead(row.chain, row.seq, bytes(row.hash)))
    return found


def chains_without_entries(connection: Connection) -> list[str]:
    """Chains that something stands behind, or that were sealed, and that have no entry."""
    has_entry = exists().where(_ENTRY.c.chain == _INSTANCE.c.id)
    gone = select(_INSTANCE.c.id).where(_INSTANCE.c.journal_seq > 0, ~has_entry)
    of_head = select(_HEAD.c.chain).where(_HEAD.c.seq > 0, ~exists().where(_ENTRY.c.chain == _HEAD.c.chain))
    sealed = select(_LEAF.c.chain).distinct().where(~exists().where(_ENTRY.c.chain == _LEAF.c.chain))
    return sorted({str(row[0]) for part in (gone, of_head, sealed) for row in connection.execute(part)})


def entries_count(connection: Connection) -> int:
    """How many entries there are."""
    return connection.execute(select(func.count()).select_from(_ENTRY)).scalar_one()
