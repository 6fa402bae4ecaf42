"""The outbox and the events of one transaction.

Events get their places one transaction at a time: who makes them holds the row of the feed. Entries are taken out of
the outbox one by one and never by a range: a transaction with a smaller position may commit later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.casework.event import Event
from engine.errors import NotFound
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import webhooks as tables
from engine.store.tables.cases import Case
from engine.store.tables.deployments import Definition
from engine.store.tables.instances import Instance
from engine.store.tables.journal import JournalEntry

EVENT = table_of(tables.Event)
EVENT_COLUMNS = columns_of(tables.Event)
OUTBOX = table_of(tables.Outbox)
_FEED = table_of(tables.EventFeed)
_ENTRY = table_of(JournalEntry)
_INSTANCE = table_of(Instance)
_CASE = table_of(Case)
_DEFINITION = table_of(Definition)
_HOLD: Final = select(_FEED.c.position).where(_FEED.c.id == 1).with_for_update(skip_locked=True)
_MOVE = update(_FEED).where(_FEED.c.id == 1).values(position=bindparam("last")).execution_options(**SENT_TOGETHER)
_ENTRIES = (
    select(OUTBOX.c.position, _ENTRY.c.chain, _ENTRY.c.at, _ENTRY.c.action, _ENTRY.c.subject, _ENTRY.c.detail)
    .join(_ENTRY, (_ENTRY.c.chain == OUTBOX.c.chain) & (_ENTRY.c.seq == OUTBOX.c.seq))
    .order_by(OUTBOX.c.position)
    .limit(bindparam("most"))
)
_TAKE_OUT = (
    delete(OUTBOX)
    .where(OUTBOX.c.position.in_(bindparam("positions", expanding=True)))
    .execution_options(**SENT_TOGETHER)
)
_PLACES = (
    select(
        _INSTANCE.c.id, _INSTANCE.c.case_id, _CASE.c.number, _CASE.c.agency, _CASE.c.service_key, _DEFINITION.c.agency
    )
    .outerjoin(_CASE, _CASE.c.id == _INSTANCE.c.case_id)
    .outerjoin(_DEFINITION, _DEFINITION.c.id == _INSTANCE.c.definition_id)
    .where(_INSTANCE.c.id.in_(bindparam("keys", expanding=True)))
)
_PLACES_OF_CASES = select(_CASE.c.id, _CASE.c.instance_id, _CASE.c.number, _CASE.c.agency, _CASE.c.service_key).where(
    _CASE.c.id.in_(bindparam("keys", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """An entry of the journal that no event was made of yet."""

    position: int
    chain: str
    at: datetime
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlace:
    """Where something happened."""

    instance_id: str | None = None
    case_id: str | None = None
    case_number: str | None = None
    agency: str | None = None
    service: str | None = None


class Events:
    """Outbox and events of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold_feed(self) -> int | None:
        """The last place given to an event, kept from all others; None when somebody else makes events just now."""
        found = self._connection.execute(_HOLD).scalar()
        return None if found is None else int(found)

    def lock_feed(self) -> int:
        """The same, waiting for whoever has it."""
        found = self._connection.execute(select(_FEED.c.position).where(_FEED.c.id == 1).with_for_update())
        return int(found.scalar_one())

    def move_feed(self, last: int) -> None:
        """Keep the last place given; the feed must be held."""
        self._connection.execute(_MOVE, {"last": last})

    def entries(self, most: int) -> list[OutboxEntry]:
        """The first entries of the outbox."""
        rows = self._connection.execute(_ENTRIES, {"most": most})
        return [
            OutboxEntry(
                position=row.position,
                chain=row.chain,
                at=row.at,
                action=row.action,
                subject=row.subject,
                detail=row.detail or {},
            )
            for row in rows
        ]

    def take_out(self, entries: Sequence[OutboxEntry]) -> None:
        """Remove entries from the outbox."""
        if entries:
            self._connection.execute(_TAKE_OUT, {"positions": [one.position for one in entries]})

    def places_of_instances(self, keys: Collection[str]) -> dict[str, EventPlace]:
        """Case, agency and service behind instances, by key of the instance."""
        rows = self._connection.execute(_PLACES, {"keys": sorted(keys)}) if keys else ()
        return {
            row[0]: EventPlace(
                instance_id=row[0], case_id=row[1], case_number=row[2], agency=row[3] or row[5], service=row[4]
            )
            for row in rows
        }

    def places_of_cases(self, keys: Collection[str]) -> dict[str, EventPlace]:
        """The same by key of the case."""
        rows = self._connection.execute(_PLACES_OF_CASES, {"keys": sorted(keys)}) if keys else ()
        return {
            row[0]: EventPlace(case_id=row[0], instance_id=row[1], case_number=row[2], agency=row[3], service=row[4])
            for row in rows
        }

    def add_many(self, events: Sequence[Event]) -> None:
        """Keep new events; the feed must be held."""
        if events:
            rows = [plain(event) for event in events]
            self._connection.execute(insert(EVENT).execution_options(**SENT_TOGETHER), rows)

    def read(self, event_id: str) -> Event:
        """An event. Raises NotFound."""
        row = self._connection.execute(select(*EVENT_COLUMNS).where(EVENT.c.id == event_id)).first()
        if row is None:
            raise NotFound.of("event", event_id)
        return to_event(taken(EVENT_COLUMNS, row))

    def later(
        self, position: int, most: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Event]:
        """The events after a place, in order; only those that happened from `since` and before `until`."""
        statement = select(*EVENT_COLUMNS).where(EVENT.c.position > position)
        if since is not None:
            statement = statement.where(EVENT.c.at >= since)
        if until is not None:
            statement = statement.where(EVENT.c.at < until)
        rows = self._connection.execute(statement.order_by(EVENT.c.position).limit(most))
        return [to_event(taken(EVENT_COLUMNS, row)) for row in rows]


def to_event(row: Mapping[str, Any]) -> Event:
    """An event of its row."""
    return Event(**{**row, "carried": row["carried"] or {}})
