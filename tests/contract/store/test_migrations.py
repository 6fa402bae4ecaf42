"""Migrations go forward, back and forward, happen whole or not at all, and may be begun by many at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, inspect

from engine.store.migrate import at_head, differences, downgrade, partitions, upgrade
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
