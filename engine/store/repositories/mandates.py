"""Mandates of one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from engine.casework.mandate import Mandate, MandateSource, MandateState
from engine.errors import NotFound
from engine.store.duties import ALL_SERVICES
from engine.store.encryption.columns import protected
from engine.store.rows import columns_of, plain, table_of, taken
from engine.store.tables import organisation as tables

MANDATE = table_of(tables.Mandate)
MANDATE_COLUMNS = columns_of(tables.Mandate)
_CHANGED = ("state", "mandator_accepted_at", "holder_accepted_at", "ended_by", "ended_at")


class Mandates:
    """Mandates of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, mandate: Mandate) -> None:
        """Keep a new mandate."""
        self._connection.execute(insert(MANDATE), _of_mandate(mandate))

    def lock(self, mandate_id: str) -> Mandate:
        """A mandate, kept from all others. Raises NotFound."""
        statement = select(*MANDATE_COLUMNS).where(MANDATE.c.id == mandate_id).with_for_update()
        row = self._connection.execute(statement).first()
        if row is None:
            raise NotFound.of("mandate", mandate_id)
        return to_mandate(taken(MANDATE_COLUMNS, row))

    def save(self, mandate: Mandate) -> None:
        """Keep a mandate as it is now; it must be locked."""
        row = _of_mandate(mandate)
        values = {name: row[name] for name in _CHANGED}
        self._connection.execute(update(MANDATE).where(MANDATE.c.id == mandate.id).values(**values))

    def valid(self, mandator: str, holder: str, service: str, now: datetime) -> Mandate | None:
        """The mandate by which somebody acts for another in a service at a moment, kept from being revoked meanwhile.

        None when there is none; of several the oldest.
        """
        statement = (
            select(*MANDATE_COLUMNS)
            .where(
                MANDATE.c.holder == holder,
                MANDATE.c.mandator == mandator,
                MANDATE.c.state == str(MandateState.active),
                MANDATE.c.from_at <= now,
                or_(MANDATE.c.until_at.is_(None), MANDATE.c.until_at > now),
            )
            .order_by(MANDATE.c.id)
            .with_for_update()
        )
        found = (to_mandate(taken(MANDATE_COLUMNS, row)) for row in self._connection.execute(statement).all())
        return next((one for one in found if one.is_for(service)), None)


def to_mandate(row: dict[str, Any]) -> Mandate:
    """A mandate of its row."""
    services = row["services"]
    return Mandate(
        **{
            **row,
            "services": None if services == ALL_SERVICES else frozenset(services.split()),
            "source": MandateSource(row["source"]),
            "state": MandateState(row["state"]),
        }
    )


def _of_mandate(mandate: Mandate) -> dict[str, Any]:
    row = {
        **plain(mandate),
        "services": ALL_SERVICES if mandate.services is None else " ".join(sorted(mandate.services)),
        "source": str(mandate.source),
        "state": str(mandate.state),
    }
    return protected(MANDATE, row)
