"""Notices, their deliveries, and contacts of persons, of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.casework.contact import Channel, Contact
from engine.casework.notice import Appointment, Delivery, DeliveryState, Notice
from engine.errors import NotFound
from engine.identity import new_key
from engine.store.encryption.columns import keyring_of, protected
from engine.store.encryption.owners import owner_by
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import notices as tables

CONTACT = table_of(tables.Contact)
CONTACT_COLUMNS = columns_of(tables.Contact, "mail_index")
NOTICE = table_of(tables.Notice)
NOTICE_COLUMNS = columns_of(tables.Notice)
DELIVERY = table_of(tables.Delivery)
DELIVERY_COLUMNS = columns_of(tables.Delivery)

_CHANGED: Final = ("state", "partner_id", "code", "reason", "sent_at", "ended_at")
_CONTACT_OF = select(*CONTACT_COLUMNS).where(CONTACT.c.account_id == bindparam("account"))
_READ = select(*NOTICE_COLUMNS).where(NOTICE.c.id == bindparam("key"))
_READ_DELIVERY = select(*DELIVERY_COLUMNS).where(DELIVERY.c.id == bindparam("key"))
_LOCK_DELIVERY = _READ_DELIVERY.with_for_update()
_SAVE_DELIVERY = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
    .execution_options(**SENT_TOGETHER)
)
_MARK = (
    update(NOTICE)
    .where(NOTICE.c.id == bindparam("key"), NOTICE.c.recipient == bindparam("account"), NOTICE.c.read_at.is_(None))
    .values(read_at=bindparam("now"))
)


class Notices:
    """Notices of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contact_of(self, account_id: str) -> Contact | None:
        """Where an account may be reached; None when it never said."""
        row = self._connection.execute(_CONTACT_OF, {"account": account_id}).first()
        return Contact(**taken(CONTACT_COLUMNS, row)) if row else None

    def contacts_of(self, account_ids: Collection[str]) -> dict[str, Contact]:
        """The same of several, by account."""
        statement = select(*CONTACT_COLUMNS).where(CONTACT.c.account_id.in_(sorted(account_ids)))
        found = [Contact(**taken(CONTACT_COLUMNS, row)) for row in self._connection.execute(statement)]
        return {contact.account_id: contact for contact in found}

    def keep_contact(self, contact: Contact) -> None:
        """Keep where an account may be reached, in place of what it said before."""
        index = keyring_of(self._connection).index_of("contact.mail", contact.mail)
        row = protected(CONTACT, {**plain(contact), "mail_index": index})
        statement = (
            insert_into(CONTACT, self._connection)
            .values(**row)
            .on_conflict_do_update(
                index_elements=["account_id"],
                set_={name: value for name, value in row.items() if name != "account_id"},
            )
            .execution_options(**SENT_TOGETHER)
        )
        self._connection.execute(statement)

    def forget_contact(self, account_id: str) -> None:
        """Forget where an account may be reached."""
        self._connection.execute(delete(CONTACT).where(CONTACT.c.account_id == account_id))

    def add(self, notice: Notice, deliveries: Sequence[Delivery]) -> None:
        """Keep a new notice and its deliveries. Raises AlreadyExists when its job has one."""
        self._connection.execute(insert(NOTICE).execution_options(**SENT_TOGETHER), of_notice(notice))
        if deliveries:
            owner = owner_by(tables.RECIPIENT, plain(notice))
            rows = [protected(DELIVERY, of_delivery(delivery), owner=owner) for delivery in deliveries]
            self._connection.execute(insert(DELIVERY).execution_options(**SENT_TOGETHER), rows)

    def read(self, notice_id: str) -> Notice:
        """A notice, without a lock. Raises NotFound."""
        row = self._connection.execute(_READ, {"key": notice_id}).first()
        if row is None:
            raise NotFound.of("notice", notice_id)
        return to_notice(taken(NOTICE_COLUMNS, row))

    def read_delivery(self, delivery_id: str) -> Delivery:
        """A delivery, without a lock. Raises NotFound."""
        return self._delivery(_READ_DELIVERY, delivery_id)

    def lock_delivery(self, delivery_id: str) -> Delivery:
        """A delivery, kept from all others until the transaction ends. Raises NotFound."""
        return self._delivery(_LOCK_DELIVERY, delivery_id)

    def save_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery as it is now; it must be locked."""
        row = of_delivery(delivery)
        self._connection.execute(
            _SAVE_DELIVERY, {"key": delivery.id, **{f"new_{name}": row[name] for name in _CHANGED}}
        )

    def mark_read(self, notice_id: str, account_id: str, at: datetime) -> bool:
        """Note that the recipient read it; gives whether it was unread until now."""
        said = {"key": notice_id, "account": account_id, "now": at}
        return self._connection.execute(_MARK, said).rowcount == 1

    def forget_of_accounts(self, before: datetime) -> int:
        """Remove notices of no case that are older than a moment, and their deliveries; gives how many notices.

        Those of a case go with its record.
        """
        key = new_key(int(before.timestamp() * 1_000))
        self._connection.execute(delete(DELIVERY).where(DELIVERY.c.case_id == "", DELIVERY.c.id < key))
        return self._connection.execute(delete(NOTICE).where(NOTICE.c.case_id == "", NOTICE.c.id < key)).rowcount

    def _delivery(self, statement: Any, delivery_id: str) -> Delivery:
        row = self._connection.execute(statement, {"key": delivery_id}).first()
        if row is None:
            raise NotFound.of("delivery", delivery_id)
        return to_delivery(taken(DELIVERY_COLUMNS, row))


def to_notice(row: Mapping[str, Any]) -> Notice:
    """A notice of its row."""
    kept = row["appointment"]
    return Notice(**{**row, "appointment": Appointment.from_json(kept) if kept else None})


def of_notice(notice: Notice) -> dict[str, Any]:
    """The row of a notice."""
    row = {**plain(notice), "appointment": notice.appointment.to_json() if notice.appointment else None}
    return protected(NOTICE, row)


def to_delivery(row: Mapping[str, Any]) -> Delivery:
    """A delivery of its row."""
    return Delivery(**{**row, "channel": Channel(row["channel"]), "state": DeliveryState(row["state"])})


def of_delivery(delivery: Delivery) -> dict[str, Any]:
    """The row of a delivery."""
    return {**plain(delivery), "channel": str(delivery.channel), "state": str(delivery.state)}
