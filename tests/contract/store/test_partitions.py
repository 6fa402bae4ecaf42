"""On PostgreSQL history and journal lie in parts by their key (migration 0015); all else of them is as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from engine.store.migrate import differences, downgrade, partitions, upgrade
from tests.builders.databases import ON_POSTGRESQL

TABLES = ["activity", "journal_entry"]
ENTRY = (
    "INSERT INTO journal_entry (chain, seq, at, actor, action, subject, hash) "
    "SELECT 'chain-' || number, 1, 0, 'system', 'act', 'subject', '\\x00' FROM generate_series(1, 400) AS number"
)
VISIT = (
    "INSERT INTO activity (instance_id, visit, element_id, element_type, entered_at) "
    "SELECT lpad(number::text, 26, '0'), 1, 'e', 'userTask', 0 FROM generate_series(1, 400) AS number"
)
SUBSCRIBER = (
    "INSERT INTO webhook_subscription (id, name, url, state, reason, secret, failures, dead_in_a_row, available_at, "
    "created_by, created_at, changed_at, version) VALUES ('s', 's', 'u', 'active', '', '', 0, 0, 0, 'x', 0, 0, 1)"
)
PLAN = "EXPLAIN (COSTS OFF) SELECT * FROM {} WHERE {} = '00000000000000000000000007'"
KEYS = {"activity": "instance_id", "journal_entry": "chain"}


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """Of a migrated database."""
    with connected(database_url) as made:
        yield made


def connected(url: str) -> Connection:
    """A connection that keeps none in a pool."""
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def spread(connection: Connection, table: str) -> list[int]:
    """How many rows lie in each part."""
    return list(connection.execute(text(f"SELECT count(*) FROM {table} GROUP BY tableoid ORDER BY tableoid")).scalars())


@ON_POSTGRESQL
def test_rows_are_spread_over_sixteen_parts(connection: Connection) -> None:
    connection.execute(text(ENTRY))
    connection.execute(text(VISIT))

    assert len(partitions(connection)) == 32
    for table in TABLES:
        assert len(spread(connection, table)) == 16
        assert sum(spread(connection, table)) == 400


@ON_POSTGRESQL
@pytest.mark.parametrize("table", TABLES)
def test_who_names_the_key_asks_one_part(connection: Connection, table: str) -> None:
    plan = "\n".join(connection.execute(text(PLAN.format(table, KEYS[table]))).scalars())

    assert plan.count(f"{table}_p") >= 1
    assert "Append" not in plan


@ON_POSTGRESQL
def test_what_is_written_to_the_journal_goes_to_the_outbox_once_and_in_order(connection: Connection) -> None:
    connection.execute(text(SUBSCRIBER))
    connection.execute(text(ENTRY))

    assert connection.execute(text("SELECT count(*), count(DISTINCT position) FROM outbox")).one() == (400, 400)


@pytest.mark.postgresql
@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_rows_rights_and_triggers_of_an_older_database_are_kept_there_and_back(empty_database_url: str) -> None:
    # given a database of before, with rows, a subscriber and somebody who may read
    upgrade(empty_database_url, "0014")
    before = connected(empty_database_url)
    for statement in (ENTRY, VISIT, SUBSCRIBER, "GRANT SELECT ON journal_entry TO PUBLIC"):
        before.execute(text(statement))

    # when it goes forward, back and forward
    seen = []
    for move in (upgrade, lambda url: downgrade(url, "0014"), upgrade):
        move(empty_database_url)
        seen.append(
            (
                [sum(spread(before, table)) for table in TABLES],
                before.execute(text("SELECT count(*) FROM outbox")).scalar_one(),
                before.execute(text("SELECT has_table_privilege('public', 'journal_entry', 'SELECT')")).scalar_one(),
                len(partitions(before)),
            )
        )

    # then all is as it was, nothing counts as new, and acts go to the outbox as before
    assert seen == [([400, 400], 0, True, 32), ([400, 400], 0, True, 0), ([400, 400], 0, True, 32)]
    before.execute(text(ENTRY.replace("'chain-'", "'other-'")))
    assert before.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 400
    before.close()
    assert differences(empty_database_url) == []
