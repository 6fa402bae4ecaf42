"""Brings a database's tables to a version and tells which one it has.

Several nodes may start at once: one migrates, the others wait (an advisory lock on PostgreSQL, the writers' queue of
the file on SQLite). A migration runs in one transaction on both databases: killed in the middle, it did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from engine.store.faults import translated
from engine.store.tables import metadata
from engine.store.writer_queue import WriterQueue

_ADVISORY_LOCK: Final = 0x6F6E6577
_LONGEST_WAIT_SECONDS: Final = 600.0
"""So long a node waits while another one migrates an SQLite database."""


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate forward, by default to the newest version. Safe to repeat. Raises Unavailable."""
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Migrate back to a version; `base` is an empty database. Raises Unavailable."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def current_revision(connection: Connection) -> str | None:
    """The version of the database's tables; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The version this program needs."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def known_revisions() -> tuple[str, ...]:
    """All versions this program knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def at_head(url: str) -> bool:
    """Whether the tables have the version this program needs. Raises Unavailable."""
    file = _file_of(url)
    if file is not None and not file.exists():
        return False
    with _connected(url) as connection:
        return current_revision(connection) == newest_revision()


def differences(url: str) -> list[Any]:
    """Where a migrated database and the declared tables differ; must be empty."""
    with _connected(url) as connection:
        parts = partitions(connection)

        def is_declared(name: str | None, kind: str, _parents: object) -> bool:
            return kind != "table" or name not in parts

        context = MigrationContext.configure(connection, opts={"include_name": is_declared})
        return list(compare_metadata(context, metadata))


def partitions(connection: Connection) -> frozenset[str]:
    """Tables that are parts of others (migration 0015); none on SQLite."""
    if connection.dialect.name != "postgresql":
        return frozenset()
    return frozenset(
        connection.execute(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")).scalars()
    )


def _migrate(url: str, act: Callable[[Config], None]) -> None:
    with _connected(url, to_write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        config = _config()
        config.attributes["connection"] = connection
        act(config)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    return config


@contextmanager
def _connected(url: str, *, to_write: bool = False) -> Iterator[Connection]:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, poolclass=NullPool)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        if to_write and (file := _file_of(url)) is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
            stack.enter_context(WriterQueue(f"{file}.writer", _LONGEST_WAIT_SECONDS).turn())
        try:
            yield stack.enter_context(engine.connect())
        except SQLAlchemyError as failed:
            raise translated(failed) from failed


def _file_of(url: str) -> Path | None:
    """The file of an SQLite database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _prepare(connection: Any, _record: object) -> None:
    # Python's driver would commit before each CREATE TABLE, and a killed migration would be half done.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
