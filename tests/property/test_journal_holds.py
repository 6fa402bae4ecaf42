"""Fault matrix, row 35: whoever changes, removes, adds or swaps entries of a journal is found at the first place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.audit import ChainedEntry, Entry, chain, verify

WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
DETAILS = st.dictionaries(WORDS, st.integers() | st.booleans() | WORDS | st.none(), max_size=3)
ENTRIES = st.builds(
    Entry,
    at=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),
    actor=WORDS,
    action=st.sampled_from(["task.completed", "case.decided", "task.claimed"]),
    subject=WORDS,
    detail=DETAILS,
)
JOURNALS = st.lists(ENTRIES, min_size=2, max_size=12).map(lambda entries: chain(entries, 0, None))


def head(journal: list[ChainedEntry]) -> tuple[int, bytes]:
    """What the chain must end with, as it is kept apart from the entries."""
    return journal[-1].seq, journal[-1].hash


def changed(entry: Entry, what: int) -> Entry:
    """The entry with one of its parts changed."""
    return [
        replace(entry, at=entry.at + timedelta(microseconds=1)),
        replace(entry, actor=entry.actor + "x"),
        replace(entry, action=entry.action + "x"),
        replace(entry, subject=entry.subject + "x"),
        replace(entry, detail={**entry.detail, "x": 1}) if entry.detail.get("x") != 1 else replace(entry, detail={}),
    ][what]


@settings(max_examples=100, deadline=None)
@given(JOURNALS)
def test_a_journal_that_nobody_touched_holds(journal: list[ChainedEntry]) -> None:
    assert verify(journal, head(journal)) is None


@settings(max_examples=400, deadline=None)
@given(JOURNALS, st.integers(0, 11), st.integers(0, 4))
def test_a_changed_entry_is_the_first_that_does_not_hold(journal: list[ChainedEntry], at: int, what: int) -> None:
    place = at % len(journal)
    touched = [*journal]
    touched[place] = replace(journal[place], entry=changed(journal[place].entry, what))

    broken = verify(touched, head(journal))

    assert broken is not None
    assert broken.seq == journal[place].seq


@settings(max_examples=200, deadline=None)
@given(JOURNALS, st.integers(0, 11))
def test_a_removed_entry_is_missed_at_its_place(journal: list[ChainedEntry], at: int) -> None:
    place = at % len(journal)

    broken = verify(journal[:place] + journal[place + 1 :], head(journal))

    assert broken is not None
    assert broken.seq == journal[place].seq


@settings(max_examples=200, deadline=None)
@given(JOURNALS, st.integers(0, 11), st.integers(0, 11))
def test_swapped_entries_are_found_at_the_first_of_them(journal: list[ChainedEntry], one: int, other: int) -> None:
    first, second = sorted((one % len(journal), other % len(journal)))
    assume(first != second and journal[first].entry != journal[second].entry)
    touched = [*journal]
    touched[first] = replace(journal[first], entry=journal[second].entry)
    touched[second] = replace(journal[second], entry=journal[first].entry)

    broken = verify(touched, head(journal))

    assert broken is not None
    assert broken.seq == journal[first].seq


@settings(max_examples=100, deadline=None)
@given(JOURNALS, st.integers(0, 4))
def test_a_rewrite_with_new_hashes_is_found_by_the_head_that_is_kept_apart(
    journal: list[ChainedEntry], what: int
) -> None:
    rewritten = chain([changed(journal[0].entry, what), *(one.entry for one in journal[1:])], 0, None)

    assert verify(rewritten) is None
    assert verify(rewritten, head(journal)) is not None
