"""Migrations go forward, back and forward, happen whole or not at all, and may be begun by many at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, create_engine, inspect, text

from engine.store.migrate import at_head, differences, downgrade, known_revisions, partitions, upgrade
from engine.store.tables import metadata

HOUSE = Path(__file__).parents[3]

UPGRADE = "import sys; from engine.store.migrate import upgrade; upgrade(sys.argv[1])"
DIES_IN_THE_MIDDLE = """
import os, signal, sys
from sqlalchemy import Engine, event
from engine.store.migrate import upgrade

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if "CREATE TABLE task" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(sys.argv[1])
"""


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = set(inspect(connection).get_table_names()) - partitions(connection)
    engine.dispose()
    return found


def begun(program: str, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, url], cwd=HOUSE)


def test_migrated_database_is_what_the_tables_declare(database_url: str) -> None:
    assert differences(database_url) == []
    assert tables(database_url) == {*metadata.tables, "alembic_version"}


def test_migrations_go_up_down_and_up(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    downgrade(empty_database_url, "base")
    left = tables(empty_database_url)
    upgrade(empty_database_url)

    assert left == {"alembic_version"}
    assert (at_head(empty_database_url), differences(empty_database_url)) == (True, [])


def a_row(table: Table) -> dict[str, object]:
    """A row without a null: every key is the same, so that references between tables hold."""

    def value(column: Column[Any]) -> object:
        plain = getattr(column.type, "impl_instance", column.type)
        if isinstance(plain, Boolean):
            return True
        if isinstance(plain, Integer):
            return 1
        return b"1" if isinstance(plain, LargeBinary) else "1"

    return {column.name: value(column) for column in table.columns}


def filled(url: str) -> dict[str, int]:
    """A row in every table that has none; gives the number of rows of each."""
    empty = {name for name, number in rows(url).items() if not number}
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in [one for one in metadata.sorted_tables if one.name in empty]:
            row = a_row(table)
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'), row)
    engine.dispose()
    return rows(url)


def rows(url: str) -> dict[str, int]:
    """The number of rows of each table that there is."""
    there = tables(url) - {"alembic_version"}
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in there}
    engine.dispose()
    return found


def test_rows_in_every_table_do_not_stop_a_migration_there_or_back(database_url: str) -> None:
    before = filled(database_url)
    assert set(before) == set(metadata.tables)
    assert min(before.values()) >= 1

    # back, step by step: what is still there keeps its rows
    for revision in sorted(known_revisions(), reverse=True)[1:]:
        downgrade(database_url, revision)
        left = rows(database_url)
        assert {name: before[name] for name in left if name in before} == {
            name: number for name, number in left.items() if name in before
        }, revision
    first = rows(database_url)

    # and forth again, with the rows that the first version had
    upgrade(database_url)
    assert (at_head(database_url), differences(database_url)) == (True, [])
    assert {name: rows(database_url)[name] for name in first} == first


def test_upgrade_is_safe_to_repeat(database_url: str) -> None:
    upgrade(database_url)

    assert at_head(database_url)


def test_empty_database_is_not_at_head_and_asking_makes_none(tmp_path: Path, empty_database_url: str) -> None:
    assert not at_head(empty_database_url)
    assert not at_head(f"sqlite:///{tmp_path / 'none' / 'at-all.db'}")
    assert list(tmp_path.glob("*")) == []


def test_killed_migration_leaves_nothing_and_the_next_one_succeeds(empty_database_url: str) -> None:
    killed = begun(DIES_IN_THE_MIDDLE, empty_database_url)
    killed.wait()
    left = tables(empty_database_url)

    upgrade(empty_database_url)

    assert (killed.returncode, left) == (-signal.SIGKILL, set())
    assert (at_head(empty_database_url), differences(empty_database_url)) == (True, [])


def test_nodes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    nodes = [begun(UPGRADE, empty_database_url) for _ in range(3)]

    assert [node.wait() for node in nodes] == [0, 0, 0]
    assert (at_head(empty_database_url), differences(empty_database_url)) == (True, [])
