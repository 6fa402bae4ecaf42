"""Whether the database is sound: its files, its indexes, its references (fault matrix, invariant I7). Reads only.

SQLite checks its whole file. On PostgreSQL the extension `amcheck` compares tables and indexes where an administrator
has installed it (`CREATE EXTENSION amcheck`); without it, every table is read to its end and counted over its index.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from engine.errors import Unavailable
from engine.store.consistent import consistent_view
from engine.store.faults import translated

Damage = tuple[str, str]
"""The table or index, and what is wrong with it."""

_MOST: Final = 100
_INVALID = text(
    "SELECT indexrelid::regclass::text AS name FROM pg_index"
    " JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = current_schema() AND NOT (indisvalid AND indisready AND indislive) ORDER BY 1"
)
_TABLES = text(
    "SELECT quote_ident(relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = current_schema() AND relkind = 'r' ORDER BY 1"
)
_HAS_AMCHECK = text(
    "SELECT 1 WHERE has_function_privilege(to_regprocedure('bt_index_check(regclass, boolean)'), 'EXECUTE')"
    " AND has_function_privilege("
    "to_regprocedure('verify_heapam(regclass, boolean, boolean, text, bigint, bigint)'), 'EXECUTE')"
)
_HEAPS = text(
    "SELECT relname AS name, found.msg FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " CROSS JOIN LATERAL verify_heapam(pg_class.oid) AS found"
    " WHERE nspname = current_schema() AND relkind = 'r' LIMIT 100"
)
_TREES: Final = (
    " FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid JOIN pg_am ON pg_am.oid = relam"
    " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = current_schema() AND relkind = 'i' AND amname = 'btree' AND indisvalid"
)
_CHECK_TREES = text(f"SELECT bt_index_check(pg_class.oid, true) {_TREES}")
_NAMES_OF_TREES = text(f"SELECT relname {_TREES} ORDER BY relname")
_CHECK_TREE = text("SELECT bt_index_check(CAST(:name AS regclass), true)")
_BY_TABLE: Final = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
_BY_INDEX: Final = ("enable_seqscan",)


def damages(url: str) -> Iterator[Damage]:
    """What is damaged, table by table. Raises Unavailable when the database does not answer at all."""
    try:
        with consistent_view(url) as connection:
            found = list(_of_sqlite(connection) if connection.dialect.name == "sqlite" else _of_postgresql(connection))
    except Unavailable as failed:
        if not isinstance(failed.__cause__, DBAPIError) or failed.__cause__.connection_invalidated:
            raise
        found = [("database", f"It cannot be read to its end: {failed.__cause__.orig}.")]
    yield from found


def _of_sqlite(connection: Connection) -> Iterator[Damage]:
    for (message,) in connection.execute(text(f"PRAGMA integrity_check({_MOST})")):
        if message != "ok":
            yield "database", str(message)
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")).fetchmany(_MOST):
        yield str(table), f"Row {row} names a row of {parent} that is not there."


def _of_postgresql(connection: Connection) -> Iterator[Damage]:
    for (name,) in connection.execute(_INVALID):
        yield name, "The index is not valid: rows are not found by it."
    yield from _by_amcheck(connection) if connection.execute(_HAS_AMCHECK).first() else _by_counting(connection)


def _by_amcheck(connection: Connection) -> Iterator[Damage]:
    for name, message in connection.execute(_HEAPS):
        yield name, str(message)
    if _fault(connection, _CHECK_TREES) is None:
        return
    for (name,) in connection.execute(_NAMES_OF_TREES).all():
        message = _fault(connection, _CHECK_TREE, name=name)
        if message is not None:
            yield name, message


def _fault(connection: Connection, check: Any, **values: str) -> str | None:
    """What a check raises, None when it raises nothing; the transaction goes on. Raises Unavailable."""
    try:
        with connection.begin_nested():
            connection.execute(check, values)
    except DBAPIError as found:
        if found.connection_invalidated:
            raise translated(found) from found
        return str(found.orig).partition("\n")[0]
    return None


def _by_counting(connection: Connection) -> Iterator[Damage]:
    tables = [name for (name,) in connection.execute(_TABLES)]
    by_table, by_index = _counts(connection, tables, _BY_TABLE), _counts(connection, tables, _BY_INDEX)
    for table in tables:
        if by_table[table] != by_index[table]:
            yield table, f"It has {by_table[table]} rows, and its index finds {by_index[table]}."


def _counts(connection: Connection, tables: list[str], without: tuple[str, ...]) -> dict[str, int]:
    """Rows of each table, read without some ways of reading."""
    counted = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)  # noqa: S608 (quoted)
    with connection.begin_nested() as alone:
        for way in without:
            connection.execute(text(f"SET LOCAL {way} = off"))
        found = {name: int(number) for name, number in connection.execute(text(counted))} if tables else {}
        alone.rollback()
    return found
