"""Personal data that versions before kept in clear, and that are being encrypted; of one transaction.

Rows are found by what they hold, so that whoever was killed goes on where she was. Each is locked, read and written
again as it is: what reads and writes it meanwhile waits, or was before.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, Table, Text, and_, func, or_, select, type_coerce, update

from engine.casework.retention import RecordState
from engine.store.encryption import owners
from engine.store.encryption.columns import EncryptedBytes, keyring_of, personal_columns, protected
from engine.store.encryption.envelope import PREFIX
from engine.store.rows import table_of
from engine.store.tables import (
    accounts,
    cases,
    evidence,
    files,
    instances,
    jobs,
    messages,
    metadata,
    notices,
    organisation,
    partners,
    payments,
    prefill,
    tasks,
)

_INSTANCE: Final = table_of(instances.Instance)
_CASE: Final = table_of(cases.Case)
_EVIDENCE: Final = table_of(cases.Evidence)
_ACCOUNT: Final = table_of(accounts.Account)
_CONTACT: Final = table_of(notices.Contact)
_PREFILL: Final = table_of(prefill.Prefill)
_PREFILL_ANSWER: Final = table_of(prefill.PrefillAnswer)
_OF_PERSONS: Final = {
    table_of(model).name: table_of(model)
    for model in (
        accounts.Account,
        notices.Contact,
        accounts.KeptAnswer,
        prefill.PrefillAnswer,
        evidence.LookupAnswer,
        files.Attachment,
        organisation.Mandate,
        notices.Notice,
        notices.Delivery,
        messages.BufferedMessage,
        partners.Exchange,
        payments.Refund,
        jobs.Job,
    )
}
OF_PERSONS: Final = tuple(_OF_PERSONS)
"""Tables with rows that no instance stands behind, or that are not its own."""
OF_INSTANCES: Final = tuple(
    table_of(model)
    for model in (
        cases.Case,
        instances.Activity,
        tasks.Task,
        jobs.Job,
        notices.Notice,
        notices.Delivery,
        payments.Payment,
        evidence.LookupAnswer,
    )
)
"""Tables whose rows name their instance."""
_INDEXED: Final = {"account": ("pin", "pin_index"), "contact": ("mail", "mail_index")}


class ClearValues:
    """Clear values of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def encrypt_rows(self, name: str, most: int) -> int:
        """Encrypt the clear values in so many rows of a table of OF_PERSONS; gives of how many."""
        table = _OF_PERSONS[name]
        return self._write_again(table, _has_clear(table), most)

    def instances_without_key(self, after: str, most: int) -> list[str]:
        """Instances that were begun by a version before, in the order of their keys; not those that were erased."""
        erased = select(_CASE.c.id).where(
            _CASE.c.instance_id == _INSTANCE.c.id, _CASE.c.record == str(RecordState.erased)
        )
        statement = select(_INSTANCE.c.id).where(
            _INSTANCE.c.case_key.is_(None), _INSTANCE.c.id > after, ~erased.exists()
        )
        return list(self._connection.execute(statement.order_by(_INSTANCE.c.id).limit(most)).scalars())

    def encrypt_instance(self, instance_id: str) -> None:
        """Give an instance its key, and encrypt all that is kept of it and of its case."""
        lock = select(_INSTANCE.c.case_key).where(_INSTANCE.c.id == instance_id).with_for_update()
        row = self._connection.execute(lock).first()
        if row is None or row[0] is not None:
            return
        whose = select(_CASE.c.id, _CASE.c.applicant).where(_CASE.c.instance_id == instance_id)
        case = self._connection.execute(whose).first()
        parent = owners.person(case.applicant) if case is not None else owners.INSTALLATION
        # Should this transaction fail, its key is made again: nobody else in this process works on old instances.
        key = keyring_of(self._connection).make_under(parent, owners.case(instance_id))
        this = _INSTANCE.c.id == instance_id
        self._connection.execute(update(_INSTANCE).where(this).values(case_key=key))
        self._write_again(_INSTANCE, this)
        for table in OF_INSTANCES:
            self._write_again(table, table.c.instance_id == instance_id)
        if case is not None:
            self._write_again(_EVIDENCE, _EVIDENCE.c.case_id == case.id, owner=owners.case(instance_id))

    def left(self) -> dict[str, int]:
        """How many rows of which tables hold clear values."""
        found = {}
        for table in metadata.sorted_tables:
            if personal_columns(table):
                counted = select(func.count()).select_from(table).where(_has_clear(table))
                number = int(self._connection.execute(counted).scalar_one())
                if number:
                    found[table.name] = number
        return found

    def _write_again(
        self, table: Table, wanted: ColumnElement[bool], most: int | None = None, *, owner: str | None = None
    ) -> int:
        keys = list(table.primary_key.columns)
        statement = select(table).where(wanted).order_by(*keys).limit(most).with_for_update()
        rows = [dict(row._mapping) for row in self._connection.execute(statement)]
        for row in rows:
            written = protected(table, row, owner=owner or self._owner(table, row))
            changed = {name: written[name] for name in personal_columns(table)}
            if table.name in _INDEXED:
                column, index = _INDEXED[table.name]
                place = f"{table.name}.{column}"
                changed[index] = keyring_of(self._connection).index_of(place, row[column])
            this = and_(*(column == row[column.name] for column in keys))
            self._connection.execute(update(table).where(this).values(changed))
        return len(rows)

    def _owner(self, table: Table, row: dict[str, Any]) -> str | None:
        """Whose a row is that does not say so itself; None when it does."""
        if table is _PREFILL_ANSWER:
            whose = select(_PREFILL.c.account_id).where(_PREFILL.c.id == row["prefill_id"])
            account = self._connection.execute(whose).scalar()
            return owners.INSTALLATION if account is None else owners.person(account)
        return None


def _has_clear(table: Table) -> ColumnElement[bool]:
    return or_(*(_is_clear(table.c[name]) for name in personal_columns(table)))


def _is_clear(column: ColumnElement[Any]) -> ColumnElement[bool]:
    if isinstance(column.type, EncryptedBytes):
        plain = type_coerce(column, LargeBinary)
        return and_(plain.is_not(None), func.substr(plain, 1, len(PREFIX)) != PREFIX.encode())
    text = type_coerce(column, Text)
    return and_(text.is_not(None), text != "", text.not_like(f"{PREFIX}%"))
