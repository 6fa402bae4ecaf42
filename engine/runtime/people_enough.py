"""Whether people can be found for pieces of work that must be done by different, or by the same, persons. Pure.

A colouring of a graph with lists, looked for by trying (the hardest piece first), bounded in effort: a model has few
tasks under such rules, and one that would take longer is taken to be satisfiable, for a warning must not be false.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

Pairs: TypeAlias = Collection[tuple[int, int]]
_MOST_TRIES: Final = 20_000


def fits(choices: Sequence[frozenset[str]], apart: Pairs, same: Pairs) -> bool:
    """Whether each piece of work finds somebody of its choices, pairs `apart` different ones, pairs `same` the same."""
    groups = _groups(len(choices), same)
    people = [frozenset.intersection(*(choices[one] for one in group)) for group in groups]
    group_of = {one: number for number, group in enumerate(groups) for one in group}
    others: list[set[int]] = [set() for _ in groups]
    for one, other in apart:
        here, there = group_of[one], group_of[other]
        if here == there:
            return False
        others[here].add(there)
        others[there].add(here)
    return _search(people, others)


def fewest(pieces: int, apart: Pairs, same: Pairs) -> int:
    """How many different people are needed at least, could everybody do everything; `pieces` + 1 where none suffice."""
    for number in range(1, pieces + 1):
        everybody = frozenset(map(str, range(number)))
        if fits([everybody] * pieces, apart, same):
            return number
    return pieces + 1


def _groups(pieces: int, same: Pairs) -> list[list[int]]:
    leader = list(range(pieces))
    for one, other in same:
        old, new = leader[one], leader[other]
        leader = [new if each == old else each for each in leader]
    found: dict[int, list[int]] = {}
    for piece, first in enumerate(leader):
        found.setdefault(first, []).append(piece)
    return list(found.values())


def _search(people: Sequence[frozenset[str]], others: Sequence[set[int]]) -> bool:
    order = sorted(range(len(people)), key=lambda one: (len(people[one]) - len(others[one]), one))
    taken: dict[int, str] = {}
    untried: list[list[str]] = []
    tries = 0
    while len(taken) < len(order):
        here = order[len(taken)]
        if len(untried) == len(taken):
            used = {taken[one] for one in others[here] if one in taken}
            untried.append(sorted(people[here] - used, reverse=True))
        if untried[-1]:
            taken[here] = untried[-1].pop()
            tries += 1
            if tries > _MOST_TRIES:
                return True
            continue
        untried.pop()
        if not taken:
            return False
        del taken[order[len(taken) - 1]]
    return True
