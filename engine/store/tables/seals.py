"""Seals over the journal: which heads they hold, and the tree they grow."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Json, OptionalMoment, RequiredMoment


class Sealing(Base):
    """The edge of the tree. One row, filled by its migration; who holds it makes a seal."""

    __tablename__ = "sealing"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Of the last seal; 0 before the first."""
    size: Mapped[int] = mapped_column(BigInteger)
    roots: Mapped[Json]
    """Of the full subtrees, the largest first, in hexadecimal digits."""


class Seal(Base):
    """One signed seal."""

    __tablename__ = "seal"
    __table_args__ = (Index("ix_seal_at", "at"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[RequiredMoment]
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[str] = mapped_column(String(16))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    is_whole: Mapped[bool]
    """Whether it holds every head that had moved; the others hold one, and its document carries them outside."""
    exported_at: Mapped[OptionalMoment]
    """When it was outside for certain."""


class SealedHead(Base):
    """A leaf: where a chain stood."""

    __tablename__ = "sealed_head"
    __table_args__ = (Index("ix_sealed_head_chain_seq", "chain", "seq"), {"sqlite_with_rowid": False})

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 0, without gaps."""
    chain: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class SealedNode(Base):
    """The root of a full subtree over the leaves: a proof is read from a few of them, however large the tree is."""

    __tablename__ = "sealed_node"
    __table_args__ = ({"sqlite_with_rowid": False},)

    height: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1; leaves are `sealed_head`."""
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """How many of this height stand before it."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class SealedChain(Base):
    """The last entry of each chain that a seal holds: whoever has moved since is due for the next."""

    __tablename__ = "sealed_chain"
    __table_args__ = ({"sqlite_with_rowid": False},)

    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]
