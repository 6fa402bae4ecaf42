"""What a database says when it cannot, in the words of `engine.errors`."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import Invalid, OnewindowError, Refused, Unavailable

_GIVE_WAY: Final = frozenset({"40001", "40P01"})
"""SQLSTATE: serialisation failure, deadlock."""
_IN_VAIN: Final = "55P03"
"""SQLSTATE: a lock was waited for in vain."""
_IN_USE: Final = frozenset({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
_REFERENCE: Final = frozenset({"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"})
_NONE_CHANGED: Final = "22012"
"""SQLSTATE: division by zero. Only `sent_together.sure` divides."""
_LOCKED: Final = frozenset({_IN_VAIN, "SQLITE_BUSY", "SQLITE_LOCKED"})
_NO_TABLE: Final = re.compile(r"no such (table|column)")
_FULL: Final = ("database or disk is full", "No space left on device", "disk I/O error", "could not extend file")
"""SQLite's words and PostgreSQL's, also where a quota is spent rather than the disk."""


class AlreadyExists(Refused):
    """A row with the same unique value stands there already."""

    code = "already-exists"

    def __init__(self, constraint: str, table: str = "") -> None:
        super().__init__(
            "Something with the same name or key exists already.",
            remedy="Read it, or choose another name.",
            constraint=constraint,
            table=table,
        )


class BrokenReference(Refused):
    """A row names another one that is not there, or is still named by others."""

    code = "broken-reference"

    def __init__(self) -> None:
        super().__init__(
            "Something named here is not there, or is still in use by others.", remedy="Check the identifiers."
        )


class ValueRefused(Invalid):
    """A value does not fit its place: too long, out of range, or with a character that cannot be kept."""

    code = "value-refused"

    def __init__(self) -> None:
        super().__init__(
            "A value cannot be kept: it is missing, too long, out of range, or has a NUL character.",
            remedy="Shorten the names and texts sent, and send no control characters.",
        )


class StaleVersion(Refused):
    """The row was changed since it was read."""

    code = "stale-version"

    def __init__(self, kind: str, key: str = "") -> None:
        named = f"{kind} {key}".rstrip()
        super().__init__(f"The {named} was changed by somebody else meanwhile.", remedy="Read it again, then repeat.")


class DatabaseUnavailable(Unavailable):
    """The database does not answer, is locked, or its disk is full."""

    code = "database-unavailable"


def is_worth_repeating(error: BaseException) -> bool:
    """Whether the same transaction may succeed at once.

    It may when the database only gave way to another transaction, and when a connection from the pool turned out to be
    dead before the commit: the pool makes a new one. A commit without an answer is not repeated: it may have happened.
    It may also when a lock was waited for in vain: the repeat lets go of the locks it held itself, for which whoever
    holds that one may be waiting. On SQLite nobody holds anything before his turn, so there is nothing to let go of.
    """
    cause = error.__cause__
    if not isinstance(cause, DBAPIError):
        return False
    if _code(cause) in _GIVE_WAY or waited_in_vain(error):
        return True
    return cause.connection_invalidated and cause.statement is not None


def waited_in_vain(error: BaseException) -> bool:
    """Whether PostgreSQL did not get a lock in time."""
    return isinstance(error.__cause__, DBAPIError) and _code(error.__cause__) == _IN_VAIN


def translated(error: SQLAlchemyError) -> OnewindowError:
    """Our error for one of SQLAlchemy's; says nothing of statements or values."""
    if isinstance(error, PoolTimeout):
        return DatabaseUnavailable("All connections to the database are in use.", retry_after_seconds=2)
    if not isinstance(error, DBAPIError):
        refused = getattr(error, "orig", None)
        if isinstance(refused, OnewindowError):
            return refused  # of our own types, while a value was made ready
        # A value that could not even be sent, such as a text of half a character.
        is_value = isinstance(getattr(error, "orig", None), ValueError | TypeError)
        return ValueRefused() if is_value else DatabaseUnavailable("The database does not answer.")
    code, text = _code(error), str(error.orig)
    if code == _NONE_CHANGED:
        return StaleVersion("instance")
    if isinstance(error, IntegrityError | DataError):
        if code in _IN_USE:
            return AlreadyExists(*_constraint(error))
        return BrokenReference() if code in _REFERENCE else ValueRefused()
    if any(sign in text for sign in _FULL):
        return DatabaseUnavailable(
            "The disk of the database is full.",
            retry_after_seconds=60,
            remedy="Tell the operator; nothing was changed.",
        )
    if code in _LOCKED or "locked" in text:
        return DatabaseUnavailable("The database is locked by somebody else.", retry_after_seconds=2)
    if code == "42P01" or _NO_TABLE.match(text):
        return DatabaseUnavailable(
            "The database lacks a table of this version.", retry_after_seconds=30, remedy="Run onewindow migrate."
        )
    return DatabaseUnavailable("The database does not answer.", retry_after_seconds=5)


def _code(error: DBAPIError) -> str:
    """SQLSTATE on PostgreSQL, the name of the result code on SQLite."""
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or "")


def _constraint(error: DBAPIError) -> tuple[str, str]:
    """The constraint and its table; SQLite does not tell the name, but the columns."""
    named = getattr(error.orig, "diag", None)
    if named is not None:
        return str(named.constraint_name), str(named.table_name)
    columns = str(error.orig).rpartition(": ")[2]
    return columns, columns.partition(".")[0]
