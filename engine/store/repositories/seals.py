"""Seals of one transaction: the tree is grown under the lock of its one row, so that seals follow one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, func, insert, or_, select, union_all, update

from engine.audit import Frontier, SealedHead, SignedSeal, Subtree
from engine.store.queries.seals import to_seal
from engine.store.rows import insert_into, table_of
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import instances, journal
from engine.store.tables import seals as tables

_SEALING = table_of(tables.Sealing)
_SEAL = table_of(tables.Seal)
_LEAF = table_of(tables.SealedHead)
_NODE = table_of(tables.SealedNode)
_CHAIN = table_of(tables.SealedChain)
_INSTANCE = table_of(instances.Instance)
_HEAD = table_of(journal.JournalHead)
_MOST_CHAINS = 20_000
"""Heads of one statement; a first seal over an old installation takes several."""


@dataclass(frozen=True, slots=True)
class TreeEdge:
    """Where the tree stands: the number of the last seal, and what it takes to grow it."""

    number: int
    frontier: Frontier


class SealRows:
    """Seals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> TreeEdge:
        """The edge of the tree; whoever seals at the same time waits here."""
        row = self._connection.execute(select(_SEALING).with_for_update()).one()
        return TreeEdge(row.number, Frontier(row.size, tuple(bytes.fromhex(root) for root in row.roots)))

    def last(self) -> SignedSeal | None:
        """The newest seal that holds all."""
        row = self._connection.execute(
            select(_SEAL).where(_SEAL.c.is_whole).order_by(_SEAL.c.number.desc()).limit(1)
        ).first()
        return None if row is None else to_seal(row)

    def moved_heads(self, only: str | None = None) -> list[SealedHead]:
        """Heads of chains that have moved since they were sealed, in the order of their names; or of one chain."""
        instance = _moved(_INSTANCE.c.id, _INSTANCE.c.journal_seq, _INSTANCE.c.journal_hash)
        other = _moved(_HEAD.c.chain, _HEAD.c.seq, _HEAD.c.hash)
        if only is not None:
            instance, other = instance.where(_INSTANCE.c.id == only), other.where(_HEAD.c.chain == only)
        both = union_all(instance, other).order_by("chain").limit(_MOST_CHAINS)
        return [SealedHead(chain, seq, bytes(hash_)) for chain, seq, hash_ in self._connection.execute(both)]

    def moved_entries(self) -> int:
        """How many entries stand behind what is sealed, over all chains."""
        instance = _moved(_INSTANCE.c.id, _INSTANCE.c.journal_seq, _INSTANCE.c.journal_hash)
        other = _moved(_HEAD.c.chain, _HEAD.c.seq, _HEAD.c.hash)
        both = union_all(instance, other).subquery()
        behind = func.sum(both.c[1] - func.coalesce(_CHAIN.c.seq, 0))
        joined = both.outerjoin(_CHAIN, _CHAIN.c.chain == both.c.chain)
        return int(self._connection.execute(select(behind).select_from(joined)).scalar_one() or 0)

    def grow(
        self,
        edge: TreeEdge,
        heads: Sequence[SealedHead],
        grown: Frontier,
        made: Mapping[Subtree, bytes],
        sealed: SignedSeal,
        *,
        is_whole: bool,
    ) -> None:
        """Keep a seal with its new leaves, the subtrees they filled, and the edge they make."""
        start = edge.frontier.size
        leaves = [
            {"place": place, "chain": head.chain, "seq": head.seq, "hash": head.hash}
            for place, head in enumerate(heads, start)
        ]
        send = {"execution_options": SENT_TOGETHER}
        self._connection.execute(insert(_LEAF), leaves, **send)
        if made:
            nodes = [{"height": height, "place": place, "hash": hash_} for (height, place), hash_ in made.items()]
            self._connection.execute(insert(_NODE), nodes, **send)
        upsert = insert_into(_CHAIN, self._connection)
        upsert = upsert.on_conflict_do_update(index_elements=["chain"], set_={"seq": upsert.excluded.seq})
        self._connection.execute(upsert, [{"chain": head.chain, "seq": head.seq} for head in heads], **send)
        seal = sealed.seal
        row = {"number": seal.number, "at": seal.at, "size": seal.size, "root": seal.root, "is_whole": is_whole}
        self._connection.execute(insert(_SEAL), {**row, "key": sealed.key, "signature": sealed.signature})
        roots = [root.hex() for root in grown.roots]
        self._connection.execute(update(_SEALING).values(number=seal.number, size=grown.size, roots=roots))

    def not_exported(self, most: int) -> list[SignedSeal]:
        """Seals that are to go outside and are not there yet, the oldest first."""
        waiting = (
            select(_SEAL).where(_SEAL.c.exported_at.is_(None), _SEAL.c.is_whole).order_by(_SEAL.c.number).limit(most)
        )
        return [to_seal(row) for row in self._connection.execute(waiting)]

    def exported(self, number: int, at: datetime) -> None:
        """Note that a seal is outside."""
        note = update(_SEAL).where(_SEAL.c.number == bindparam("of")).values(exported_at=bindparam("when"))
        self._connection.execute(note, {"of": number, "when": at})


def _moved(chain: Column[Any], seq: Column[Any], hash_: Column[Any]) -> Select[Any]:
    behind = or_(_CHAIN.c.seq.is_(None), _CHAIN.c.seq < seq)
    joined = chain.table.outerjoin(_CHAIN, _CHAIN.c.chain == chain)
    return select(chain.label("chain"), seq, hash_).select_from(joined).where(seq > 0, behind)
