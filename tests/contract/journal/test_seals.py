"""Seals: they follow one another, hold every head that moved, and any change of what they hold is named."""

from __future__ import annotations

import json
import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from engine.audit import (
    Seal,
    SealKey,
    SignedSeal,
    UnreadableSeal,
    holds_consistency,
    inclusion_path,
    plan_consistency,
    plan_inclusion,
)
from engine.audit.merkle import consistency_path, holds_inclusion
from engine.runtime.seal_journal import seal_journal
from engine.runtime.verify_journal import JournalReport, verify_journal
from engine.store.consistent import consistent_view
from engine.store.queries.seals import leaf_over, leaves, path_of
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running, a_runtime
from tests.builders.a_tampering import KINDS, rewrite_under
from tests.builders.threads import at_once
from tests.contract.journal.conftest import decide


def rules(report: JournalReport) -> set[str]:
    """Which rules do not hold."""
    return {finding.rule for finding in report.findings}


def verified(office: Running, key: SealKey, *against: SignedSeal) -> JournalReport:
    """The report of a check."""
    return verify_journal(office.runtime.database.url, [key.verifier], against)


def test_seals_hold_what_moved_and_follow_one_another(office: Running, key: SealKey) -> None:
    (first,) = seal_journal(office.runtime, key)
    assert seal_journal(office.runtime, key) == []
    decide(office, 2)
    (second,) = seal_journal(office.runtime, key)

    assert (first.seal.number, second.seal.number) == (1, 2)
    assert first.holds(key.verifier)
    with consistent_view(office.runtime.database.url) as connection:
        hashes = [head.leaf for _, head in leaves(connection)]
    proof = consistency_path(hashes, first.seal.size)
    assert len(hashes) == second.seal.size
    assert holds_consistency(first.seal.size, second.seal.size, first.seal.root, second.seal.root, proof)
    report = verified(office, key, first, second)
    assert report.findings == []
    assert (report.seals, report.chains) == (2, 7)
    with office.runtime.database.read() as connection:
        assert path_of(connection, plan_consistency(first.seal.size, second.seal.size)) == proof
        for place in range(len(hashes)):
            kept = path_of(connection, plan_inclusion(place, second.seal.size))
            assert kept == inclusion_path(hashes, place)


def test_an_entry_is_proved_to_be_under_a_seal(office: Running, key: SealKey) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    instance = office.rows("SELECT id FROM instance ORDER BY id")[0]["id"]
    with consistent_view(office.runtime.database.url) as connection:
        hashes = [head.leaf for _, head in leaves(connection)]
        found = leaf_over(connection, instance, 1)
    assert found is not None
    place, head = found
    assert head.chain == instance
    assert holds_inclusion(head.leaf, place, sealed.seal.size, inclusion_path(hashes, place), sealed.seal.root)


def test_workers_that_seal_at_once_keep_one_interval(office: Running, key: SealKey) -> None:
    made = at_once(4, lambda _: seal_journal(office.runtime, key, unless_within=timedelta(hours=1)))
    assert sum(len(seals) for seals in made) == 1
    decide(office, 1)
    assert seal_journal(office.runtime, key, unless_within=timedelta(hours=1)) == []
    office.clock.advance(timedelta(hours=1))
    assert len(seal_journal(office.runtime, key, unless_within=timedelta(hours=1))) == 1
    assert verified(office, key).findings == []


def test_the_journal_may_grow_after_a_seal(office: Running, key: SealKey) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    decide(office, 2)
    assert verified(office, key, sealed).findings == []


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_changes_the_database_is_told_on(office: Running, key: SealKey, kind: str) -> None:
    seal_journal(office.runtime, key)
    decide(office, 1)
    seal_journal(office.runtime, key)
    with office.runtime.database.work() as work:
        KINDS[kind](work.reading, random.Random(7))
    assert verified(office, key).findings != [], kind


def test_whoever_holds_the_key_too_is_told_on_by_a_seal_outside(office: Running, key: SealKey) -> None:
    (outside,) = seal_journal(office.runtime, key)
    with office.runtime.database.work() as work:
        rewrite_under(key)(work.reading, random.Random(7))

    assert verified(office, key).findings == [], "inside all agrees"
    assert rules(verified(office, key, outside)) == {"outside"}


def test_a_seal_of_somebody_else_or_changed_is_no_seal(office: Running, key: SealKey) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    other = sealed.seal.signed_by(SealKey.made())
    changed = SignedSeal(Seal(number=1, at=sealed.seal.at, size=1, root=sealed.seal.root), sealed.key, sealed.signature)
    assert [one.message for one in verified(office, key, other).findings] == [
        f"It is signed with the key {other.key}, which was not given."
    ]
    assert "Its signature does not hold." in [one.message for one in verified(office, key, changed).findings]


def test_a_seal_is_read_back_from_its_file_and_nothing_else_is(office: Running, key: SealKey) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    text = json.dumps(sealed.to_json()).encode()
    assert SignedSeal.read(text) == sealed
    for wrong in (
        b"",
        b"{}",
        b"[]",
        text.replace(b'"size": ', b'"size": -'),
        text.replace(b'"onewindow_seal": 1', b'"x": 1'),
    ):
        with pytest.raises(UnreadableSeal):
            SignedSeal.read(wrong)


TAMPERINGS = int(os.environ.get("ONEWINDOW_SOAK_TAMPERINGS", "100"))
"""`make soak` does a thousand."""


def test_random_tamperings_are_all_named(migrated_sqlite_file: Path, key: SealKey, tmp_path: Path) -> None:
    untouched, copy = tmp_path / "untouched.db", tmp_path / "copy.db"
    shutil.copy(migrated_sqlite_file, untouched)
    office = a_runtime(f"sqlite:///{untouched}")
    office.deploy(a_process("permit").start().user_task("check", queue=QUEUE).user_task("sign", queue=QUEUE).end())
    for _ in range(3):
        decide(office, 3)
        seal_journal(office.runtime, key)
    office.close()
    kinds, draw = list(KINDS), random.Random(2026)
    for number in range(TAMPERINGS):
        shutil.copy(untouched, copy)
        kind = kinds[number % len(kinds)]
        _tamper(f"sqlite:///{copy}", kind, draw)
        report = verify_journal(f"sqlite:///{copy}", [key.verifier])
        assert report.findings != [], f"{kind}, number {number}"


def _tamper(url: str, kind: str, draw: random.Random) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        assert isinstance(connection, Connection)
        KINDS[kind](connection, draw)
    engine.dispose()


def test_many_entries_are_sealed_before_the_interval_is_over(office: Running, key: SealKey) -> None:
    hour = timedelta(hours=1)
    decide(office, 2)
    seal_journal(office.runtime, key)
    with office.runtime.database.work() as work:
        assert work.seals.moved_entries() == 0
    decide(office, 2)
    with office.runtime.database.work() as work:
        waiting = work.seals.moved_entries()

    assert waiting > 1
    assert seal_journal(office.runtime, key, unless_within=hour, most_unsealed=waiting + 1) == []
    assert len(seal_journal(office.runtime, key, unless_within=hour, most_unsealed=waiting)) == 1
