"""All rows of a database as files and back, on one consistent view, whichever database it is.

A table is a gzipped file of JSON lines: the names of the columns first, then a list of values a row, bytes as base64.
What was written from SQLite may be read into PostgreSQL, so that one machine can become several nodes. The tables of
both must be at the same version.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Boolean, Column, Connection, LargeBinary, Table, func, select, text, union_all

from engine.audit import SealedHead, root_of
from engine.errors import Invalid, Refused
from engine.store.consistent import alone, consistent_view
from engine.store.migrate import current_revision
from engine.store.rows import table_of
from engine.store.tables import instances, journal, metadata

_PAGE: Final = 2_000
_LONGEST_LINE: Final = 400_000_000
_SEQUENCE: Final = "outbox_position"
_FILLED_BY_MIGRATION: Final = frozenset({"encryption", "event_feed", "sealing"})
_COMPRESSION: Final = 1


class BackupUnreadable(Invalid):
    """A file of a backup is damaged, or of another version."""

    code = "backup-unreadable"


class NotEmpty(Refused):
    """The database has rows already: a backup is only ever read into an empty one."""

    code = "database-not-empty"


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table as it was written."""

    table: str
    rows: int
    sha256: str
    """Of the file, in hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """A database as it was written."""

    revision: str
    """Version of its tables."""
    tables: tuple[TableFile, ...]
    heads: str
    """Root of the tree over the heads of all chains of the journal, in hexadecimal digits (`engine.audit.merkle`)."""


def dump_database(url: str, folder: Path) -> Dumped:
    """Write every table into a folder, as all were at one moment; others may read and write meanwhile.

    Raises Unavailable.
    """
    with consistent_view(url) as connection:
        revision = current_revision(connection)
        if revision is None:
            raise Refused("The database has no tables.", remedy="Run onewindow migrate.")
        files = tuple(_dump(connection, table, folder) for table in metadata.sorted_tables)
        return Dumped(revision, files, heads_of(connection))


def load_database(url: str, folder: Path, dumped: Dumped) -> None:
    """Read every table of a folder into an empty database at the same version, all or nothing.

    Raises BackupUnreadable, NotEmpty, Unavailable.
    """
    with alone(url) as connection:
        if current_revision(connection) != dumped.revision:
            raise BackupUnreadable(
                f"The backup is of version {dumped.revision}, the tables are of {current_revision(connection)}.",
                remedy=f"Migrate to {dumped.revision} first.",
            )
        tables = {table.name: table for table in metadata.sorted_tables}
        for table in tables.values():
            if (
                table.name not in _FILLED_BY_MIGRATION
                and connection.execute(select(func.count()).select_from(table)).scalar_one()
            ):
                raise NotEmpty(f"The table {table.name} has rows already.", remedy="Name an empty database.")
        _pause_triggers(connection, on=False)
        for file in dumped.tables:
            if file.table not in tables:
                raise BackupUnreadable(f"There is no table {file.table:.60}.", remedy="Use the version that wrote it.")
            _load(connection, tables[file.table], folder, file)
        _pause_triggers(connection, on=True)
        if heads_of(connection) != dumped.heads:
            raise BackupUnreadable(
                "The journal that was read is not the one that was written.",
                remedy="Do not use this backup; take another one.",
            )


def heads_of(connection: Connection) -> str:
    """The root over where every chain of the journal stands."""
    instance, head = table_of(instances.Instance), table_of(journal.JournalHead)
    both = union_all(
        select(instance.c.id, instance.c.journal_seq, instance.c.journal_hash).where(instance.c.journal_seq > 0),
        select(head.c.chain, head.c.seq, head.c.hash),
    ).subquery()
    rows = connection.execution_options(yield_per=_PAGE).execute(select(both).order_by(text("1")))
    return root_of(SealedHead(chain, seq, bytes(hash_)).leaf for chain, seq, hash_ in rows).hex()


def file_of(folder: Path, table: str) -> Path:
    """Where a table stands."""
    return folder / f"{table}.jsonl.gz"


def checksum_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _dump(connection: Connection, table: Table, folder: Path) -> TableFile:
    path, count = file_of(folder, table.name), 0
    binary = [_is_binary(column) for column in table.columns]
    boolean = [isinstance(column.type, Boolean) for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with gzip.open(path, "wt", compresslevel=_COMPRESSION, encoding="utf-8") as out:
        out.write(json.dumps([column.name for column in table.columns]) + "\n")
        # As the driver gives them: what types of ours make of a value is nobody's matter here.
        rows = connection.execution_options(yield_per=_PAGE).execute(text(f'SELECT {names} FROM "{table.name}"'))  # noqa: S608
        for row in rows:
            values = [
                base64.b64encode(bytes(value)).decode()
                if is_bytes and value is not None
                else (bool(value) if is_truth and value is not None else value)
                for value, is_bytes, is_truth in zip(row, binary, boolean, strict=True)
            ]
            out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return TableFile(table.name, count, checksum_of(path))


def _load(connection: Connection, table: Table, folder: Path, file: TableFile) -> None:
    path = file_of(folder, file.table)
    if not path.is_file() or checksum_of(path) != file.sha256:
        raise BackupUnreadable(
            f"{path.name} is missing, or is not what was written.", remedy="Take another backup, or repair its files."
        )
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        names = json.loads(lines.readline(_LONGEST_LINE))
        if set(names) != {column.name for column in table.columns}:
            raise BackupUnreadable(f"The columns of {table.name} are others.", remedy="Use the version that wrote it.")
        if table.name in _FILLED_BY_MIGRATION:
            connection.execute(table.delete())
        binary = [_is_binary(table.columns[name]) for name in names]
        count = _insert(connection, table, names, _rows(lines, binary))
    if count != file.rows:
        raise BackupUnreadable(
            f"{path.name} has {count} rows, {file.rows} were written.", remedy="Take another backup."
        )


def _rows(lines: IO[str], binary: Sequence[bool]) -> Iterator[list[Any]]:
    for line in lines:
        yield [
            base64.b64decode(value) if is_bytes and value is not None else value
            for value, is_bytes in zip(json.loads(line), binary, strict=True)
        ]


def _insert(connection: Connection, table: Table, names: Sequence[str], rows: Iterator[list[Any]]) -> int:
    quoted = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    count = 0
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
                    count += 1
        else:
            marks = ", ".join("?" * len(names))
            page: list[list[Any]] = []
            for row in rows:
                page.append(row)
                count += 1
                if len(page) == _PAGE:
                    cursor.executemany(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', page)  # noqa: S608
                    page.clear()
            cursor.executemany(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', page)  # noqa: S608
    finally:
        cursor.close()
    return count


def _is_binary(column: Column[Any]) -> bool:
    return isinstance(getattr(column.type, "impl_instance", column.type), LargeBinary)


def _pause_triggers(connection: Connection, *, on: bool) -> None:
    """Entries that are only read back are no news: the outbox is read too. Its numbers go on where they were.

    The trigger of SQLite looks for subscriptions, which are read after the journal, so that it stays still by itself.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.execute(text(f"ALTER TABLE journal_entry {'ENABLE' if on else 'DISABLE'} TRIGGER USER"))
    if on:
        last = "(SELECT coalesce(max(position), 0) + 1 FROM outbox)"
        connection.execute(text(f"SELECT setval('{_SEQUENCE}', {last}, false)"))
