"""Names that hold spaces or operators, such as `legal deadline` and `a-b`: which are known, and where a text has one.

A text is looked up piece by piece in a tree of all known names, so that a thousand names cost no more than ten
(DMN 1.5, 10.3.1.2: the longest known name is meant).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
PART = START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
SPACE = "\\s\u180e\u200b\ufeff"
IDENTIFIER = re.compile(f"[{START}][{PART}]*")
_PIECE = re.compile(f"([{PART}]+)|([{SPACE}]+)|(.)", re.DOTALL)
_WITHIN_WORD = re.compile(f"[{PART}]")

NameTree: TypeAlias = dict[str, Any]
"""Piece of a name to what may follow it; an empty piece says that a name may end here."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names in two layers: many that a whole model shares, and more of one place. `|` adds to the latter."""

    base: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()

    def __or__(self, names: Iterable[str]) -> KnownNames:
        added = {name for name in names if name and not is_identifier(name)} - self.more
        return KnownNames(self.base, self.more | added) if added else self

    def trees(self) -> tuple[NameTree, ...]:
        """The layers that hold names, as trees."""
        return tuple(name_tree(layer) for layer in (self.base, self.more) if layer)


def normal_name(name: str) -> str:
    """A name with single spaces between its words and none at its ends."""
    return " ".join(name.split())


def is_identifier(name: str) -> bool:
    """Whether a name is recognised without being known."""
    return IDENTIFIER.fullmatch(name) is not None


@lru_cache(maxsize=256)
def name_tree(names: frozenset[str]) -> NameTree:
    """The tree of some names; those that are recognised anyway are left out."""
    tree: NameTree = {}
    for name in names:
        if not is_identifier(name):
            add_name(tree, name)
    return tree


def add_name(tree: NameTree, name: str) -> None:
    """Put a name into a tree."""
    for piece in _PIECE.finditer(normal_name(name)):
        tree = tree.setdefault(" " if piece[2] else piece[0], {})
    tree[""] = {}


def longest_name(tree: NameTree, text: str, at: int) -> int:
    """Where the longest name of a tree that a text has at a place ends; -1 when it has none."""
    best = -1
    while tree:
        piece = _PIECE.match(text, at)
        if piece is None:
            break
        tree = tree.get(" " if piece[2] else piece[0], {})
        at = piece.end()
        if "" in tree and (piece[1] or not _WITHIN_WORD.match(text, at)):
            best = at
    return best
