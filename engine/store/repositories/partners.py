"""Circuit breakers of one transaction. A partner that answers has no row."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, bindparam, delete, select, update

from engine.casework.partner import Partner
from engine.store.rows import columns_of, insert_into, plain, table_of, taken
from engine.store.tables import partners as tables

PARTNER = table_of(tables.Partner)
PARTNER_COLUMNS = columns_of(tables.Partner)
_LOCK = select(*PARTNER_COLUMNS).where(PARTNER.c.name == bindparam("key")).with_for_update()
_SAVE = (
    update(PARTNER)
    .where(PARTNER.c.name == bindparam("key"))
    .values({one.name: bindparam(f"new_{one.name}") for one in fields(Partner) if one.name != "name"})
)
_FORGET = delete(PARTNER).where(PARTNER.c.name == bindparam("key"))


class Partners:
    """Partners that failed lately."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, name: str) -> Partner | None:
        """What is known of a partner, kept from all others; None when it has not failed."""
        row = self._connection.execute(_LOCK, {"key": name}).first()
        return None if row is None else Partner(**taken(PARTNER_COLUMNS, row))

    def lock_or_begin(self, fresh: Partner) -> Partner:
        """The same; where nothing is known, `fresh` is kept first. Two may begin at once: the second waits here."""
        begin = insert_into(PARTNER, self._connection).on_conflict_do_nothing()
        self._connection.execute(begin, plain(fresh))
        found = self.lock(fresh.name)
        assert found is not None
        return found

    def save(self, partner: Partner) -> None:
        """Keep a partner as it is now; it must be locked."""
        row = {f"new_{name}": value for name, value in plain(partner).items() if name != "name"}
        self._connection.execute(_SAVE, {"key": partner.name, **row})

    def forget(self, name: str) -> bool:
        """A partner answers again; gives whether anything was known of it."""
        return self._connection.execute(_FORGET, {"key": name}).rowcount == 1
