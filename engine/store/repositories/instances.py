"""Process instances under lock, and their history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from engine.errors import NotFound
from engine.store.encryption import owners
from engine.store.encryption.columns import Personal, keyring_of, protected
from engine.store.faults import StaleVersion
from engine.store.lanes import COUNTED, Lanes
from engine.store.records import InstanceRecord, Visit, VisitEnd
from engine.store.rows import columns_of, of_variables, plain, table_of, taken, to_case
from engine.store.sent_together import SENT_TOGETHER, sure
from engine.store.tables.cases import Case
from engine.store.tables.instances import Activity, Instance

INSTANCE = table_of(Instance)
_ACTIVITY = table_of(Activity)
CASE = table_of(Case)
INSTANCE_COLUMNS = columns_of(Instance, "variables")
CASE_COLUMNS = columns_of(Case)

_SEEN = INSTANCE.alias("seen")
LOCKED = [*INSTANCE_COLUMNS, *CASE_COLUMNS, _SEEN.c.version]
"""What is read with a lock: the instance, the case behind it, and the version that a reader without a lock sees."""
WITH_CASE = INSTANCE.join(_SEEN, _SEEN.c.id == INSTANCE.c.id).outerjoin(CASE, CASE.c.id == INSTANCE.c.case_id)
VERSION_AT = INSTANCE_COLUMNS.index(INSTANCE.c.version)
"""Where the version of the locked row stands in `LOCKED`; that which a reader sees stands last."""

_LOCK = select(*LOCKED).select_from(WITH_CASE).where(INSTANCE.c.id == bindparam("key")).with_for_update(of=INSTANCE)
_SAVE = (
    update(INSTANCE)
    .where(INSTANCE.c.id == bindparam("key"), INSTANCE.c.version == bindparam("seen"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("state", "version", "snapshot", "waits", "visits", "journal_seq", "journal_hash", "ended_at")
        }
    )
    .execution_options(**COUNTED)
)
_SAVE_ALL = _SAVE.values(variables=bindparam("new_variables"))
_SURE_SAVE, _SURE_SAVE_ALL = sure(_SAVE), sure(_SAVE_ALL)
_ADD = insert(INSTANCE).execution_options(**SENT_TOGETHER)
_ADD_VISIT = insert(_ACTIVITY).execution_options(**SENT_TOGETHER)
_END_VISIT = (
    update(_ACTIVITY)
    .where(_ACTIVITY.c.instance_id == bindparam("key"), _ACTIVITY.c.visit == bindparam("number"))
    .values(
        ended_at=bindparam("at"),
        outcome=bindparam("end"),
        detail=func.coalesce(bindparam("more", type_=_ACTIVITY.c.detail.type), _ACTIVITY.c.detail),
    )
    .execution_options(**SENT_TOGETHER)
)


def locked_row(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> Row[Any] | None:
    """The row of a statement that selects `LOCKED` first, as it is once the lock is held.

    PostgreSQL gives a reader that waited for a lock the locked rows as they are now, but the rows joined to them, here
    the case, as they were before the wait (its manual, 13.2.1). Then the statement is asked again, under the lock.
    """
    row = connection.execute(statement, values).first()
    if row is not None and row[VERSION_AT] != row[len(LOCKED) - 1]:
        row = connection.execute(statement, values).first()
    return row


def locked_record(row: Sequence[Any]) -> InstanceRecord:
    """The instance, with its case, of a row that begins with the columns `LOCKED`."""
    said = taken(INSTANCE_COLUMNS, row)
    waits = json.loads(said.pop("waits") or "{}")
    record = InstanceRecord(**said, waits={int(wait): kind for wait, kind in waits.items()})
    if record.case_id is not None:
        record.case = to_case(taken(CASE_COLUMNS, row, len(INSTANCE_COLUMNS)))
    return record


class Instances:
    """Instances and visits of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Lanes count for themselves, several saves at once.
        self._checks_itself = connection.dialect.name == "postgresql" and not isinstance(connection, Lanes)

    def lock(self, instance_id: str) -> InstanceRecord:
        """The instance, kept from all others until the transaction ends. Raises NotFound."""
        row = locked_row(self._connection, _LOCK, {"key": instance_id})
        if row is None:
            raise NotFound.of("instance", instance_id)
        return locked_record(row)

    def add(self, record: InstanceRecord, variables: Mapping[str, Any]) -> None:
        """Keep a new instance with the variables of its process scope."""
        self.give_key(record)
        row = {**plain(record), "waits": _waits_text(record), "variables": of_variables(variables)}
        del row["case"]
        self._connection.execute(_ADD, protected(INSTANCE, row))

    def give_key(self, record: InstanceRecord) -> None:
        """Make the key of a new instance, before anything of it is written; it is kept with the instance."""
        keyring = keyring_of(self._connection)
        if record.case_key is None and keyring.encrypts:
            parent = owners.person(record.case.applicant) if record.case else owners.INSTALLATION
            record.case_key = keyring.make_under(parent, owners.case(record.id))

    def save(self, record: InstanceRecord, variables: Mapping[str, Any] | None = None) -> None:
        """Keep the instance as it is now, one version on; `variables` are kept when given.

        Raises StaleVersion: at once, or on PostgreSQL with the next statement that waits or at the end.
        """
        values = {
            "key": record.id,
            "seen": record.version,
            "new_state": record.state,
            "new_version": record.version + 1,
            "new_snapshot": _personal(record.snapshot, record.id),
            "new_waits": _waits_text(record),
            "new_visits": record.visits,
            "new_journal_seq": record.journal_seq,
            "new_journal_hash": record.journal_hash,
            "new_ended_at": record.ended_at,
        }
        if variables is not None:
            values["new_variables"] = _personal(of_variables(variables), record.id)
        if self._checks_itself:
            self._connection.execute(_SURE_SAVE if variables is None else _SURE_SAVE_ALL, values)
        elif self._connection.execute(_SAVE if variables is None else _SAVE_ALL, values).rowcount != 1:
            raise StaleVersion("instance", record.id)
        record.version += 1

    def add_visits(self, instance_id: str, visits: Sequence[Visit]) -> None:
        """Write the visits that began in a step."""
        if visits:
            rows = [protected(_ACTIVITY, {"instance_id": instance_id, **plain(visit)}) for visit in visits]
            self._connection.execute(_ADD_VISIT, rows)

    def end_visits(self, instance_id: str, ends: Sequence[VisitEnd]) -> None:
        """Write the ends of visits that began in earlier steps."""
        if ends:
            owner = owners.case(instance_id)
            self._connection.execute(
                _END_VISIT,
                [
                    {
                        "key": instance_id,
                        "number": one.visit,
                        "at": one.at,
                        "end": one.outcome,
                        "more": one.detail and Personal(one.detail, owner, f"{instance_id}:{one.visit}"),
                    }
                    for one in ends
                ],
            )


def _personal(value: Any, instance_id: str) -> Personal | None:
    return None if value is None else Personal(value, owners.case(instance_id), instance_id)


def _waits_text(record: InstanceRecord) -> str | None:
    return json.dumps(record.waits, separators=(",", ":")) if record.waits else None
