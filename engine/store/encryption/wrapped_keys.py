"""Reads the keys of a database, wrapped as they are kept, on connections of its own.

A key is often needed while a row is being read on another connection. What is read here is committed: a key that was
just made is in the keyring of who made it, and nobody else can see what it encrypts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Engine, LargeBinary, Select, bindparam, select, type_coerce
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engine.store.encryption.keyring import DESTROYED
from engine.store.encryption.owners import is_case, key_of
from engine.store.faults import translated
from engine.store.rows import table_of
from engine.store.tables.instances import Instance
from engine.store.tables.keys import DataKey, Encryption

_KEY = table_of(DataKey)
_INSTANCE = table_of(Instance)
_STATE = table_of(Encryption)
_OF_OTHERS: Final = select(_KEY.c.wrapped).where(_KEY.c.owner == bindparam("whose"))
_OF_CASE: Final = select(type_coerce(_INSTANCE.c.case_key, LargeBinary)).where(_INSTANCE.c.id == bindparam("whose"))


class WrappedKeys:
    """The keys of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, owner: str) -> bytes | None:
        """The wrapped key of an owner; DESTROYED where it was, None where there never was one. Raises Unavailable."""
        statement, key = (_OF_CASE, key_of(owner)) if is_case(owner) else (_OF_OTHERS, owner)
        found = self._read(statement, {"whose": key})
        if not found:
            return None
        return DESTROYED if found[0] is None else bytes(found[0])

    def state(self) -> str:
        """How far the database is encrypted. Raises Unavailable."""
        return str(self._read(select(_STATE.c.state).where(_STATE.c.id == 1))[0])

    def masters(self) -> frozenset[str]:
        """The names of the master keys that wrap something. Raises Unavailable."""
        return frozenset(self._read(select(_KEY.c.master).where(_KEY.c.wrapped.is_not(None)).distinct()))

    def _read(self, statement: Select[Any], values: Mapping[str, str] | None = None) -> Sequence[Any]:
        try:
            return self._scalars(statement, values)
        except DBAPIError as failed:
            if not failed.connection_invalidated:
                raise translated(failed) from failed
        # The pool held a connection to a server that was started anew meanwhile.
        try:
            return self._scalars(statement, values)
        except SQLAlchemyError as failed:
            raise translated(failed) from failed

    def _scalars(self, statement: Select[Any], values: Mapping[str, str] | None) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement, values).scalars().all()
