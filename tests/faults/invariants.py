"""The checker: what must hold after every row of the fault matrix. `invariants.hold(running)`; see `matrix.py`.

| | invariant | looked at here |
|---|---|---|
| I1 | what was acknowledged is still true | `told`: instances and tasks by the answers that clients got |
| I2 | each task and each effect once | journal and history; the partners' own ledgers (`ledgers`); our books |
| I3 | snapshot = tasks = jobs = history | `onewindow check` |
| I4 | who is open waits for something, who has ended for nothing | `onewindow check` |
| I5 | the journal holds | `onewindow check` |
| I6 | no lease is older than its time | `onewindow check`, and none that ends later than it may |
| I7 | the database is sound | `onewindow check`, on PostgreSQL with amcheck |
| I8 | the service is back | a transaction is begun and ended within `BACK_SECONDS`; tests say their own times |
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text

from engine.casework.task import TaskState
from engine.runtime.integrity import check_integrity
from engine.runtime.wiring import Runtime
from tests import postgresql
from tests.builders.a_partner import Partner
from tests.builders.a_runtime import Running

BACK_SECONDS: Final = 5.0
LONGEST_LEASE = timedelta(hours=1)
_AMCHECK = "CREATE EXTENSION IF NOT EXISTS amcheck"
_IS_THERE = "SELECT 1 FROM pg_available_extensions WHERE name = 'amcheck'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What clients were told with 2xx."""

    instances: Collection[str] = ()
    """Begun."""
    tasks: Collection[str] = ()
    """Completed."""


Ledgers = Mapping[str, Collection[str]]
"""By the name of a partner, such as `http 127.0.0.1:4711`, the idempotency keys under which it was asked."""


def ledger_of(*partners: Partner) -> Ledgers:
    """What partners that listen here were asked."""
    return {
        f"http {partner.host}": {one.headers.get("Idempotency-Key", "none") for one in partner.received}
        for partner in partners
    }


def hold(
    of: Running | Runtime,
    *,
    told: Told | None = None,
    ledgers: Ledgers | None = None,
    late: timedelta = timedelta(seconds=60),
) -> None:
    """Fail with everything that does not hold. `late` is how far a job may run past its lease."""
    runtime = of.runtime if isinstance(of, Running) else of
    assert broken(runtime, told=told, ledgers=ledgers, late=late) == []


def broken(
    runtime: Runtime,
    *,
    told: Told | None = None,
    ledgers: Ledgers | None = None,
    late: timedelta = timedelta(seconds=60),
) -> list[str]:
    """Everything that does not hold, by invariant or rule."""
    began = time.monotonic()
    runtime.database.run(lambda _: None)
    took = time.monotonic() - began
    found = [f"I8: it took {took:.1f} s to be back"] if took > BACK_SECONDS else []
    if not runtime.database.is_sqlite and postgresql.administer(runtime.database.url, _IS_THERE):
        postgresql.administer(runtime.database.url, _AMCHECK)
    found += [f"{one.rule} {one.subject}: {one.message}" for one in check_integrity(runtime, late=late).violations]
    found += _far_leases(runtime)
    if told is not None:
        found += _forgotten(runtime, told)
    for partner, asked in (ledgers or {}).items():
        found += _effects(runtime, partner, frozenset(asked))
    return found


def _forgotten(runtime: Runtime, told: Told) -> Iterator[str]:
    """I1: acknowledged, and not there."""
    kept = _column(runtime, "SELECT id FROM instance")
    done = _column(runtime, f"SELECT instance_id || '-' || wait FROM task WHERE state = '{TaskState.completed}'")
    yield from (f"I1: instance {key} was begun, and is not there" for key in sorted(set(told.instances) - kept))
    yield from (f"I1: task {key} was completed, and is not" for key in sorted(set(told.tasks) - done))


def _effects(runtime: Runtime, partner: str, asked: frozenset[str]) -> Iterator[str]:
    """I2: a partner's ledger has one key for each call that we say is done, and none that is not ours."""
    statement = "SELECT id, instance_id, wait, state FROM job WHERE kind = 'service' AND partner = :partner"
    calls = {row.id: row for row in _rows(runtime, statement, partner=partner)}
    yield from (f"I2: {partner} was asked under {key}, which is no call of ours" for key in asked - calls.keys())
    done = {key for key, row in calls.items() if row.state == "done"}
    yield from (f"I2: the call {key} is done, and {partner} knows nothing of it" for key in done - asked)
    visits: dict[tuple[str, int], str] = {}
    for key in asked & calls.keys():
        visit = (calls[key].instance_id, calls[key].wait)
        if visit in visits:
            yield f"I2: one step of {visit[0]} asked {partner} twice, under {visits[visit]} and {key}"
        visits[visit] = key


def _far_leases(runtime: Runtime) -> Iterator[str]:
    """I6: nobody may hold a job for longer than the longest lease."""
    until = runtime.clock.now() + LONGEST_LEASE
    for key, end in _rows(runtime, "SELECT id, lease_until FROM job WHERE state = 'running'"):
        if end is not None and end / 1_000_000 > until.timestamp():
            yield f"I6: the lease of job {key} ends in more than an hour"


def _column(runtime: Runtime, statement: str) -> set[str]:
    return {row[0] for row in _rows(runtime, statement)}


def _rows(runtime: Runtime, statement: str, **values: str) -> list:  # type: ignore[type-arg]
    with runtime.database.read() as connection:
        return list(connection.execute(text(statement), values).all())
