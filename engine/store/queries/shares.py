"""What there is to do, by partner and procedure: workers serve them in turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, String, text

from engine.store.tables.base import Moment
from engine.store.tables.jobs import TAKEABLE

_MOST: Final = 1_000
_NEXT: Final = f"""
    SELECT id FROM job AS nearest WHERE {TAKEABLE.text} %s
    ORDER BY partner, procedure, available_at, id LIMIT 1
"""  # noqa: S608 (constants)
_SHARES = text(
    f"""
    WITH RECURSIVE share (partner, procedure, available_at) AS (
        SELECT job.partner, job.procedure, job.available_at FROM job WHERE job.id = ({_NEXT % ""})
        UNION ALL
        SELECT job.partner, job.procedure, job.available_at FROM share JOIN job ON job.id = (
            {_NEXT % "AND (nearest.partner, nearest.procedure) > (share.partner, share.procedure)"}
        )
    )
    SELECT partner, procedure, available_at FROM share LIMIT {_MOST}
    """  # noqa: S608 (constants)
).columns(partner=String, procedure=String, available_at=Moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Jobs of one partner and one procedure that can be taken now or later."""

    partner: str
    """Empty for work of the engine's own."""
    procedure: str
    due_at: datetime
    """When the first of them may be taken."""


def shares(connection: Connection) -> list[Share]:
    """All shares that have work, due or not; 1,000 at most. One statement, that looks at one row a share."""
    return [Share(partner=row[0], procedure=row[1], due_at=row[2]) for row in connection.execute(_SHARES)]
