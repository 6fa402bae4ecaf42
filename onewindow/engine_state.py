"""Figures of the engine's state for Prometheus, the same from every web server and worker: they share a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from door.telemetry import Figures
from engine.casework.partner import PartnerState
from engine.clock import Clock
from engine.store.database import Database
from engine.store.queries.figures import engine_figures
from engine.store.queries.partners import partner_views


def engine_state(database: Database, clock: Clock) -> Figures:
    """Reads the figures when they are asked for. What it gives raises Unavailable."""

    def figures() -> Iterable[tuple[str, str, float | Mapping[str, float]]]:
        with database.read() as connection:
            now = engine_figures(connection, clock.now())
            partners = partner_views(connection, clock.now())
        return (
            ("onewindow_due_jobs", "Jobs that could be taken now, counted up to 10,000.", now.due_jobs),
            ("onewindow_job_lag_seconds", "How long the oldest job that is due has waited.", now.job_lag_seconds),
            ("onewindow_open_incidents", "Failed steps that await repair.", now.open_incidents),
            (
                "onewindow_partner_open",
                "Whether a partner is left alone because it keeps failing: 1, or 0.",
                {one.name: float(one.state is not PartnerState.closed) for one in partners},
            ),
            (
                "onewindow_partner_jobs",
                "Jobs that wait for a partner or are under way, 10,000 counted in all.",
                {one.name: float(one.waiting) for one in partners},
            ),
        )

    return figures
