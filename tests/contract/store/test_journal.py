"""The journal as it is stored: chains hold, whoever writes at the same time."""

from __future__ import annotations

from sqlalchemy import select

from engine.audit import Broken, ChainedEntry, Entry, verify
from engine.store.database import Database
from engine.store.rows import table_of
from engine.store.tables.journal import JournalEntry, JournalHead
from tests.builders.a_task import NOW
from tests.builders.an_instance import started
from tests.builders.threads import at_once

_ENTRY, _HEAD = table_of(JournalEntry), table_of(JournalHead)


def an_entry(action: str = "task.completed", **detail: object) -> Entry:
    return Entry(at=NOW, actor="system", action=action, subject="x-1", detail=detail)


def chain_of(database: Database, name: str) -> list[ChainedEntry]:
    with database.read() as reading:
        rows = reading.execute(select(_ENTRY).where(_ENTRY.c.chain == name).order_by(_ENTRY.c.seq)).all()
    return [
        ChainedEntry(
            row.seq,
            Entry(at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail or {}),
            row.hash,
        )
        for row in rows
    ]


def head_of(database: Database, name: str) -> tuple[int, bytes]:
    with database.read() as reading:
        row = reading.execute(select(_HEAD).where(_HEAD.c.chain == name)).one()
    return row.seq, row.hash


def test_entries_come_back_so_that_their_chain_holds(database: Database) -> None:
    with database.work() as work:
        record = started(work)
        work.journal.append(record, [an_entry(), an_entry("a", b=[1, True, None, {"ə": "🚗"}])])
        work.journal.append(record, [])
        work.journal.append(record, [an_entry("c")])
        work.instances.save(record)

    found = chain_of(database, record.id)
    assert [one.entry.action for one in found] == ["task.completed", "a", "c"]
    with database.work() as work:
        kept = work.instances.lock(record.id)
    assert verify(found, (kept.journal_seq, kept.journal_hash)) is None


def test_chain_of_an_instance_holds_when_eight_write_at_once(database: Database) -> None:
    with database.work() as work:
        record = started(work)

    def write(one: int) -> None:
        for turn in range(5):
            with database.work() as work:
                locked = work.instances.lock(record.id)
                work.journal.append(locked, [an_entry(by=one, turn=turn), an_entry()])
                work.instances.save(locked)

    at_once(8, write)

    with database.work() as work:
        kept = work.instances.lock(record.id)
    assert kept.journal_seq == 80
    assert verify(chain_of(database, record.id), (80, kept.journal_hash)) is None


def test_chain_without_an_instance_holds_when_eight_begin_it_at_once(database: Database) -> None:
    def write(one: int) -> None:
        for turn in range(5):
            with database.work() as work:
                work.journal.append_to("deployments", [an_entry(by=one, turn=turn)])

    at_once(8, write)

    assert head_of(database, "deployments")[0] == 40
    assert verify(chain_of(database, "deployments"), head_of(database, "deployments")) is None


def test_nothing_to_write_begins_no_chain(database: Database) -> None:
    with database.work() as work:
        work.journal.append_to("deployments", [])

    with database.read() as reading:
        assert reading.execute(select(_HEAD)).all() == []


def test_entry_changed_in_the_database_is_found(database: Database) -> None:
    with database.work() as work:
        work.journal.append_to("deployments", [an_entry(), an_entry(), an_entry()])
    with database.engines[0].begin() as intruder:
        intruder.execute(_ENTRY.update().where(_ENTRY.c.seq == 2).values(actor="nobody"))

    found = verify(chain_of(database, "deployments"), head_of(database, "deployments"))

    assert isinstance(found, Broken)
    assert found.seq == 2
