"""A tree of hashes over an ever longer list, with proofs (RFC 9162, 2.1).

Hashes of leaves come in, as `leaf_hash` makes them; what stands in the list is somebody else's matter. A proof that an
entry is in a tree, or that a longer tree has all of a shorter one, takes a hash a level: twenty for a million leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

EMPTY = hashlib.sha256().digest()
"""The root of no leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; never the same as that of a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


Subtree: TypeAlias = tuple[int, int]
"""A full subtree: its height, and how many of this height stand before it. Height 0 is a leaf."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """What must be kept of a tree to grow it: its size and the roots of its full subtrees, the largest first."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes], made: dict[Subtree, bytes] | None = None) -> Frontier:
        """The tree with more leaves at its end; the roots of full subtrees that came to be are put into `made`."""
        size, roots = self.size, list(self.roots)
        for leaf in leaves:
            carried, filled, height = leaf, size, 0
            while filled & 1:
                carried, height = _node(roots.pop(), carried), height + 1
                filled >>= 1
                if made is not None:
                    made[height, filled] = carried
            roots.append(carried)
            size += 1
        return Frontier(size, tuple(roots))

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return _joined(self.roots) if self.roots else EMPTY


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The hash of a tree over all leaves."""
    return Frontier().grown(leaves).root


@dataclass(frozen=True, slots=True)
class ProofPlan:
    """Which full subtrees a proof is made of: each part of the path is the root over some of them."""

    parts: tuple[tuple[Subtree, ...], ...]

    @property
    def subtrees(self) -> frozenset[Subtree]:
        """All of them: a few a level."""
        return frozenset(one for part in self.parts for one in part)

    def path(self, roots: Mapping[Subtree, bytes]) -> list[bytes]:
        """The proof, from the roots of the subtrees. Raises KeyError for one that is missing."""
        return [_joined([roots[one] for one in part]) for part in self.parts]


def plan_inclusion(place: int, size: int) -> ProofPlan:
    """What proves that the leaf at a place, from 0, is in the tree of a size (2.1.3.1). Raises IndexError."""
    if not 0 <= place < size:
        raise IndexError(f"expected a place below {size}, found {place}")
    low, high = 0, size
    parts: list[tuple[Subtree, ...]] = []
    while high - low > 1:
        middle = low + _largest_power_below(high - low)
        if place < middle:
            parts.append(_full_subtrees(middle, high))
            high = middle
        else:
            parts.append(_full_subtrees(low, middle))
            low = middle
    return ProofPlan(tuple(reversed(parts)))


def plan_consistency(first: int, size: int) -> ProofPlan:
    """What proves that the tree of the first leaves is the beginning of that of a size (2.1.4.1). Raises IndexError."""
    if not 0 < first <= size:
        raise IndexError(f"expected a size from 1 to {size}, found {first}")
    low, high, whole = 0, size, True
    parts: list[tuple[Subtree, ...]] = []
    while first < high:
        middle = low + _largest_power_below(high - low)
        if first <= middle:
            parts.append(_full_subtrees(middle, high))
            high = middle
        else:
            parts.append(_full_subtrees(low, middle))
            low, whole = middle, False
    if not whole:
        parts.append(_full_subtrees(low, high))
    return ProofPlan(tuple(reversed(parts)))


def inclusion_path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The proof that the leaf at a place, from 0, is in the tree over all leaves. Raises IndexError."""
    return plan_inclusion(place, len(leaves)).path(_roots(leaves))


def holds_inclusion(leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof shows that a leaf stands at a place of the tree with this size and root (2.1.3.2)."""
    try:
        return root_by_path(leaf, place, size, path) == root
    except ValueError:
        return False


def root_by_path(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf at a place of a tree of this size leads to. Raises ValueError for a path that cannot be."""
    if not 0 <= place < size:
        raise ValueError(f"expected a place below {size}, found {place}")
    node, last, found = place, size - 1, leaf
    for step in path:
        if last == 0:
            raise ValueError("the path is too long")
        if node & 1 or node == last:
            found = _node(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node(found, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ValueError("the path is too short")
    return found


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree over the first leaves is the beginning of the tree over all. Raises IndexError."""
    return plan_consistency(first, len(leaves)).path(_roots(leaves))


def holds_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a proof shows that a tree is the beginning of a longer one, by their sizes and roots (2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = _node(step, old), _node(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = _node(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _joined(roots: Sequence[bytes]) -> bytes:
    """The root over full subtrees beside each other, the largest first."""
    whole = roots[-1]
    for left in reversed(roots[:-1]):
        whole = _node(left, whole)
    return whole


def _full_subtrees(low: int, high: int) -> tuple[Subtree, ...]:
    """Those that make up a part of a tree, the largest first; such a part begins where its largest one may."""
    found: list[Subtree] = []
    while low < high:
        height = (high - low).bit_length() - 1
        found.append((height, low >> height))
        low += 1 << height
    return tuple(found)


def _roots(leaves: Sequence[bytes]) -> dict[Subtree, bytes]:
    roots: dict[Subtree, bytes] = {(0, place): leaf for place, leaf in enumerate(leaves)}
    Frontier().grown(leaves, roots)
    return roots


def _largest_power_below(size: int) -> int:
    """The largest power of two smaller than a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)
