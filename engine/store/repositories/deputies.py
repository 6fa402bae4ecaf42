"""Absences and deputies of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from engine.casework.deputy import Absence, AbsenceKind, Deputyship
from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.tables import organisation as tables

_ABSENCE = table_of(tables.Absence)
_ABSENCE_COLUMNS = columns_of(tables.Absence)
_DEPUTYSHIP = table_of(tables.Deputyship)
_COLUMNS = columns_of(tables.Deputyship)
_QUEUE = table_of(tables.DeputyQueue)


class Deputies:
    """Absences and deputies of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_absence(self, absence: Absence) -> None:
        """Keep a new absence."""
        row = plain(absence)
        row["account_id"] = row.pop("account")
        self._connection.execute(insert(_ABSENCE), {**row, "kind": str(absence.kind)})

    def absence(self, absence_id: str) -> Absence:
        """An absence. Raises NotFound."""
        row = self._connection.execute(
            select(*_ABSENCE_COLUMNS).where(_ABSENCE.c.id == absence_id).with_for_update()
        ).first()
        if row is None:
            raise NotFound.of("absence", absence_id)
        return _absence(row)

    def end_absence(self, absence: Absence) -> None:
        """Keep when somebody is back."""
        self._connection.execute(update(_ABSENCE).where(_ABSENCE.c.id == absence.id).values(until_at=absence.until_at))

    def absences(self, agency: str, since: datetime) -> list[Absence]:
        """Absences of an agency that are not over at a moment, the first one first; at most 1,000."""
        statement = (
            select(*_ABSENCE_COLUMNS)
            .where(_ABSENCE.c.agency == agency, or_(_ABSENCE.c.until_at.is_(None), _ABSENCE.c.until_at > since))
            .order_by(_ABSENCE.c.from_at, _ABSENCE.c.id)
            .limit(1_000)
        )
        return [_absence(row) for row in self._connection.execute(statement)]

    def add(self, deputyship: Deputyship) -> None:
        """Keep a new deputyship."""
        row = plain(deputyship)
        del row["queues"]
        self._connection.execute(insert(_DEPUTYSHIP), row)
        self._connection.execute(
            insert(_QUEUE),
            [{"deputyship_id": deputyship.id, "queue": str(queue)} for queue in sorted(deputyship.queues)],
        )

    def get(self, deputyship_id: str) -> Deputyship:
        """A deputyship. Raises NotFound. Two statements."""
        found = self._all(select(*_COLUMNS).where(_DEPUTYSHIP.c.id == deputyship_id).with_for_update())
        if not found:
            raise NotFound.of("deputyship", deputyship_id)
        return found[0]

    def end(self, deputyship: Deputyship) -> None:
        """Keep that a deputyship was ended."""
        statement = update(_DEPUTYSHIP).where(_DEPUTYSHIP.c.id == deputyship.id)
        self._connection.execute(statement.values(ended_at=deputyship.ended_at))

    def of_agency(self, agency: str, now: datetime) -> list[Deputyship]:
        """Deputyships of an agency that are not over, the oldest first; at most 1,000. Two statements."""
        return self._all(
            select(*_COLUMNS)
            .where(
                _DEPUTYSHIP.c.agency == agency,
                _DEPUTYSHIP.c.ended_at.is_(None),
                or_(_DEPUTYSHIP.c.until_at.is_(None), _DEPUTYSHIP.c.until_at > now),
            )
            .order_by(_DEPUTYSHIP.c.id)
            .limit(1_000)
        )

    def _all(self, statement: Select[Any]) -> list[Deputyship]:
        rows: Sequence[Any] = self._connection.execute(statement).all()
        keys = [row.id for row in rows]
        queues: dict[str, set[QueueName]] = {}
        if keys:
            named = select(_QUEUE.c.deputyship_id, _QUEUE.c.queue).where(_QUEUE.c.deputyship_id.in_(keys))
            for key, queue in self._connection.execute(named):
                queues.setdefault(key, set()).add(QueueName.parse(queue))
        return [Deputyship(**taken(_COLUMNS, row), queues=frozenset(queues.get(row.id, ()))) for row in rows]


def _absence(row: Any) -> Absence:
    said = taken(_ABSENCE_COLUMNS, row)
    account, kind = said.pop("account_id"), AbsenceKind(said.pop("kind"))
    return Absence(**said, account=account, kind=kind)
