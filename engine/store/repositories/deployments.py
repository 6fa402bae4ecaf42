"""Deployed files and definitions, of one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_

from engine.errors import NotFound
from engine.store.locks import DEPLOYMENTS, lock_name
from engine.store.records import DefinitionRecord, StartRecord
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.tables import deployments as tables

_RESOURCE = table_of(tables.Resource)
_DEPLOYMENT = table_of(tables.Deployment)
DEFINITION = table_of(tables.Definition)
DEFINITION_COLUMNS = columns_of(tables.Definition)
_START = table_of(tables.StartSubscription)
_START_COLUMNS = columns_of(tables.StartSubscription)
_NEWEST = (
    select(*DEFINITION_COLUMNS)
    .where(DEFINITION.c.kind == bindparam("of_kind"), DEFINITION.c.key == bindparam("of_key"))
    .order_by(DEFINITION.c.version.desc())
    .limit(1)
)


def checksum_of(content: bytes) -> str:
    """Under what name a file's content is kept: SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


class Deployments:
    """Deployments of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], DefinitionRecord]:
        """The newest version of each (kind, key) that was deployed before.

        Until the transaction ends, nobody else gets an answer: two who deploy the same at once do so one by one.
        """
        if not keys:
            return {}
        lock_name(self._connection, DEPLOYMENTS, "")
        wanted = tuple_(DEFINITION.c.kind, DEFINITION.c.key)
        newest = (
            select(DEFINITION.c.kind, DEFINITION.c.key, func.max(DEFINITION.c.version).label("version"))
            .where(wanted.in_(list(keys)))
            .group_by(DEFINITION.c.kind, DEFINITION.c.key)
            .subquery()
        )
        statement = select(*DEFINITION_COLUMNS).join(
            newest,
            (DEFINITION.c.kind == newest.c.kind)
            & (DEFINITION.c.key == newest.c.key)
            & (DEFINITION.c.version == newest.c.version),
        )
        found = [DefinitionRecord(**taken(DEFINITION_COLUMNS, row)) for row in self._connection.execute(statement)]
        return {(one.kind, one.key): one for one in found}

    def add(
        self,
        deployment_id: str,
        created_at: datetime,
        created_by: str,
        definitions: Sequence[DefinitionRecord],
        contents: Mapping[str, bytes],
    ) -> None:
        """Keep a deployment: its definitions, and the contents by checksum that are not kept yet."""
        self._connection.execute(
            insert(_DEPLOYMENT), {"id": deployment_id, "created_at": created_at, "created_by": created_by}
        )
        if contents:
            known = set(
                self._connection.execute(
                    select(_RESOURCE.c.checksum).where(_RESOURCE.c.checksum.in_(list(contents)))
                ).scalars()
            )
            fresh = [{"checksum": name, "content": body} for name, body in contents.items() if name not in known]
            if fresh:
                self._connection.execute(insert_into(_RESOURCE, self._connection).on_conflict_do_nothing(), fresh)
        if definitions:
            self._connection.execute(insert(DEFINITION), [plain(one) for one in definitions])

    def replace_starts(self, process_ids: Collection[str], starts: Sequence[StartRecord]) -> None:
        """Let only the newest versions of these processes be started by messages, signals and timers."""
        if process_ids:
            self._connection.execute(delete(_START).where(_START.c.process_id.in_(list(process_ids))))
        if starts:
            self._connection.execute(insert(_START), [plain(one) for one in starts])

    def starts(self, kind: str, name: str) -> list[StartRecord]:
        """Start events that wait for a message or signal of this name."""
        statement = select(*_START_COLUMNS).where(_START.c.kind == kind, _START.c.name == name)
        return [StartRecord(**taken(_START_COLUMNS, row)) for row in self._connection.execute(statement)]

    def start_of(self, process_id: str, element_id: str) -> StartRecord | None:
        """The start event named, when the newest version still has it."""
        statement = select(*_START_COLUMNS).where(_START.c.process_id == process_id, _START.c.element_id == element_id)
        row = self._connection.execute(statement).first()
        return StartRecord(**taken(_START_COLUMNS, row)) if row else None

    def definition(self, definition_id: str) -> DefinitionRecord:
        """A definition by its key. Raises NotFound."""
        return definition(self._connection, definition_id)

    def find(
        self, kind: str, key: str, *, version: int | None = None, version_tag: str | None = None
    ) -> DefinitionRecord:
        """A definition by what models call it: the newest, or of a version or tag. Raises NotFound."""
        return find_definition(self._connection, kind, key, version=version, version_tag=version_tag)

    def of_deployment(self, deployment_id: str, kind: str, key: str) -> DefinitionRecord | None:
        """The definition of this key that was deployed together with others, when there is one."""
        statement = select(*DEFINITION_COLUMNS).where(
            DEFINITION.c.deployment_id == deployment_id, DEFINITION.c.kind == kind, DEFINITION.c.key == key
        )
        row = self._connection.execute(statement).first()
        return DefinitionRecord(**taken(DEFINITION_COLUMNS, row)) if row else None

    def content(self, checksum: str) -> bytes:
        """The bytes of a deployed file. Raises NotFound."""
        return content(self._connection, checksum)


def definition(connection: Connection, definition_id: str) -> DefinitionRecord:
    """A definition by its key. Raises NotFound."""
    row = connection.execute(select(*DEFINITION_COLUMNS).where(DEFINITION.c.id == definition_id)).first()
    if row is None:
        raise NotFound.of("definition", definition_id)
    return DefinitionRecord(**taken(DEFINITION_COLUMNS, row))


def find_definition(
    connection: Connection, kind: str, key: str, *, version: int | None = None, version_tag: str | None = None
) -> DefinitionRecord:
    """The newest definition of a kind and key, or the one of a version or tag. Raises NotFound."""
    statement = _NEWEST
    if version is not None:
        statement = statement.where(DEFINITION.c.version == version)
    if version_tag is not None:
        statement = statement.where(DEFINITION.c.version_tag == version_tag)
    row = connection.execute(statement, {"of_kind": kind, "of_key": key}).first()
    if row is None:
        raise NotFound.of(kind, key)
    return DefinitionRecord(**taken(DEFINITION_COLUMNS, row))


def content(connection: Connection, checksum: str) -> bytes:
    """The bytes of a deployed file. Raises NotFound."""
    found = connection.execute(select(_RESOURCE.c.content).where(_RESOURCE.c.checksum == checksum)).scalar()
    if found is None:
        raise NotFound.of("file", checksum)
    return bytes(found)
