"""Checks the whole journal, and that it is the one which was sealed; names every place that does not hold.

Four things are compared: entries with their hashes, chains with their heads, sealed heads with the chains, and seals
with the tree over their heads. Seals that were kept outside are compared too: they tell what a database administrator
changed who made everything inside agree again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from engine.audit import ChainedEntry, Frontier, SealedHead, SignedSeal, VerifyKey, verify
from engine.store.consistent import View, consistent_view
from engine.store.queries import seals as kept

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold."""

    rule: str
    """`entry`, `head`, `sealed`, `seal` or `outside`."""
    subject: str
    """Name of the chain, or number of the seal."""
    message: str


@dataclass(slots=True)
class JournalReport:
    """What was looked at, and what does not hold."""

    chains: int = 0
    entries: int = 0
    seals: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify_journal(
    url: str,
    keys: Iterable[VerifyKey] = (),
    against: Iterable[SignedSeal] = (),
    progress: Callable[[int], object] = lambda _: None,
) -> JournalReport:
    """Look at everything as it was at one moment; `progress` is told how many entries were looked at.

    `keys` are those that seals may be signed with, `against` seals that were kept outside. Raises Unavailable.
    """
    report = JournalReport()
    with consistent_view(url) as connection:
        _check_chains(connection, report, progress)
        _check_seals(connection, report, {key.id: key for key in keys}, list(against))
    return report


def _check_chains(connection: View, report: JournalReport, progress: Callable[[int], object]) -> None:
    found = kept.chains(connection)
    while batch := list(islice(found, _BATCH)):
        names = [name for name, _ in batch]
        heads, sealed = kept.heads_of_chains(connection, names), kept.sealed_heads(connection, names)
        for name, entries in batch:
            _check_chain(report, name, entries, heads.get(name), sealed.get(name, ()))
        progress(report.entries)
    for name in kept.chains_without_entries(connection):
        report.findings.append(Finding("head", name, "All its entries are gone."))


def _check_chain(
    report: JournalReport,
    name: str,
    entries: list[ChainedEntry],
    head: tuple[int, bytes | None] | None,
    sealed: Sequence[SealedHead],
) -> None:
    report.chains += 1
    report.entries += len(entries)
    broken = verify(entries, head)
    if broken is not None:
        report.findings.append(Finding("entry", name, f"Entry {broken.seq}: {broken.reason}"))
    if head is None:
        report.findings.append(Finding("head", name, "Nothing stands behind these entries: it was removed."))
    by_seq = {one.seq: one.hash for one in entries} if sealed else {}
    for one in sealed:
        if one.seq not in by_seq:
            report.findings.append(Finding("sealed", name, f"Entry {one.seq} was sealed, and is gone."))
        elif by_seq[one.seq] != one.hash:
            report.findings.append(Finding("sealed", name, f"Entry {one.seq} is not the one that was sealed."))


def _check_seals(
    connection: View, report: JournalReport, keys: Mapping[str, VerifyKey], against: list[SignedSeal]
) -> None:
    inside = kept.every_seal(connection)
    report.seals = len(inside)
    wanted = {one.seal.size for one in (*inside, *against)}
    roots, whole = _roots(connection, report, wanted)
    number = 0
    for one in inside:
        seal, number = one.seal, number + 1
        if seal.number != number:
            report.findings.append(Finding("seal", str(number), "It is gone."))
            number = seal.number
        if roots.get(seal.size) != seal.root:
            report.findings.append(
                Finding("seal", str(seal.number), "The heads it holds are not those it was made of.")
            )
        _check_signature(report, "seal", one, keys)
    if inside and inside[-1].seal.size != whole:
        report.findings.append(Finding("seal", str(inside[-1].seal.number), "There are heads that no seal holds."))
    for one in against:
        _check_signature(report, "outside", one, keys)
        if roots.get(one.seal.size) != one.seal.root:
            message = "The journal is not the one that this seal was made of."
            report.findings.append(Finding("outside", str(one.seal.number), message))


def _roots(connection: View, report: JournalReport, sizes: set[int]) -> tuple[dict[int, bytes], int]:
    """The roots of the tree at some sizes, and its whole size."""
    frontier, roots, gaps = Frontier(), {}, 0
    for place, head in kept.leaves(connection):
        if place != frontier.size + gaps:
            report.findings.append(Finding("seal", str(place), "A sealed head before this place is gone."))
            gaps = place - frontier.size
        frontier = frontier.grown((head.leaf,))
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root
    return roots, frontier.size


def _check_signature(report: JournalReport, rule: str, one: SignedSeal, keys: Mapping[str, VerifyKey]) -> None:
    key = keys.get(one.key)
    if key is None:
        message = f"It is signed with the key {one.key}, which was not given."
    elif not one.holds(key):
        message = "Its signature does not hold."
    else:
        return
    report.findings.append(Finding(rule, str(one.seal.number), message))
