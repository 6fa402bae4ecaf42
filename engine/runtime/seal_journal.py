"""Seals: the heads of the journal that moved are added to the tree, and its root is signed, to be kept outside.

What stands in the journal when a seal is made cannot be changed, removed or put in a different order afterwards without
the seal telling: tamper-evident. What was cut from the end since the last seal is the one thing that none tells, so the
interval is a promise.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from engine.audit import Seal, SealKey, SignedSeal, Subtree
from engine.casework.actor import SYSTEM
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime

MOST_UNSEALED: Final = 10_000
"""Entries that may wait for a seal, however young the last one is: as X-Road's batches of time-stamps."""


def seal_journal(
    runtime: Runtime, key: SealKey, *, unless_within: timedelta | None = None, most_unsealed: int = MOST_UNSEALED
) -> list[SignedSeal]:
    """Seal what has moved since the last seal; gives the seals made, none when nothing has.

    With `unless_within` nothing is done when the last seal is younger and fewer than `most_unsealed` entries came
    since, so that several workers keep one interval. A seal holds a bounded number of heads: what is left makes further
    ones. Raises Unavailable.
    """
    made: list[SignedSeal] = []
    one = transact(runtime, SYSTEM, lambda act: _seal(act, key, unless_within, most_unsealed=most_unsealed))
    while one is not None:
        made.append(one)
        one = transact(runtime, SYSTEM, lambda act: _seal(act, key, None))
    return made


def seal_chain(act: Act, key: SealKey, chain: str) -> SignedSeal | None:
    """Seal one chain within an act, with what the act has to say of it; None when it has not moved."""
    act.work.journal.append_to(chain, act.entries(chain))
    return _seal(act, key, None, only=chain)


def _seal(
    act: Act,
    key: SealKey,
    unless_within: timedelta | None,
    only: str | None = None,
    most_unsealed: int = MOST_UNSEALED,
) -> SignedSeal | None:
    edge = act.work.seals.lock()
    last = act.work.seals.last() if unless_within is not None else None
    is_young = last is not None and unless_within is not None and act.at - last.seal.at < unless_within
    if is_young and act.work.seals.moved_entries() < most_unsealed:
        return None
    heads = act.work.seals.moved_heads(only)
    if not heads:
        return None
    made: dict[Subtree, bytes] = {}
    grown = edge.frontier.grown((head.leaf for head in heads), made)
    # A seal says whole seconds: what is signed is what is written.
    at = act.at.replace(microsecond=0)
    sealed = Seal(number=edge.number + 1, at=at, size=grown.size, root=grown.root).signed_by(key)
    act.work.seals.grow(edge, heads, grown, made, sealed, is_whole=only is None)
    return sealed
