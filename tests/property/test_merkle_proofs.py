"""Trees and proofs of RFC 9162, 2.1: held to the definition, and to each other, for every size and place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit import (
    Frontier,
    consistency_path,
    holds_consistency,
    holds_inclusion,
    inclusion_path,
    leaf_hash,
    root_of,
)

LEAVES = st.integers(1, 40).map(lambda size: [leaf_hash(bytes([number])) for number in range(size)])


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word, over hashes of leaves."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(34))
def test_the_root_is_that_of_the_definition_however_the_tree_grew(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]

    in_steps = Frontier().grown(leaves[: size // 3]).grown(leaves[size // 3 :])

    assert root_of(leaves) == in_steps.root == by_definition(leaves)
    assert in_steps.size == size
    assert len(in_steps.roots) == size.bit_count()


def test_known_roots_of_certificate_transparency() -> None:
    """The test vectors that implementations of RFC 6962 and 9162 share."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(text)) for text in inputs]

    roots = [root_of(leaves[:size]).hex() for size in (0, 1, 2, 3, 8)]

    assert roots == [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]


@settings(max_examples=200, deadline=None)
@given(LEAVES, st.data())
def test_every_leaf_can_be_proved_and_no_other_at_its_place(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    path, root = inclusion_path(leaves, place), root_of(leaves)

    assert holds_inclusion(leaves[place], place, len(leaves), path, root)
    assert len(path) <= (len(leaves) - 1).bit_length()
    assert not holds_inclusion(leaf_hash(b"other"), place, len(leaves), path, root)
    wrong = data.draw(st.integers(0, len(leaves)).filter(lambda one: one != place))
    assert not holds_inclusion(leaves[place], wrong, len(leaves), path, root)
    assert not holds_inclusion(leaves[place], place, len(leaves), [*path, root], root)
    if path:
        spoilt = [*path]
        spoilt[data.draw(st.integers(0, len(path) - 1))] = leaf_hash(b"spoilt")
        assert not holds_inclusion(leaves[place], place, len(leaves), spoilt, root)
        assert not holds_inclusion(leaves[place], place, len(leaves), path[:-1], root)


@settings(max_examples=200, deadline=None)
@given(LEAVES, st.data())
def test_a_longer_tree_proves_the_shorter_one_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    old, new = root_of(leaves[:first]), root_of(leaves)
    path = consistency_path(leaves, first)

    assert holds_consistency(first, len(leaves), old, new, path)
    if first < len(leaves):
        rewritten = [leaf_hash(b"rewritten"), *leaves[1:]]
        assert not holds_consistency(first, len(leaves), old, root_of(rewritten), path)
        assert not holds_consistency(first, len(leaves), root_of(rewritten[:first]), new, path)
        assert not holds_consistency(first, len(leaves), old, new, [*path, new])


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_outside_of_the_tree_has_no_proof(place: int) -> None:
    leaves = [leaf_hash(b"a")] * 3

    with pytest.raises(IndexError):
        inclusion_path(leaves, place)
    assert not holds_inclusion(leaves[0], place, 3, [], root_of(leaves))
    with pytest.raises(IndexError):
        consistency_path(leaves, 4)
    assert not holds_consistency(0, 3, root_of([]), root_of(leaves), [])
