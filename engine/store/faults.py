"""What a database says when it cannot, in the words of `engine.errors`."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import OnewindowError, Refused, Unavailable

_GIVE_WAY: Final = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATE: serialisation failure, deadlock, lock not available."""
_FULL: Final = ("database or disk is full", "No space left on device", "disk I/O error")


class AlreadyExists(Refused):
    """A row with the same unique value stands there already."""

    code = "already-exists"

    def __init__(self, constraint: str) -> None:
        super().__init__(
            "Something with the same name or key exists already.",
            remedy="Read it, or choose another name.",
            constraint=constraint,
        )


class StaleVersion(Refused):
    """The row was changed since it was read."""

    code = "stale-version"

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(
            f"The {kind} {key} was changed by somebody else meanwhile.", remedy="Read it again, then repeat."
        )


class DatabaseUnavailable(Unavailable):
    """The database does not answer, is locked, or its disk is full."""

    code = "database-unavailable"


def is_worth_repeating(error: BaseException) -> bool:
    """Whether the same transaction may succeed at once: the database only gave way to another one."""
    cause = error.__cause__
    return isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) in _GIVE_WAY


def translated(error: SQLAlchemyError) -> OnewindowError:
    """Our error for one of SQLAlchemy's; says nothing of statements or values."""
    if isinstance(error, IntegrityError):
        return AlreadyExists(_constraint(error))
    if isinstance(error, PoolTimeout):
        return DatabaseUnavailable("All connections to the database are in use.", retry_after_seconds=2)
    text = str(getattr(error, "orig", error))
    if any(sign in text for sign in _FULL):
        return DatabaseUnavailable(
            "The disk of the database is full.",
            retry_after_seconds=60,
            remedy="Tell the operator; nothing was changed.",
        )
    if "locked" in text or "busy" in text:
        return DatabaseUnavailable("The database is locked by somebody else.", retry_after_seconds=2)
    return DatabaseUnavailable("The database does not answer.", retry_after_seconds=5)


def _constraint(error: IntegrityError) -> str:
    """Name of the constraint on PostgreSQL; the columns on SQLite, which does not tell the name."""
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return str(named) if named else str(error.orig).rpartition(": ")[2]
