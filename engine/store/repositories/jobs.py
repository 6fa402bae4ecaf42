"""Jobs and incidents of one transaction.

A job is taken by one UPDATE: it marks due jobs, and running ones whose lease is over, with a new owner and lease, and
counts the attempt, so that a job which kills its worker is counted too. PostgreSQL skips what another worker is just
taking; on SQLite writers take turns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, text, union_all, update
from sqlalchemy.sql.dml import ReturningUpdate

from engine.casework.job import Incident, IncidentState, Job, JobKind, JobState, LeaseLost
from engine.errors import NotFound
from engine.store.listening import CHANNEL
from engine.store.records import InstanceRecord
from engine.store.repositories.instances import INSTANCE, LOCKED, VERSION_AT, WITH_CASE, locked_record, locked_row
from engine.store.rows import columns_of, of_incident, of_job, table_of, taken, to_incident, to_job
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import jobs as tables

JOB = table_of(tables.Job)
INCIDENT = table_of(tables.Incident)
JOB_COLUMNS = columns_of(tables.Job)
INCIDENT_COLUMNS = columns_of(tables.Incident)

_ANNOUNCE = text(f"NOTIFY {CHANNEL}").execution_options(**SENT_TOGETHER)
_ENQUEUE = insert(JOB).execution_options(**SENT_TOGETHER)
_LOCK = select(*JOB_COLUMNS).where(JOB.c.id == bindparam("key")).with_for_update()
_LOCK_WITH_INSTANCE = (
    select(*LOCKED, *JOB_COLUMNS)
    .select_from(WITH_CASE.join(JOB, JOB.c.instance_id == INSTANCE.c.id))
    .where(JOB.c.id == bindparam("key"))
    .with_for_update(of=[INSTANCE, JOB])
)
_LOCK_FREE = (
    select(*LOCKED, *JOB_COLUMNS)
    .select_from(WITH_CASE.join(JOB, JOB.c.instance_id == INSTANCE.c.id))
    .where(JOB.c.id.in_(bindparam("keys", expanding=True)))
    .with_for_update(of=[INSTANCE, JOB], skip_locked=True)
)
_CHANGED = (
    "state",
    "due_at",
    "available_at",
    "lease_owner",
    "lease_until",
    "attempts",
    "retries",
    "payload",
    "last_error",
)
_SAVE = (
    update(JOB)
    .where(JOB.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
    .execution_options(**SENT_TOGETHER)
)
_CLOSE = (
    update(JOB)
    .where(
        JOB.c.instance_id == bindparam("instance"),
        JOB.c.wait.in_(bindparam("waits", expanding=True)),
        JOB.c.state.not_in([str(JobState.done), str(JobState.cancelled)]),
    )
    .values(state=bindparam("ended"), payload=None, lease_owner=None, lease_until=None)
    .execution_options(**SENT_TOGETHER)
)
_DUE = (
    select(JOB.c.id)
    .where(
        tables.TAKEABLE,
        JOB.c.available_at <= bindparam("now"),
        or_(
            JOB.c.kind.in_(bindparam("kinds", expanding=True)),
            (JOB.c.kind == str(JobKind.service)) & JOB.c.type.in_(bindparam("types", expanding=True)),
        ),
    )
    .order_by(JOB.c.available_at, JOB.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_TAKEN = (
    update(JOB)
    .values(
        state=str(JobState.running),
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        available_at=bindparam("until"),
        attempts=JOB.c.attempts + 1,
    )
    .returning(*JOB_COLUMNS)
)
_TAKE = _TAKEN.where(JOB.c.id.in_(select(_DUE.c.id)))


@cache
def _take_shares(number: int) -> ReturningUpdate[Any]:
    """Takes of so many shares at once."""
    due = [
        select(JOB.c.id)
        .where(
            tables.TAKEABLE,
            JOB.c.partner == bindparam(f"partner_{place}"),
            JOB.c.procedure == bindparam(f"procedure_{place}"),
            JOB.c.available_at <= bindparam("now"),
        )
        .order_by(JOB.c.available_at, JOB.c.id)
        .limit(bindparam(f"most_{place}"))
        .with_for_update(skip_locked=True)
        .cte(f"due_{place}")
        for place in range(number)
    ]
    return _TAKEN.where(JOB.c.id.in_(union_all(*(select(one.c.id) for one in due))))


_EXTEND = (
    update(JOB)
    .where(JOB.c.id == bindparam("key"), JOB.c.lease_owner == bindparam("owner"), JOB.c.state == str(JobState.running))
    .where(JOB.c.lease_until > bindparam("now"))
    .values(lease_until=bindparam("until"), available_at=bindparam("until"))
)
_TERM_TIMERS = (
    update(JOB)
    .where(
        JOB.c.instance_id == bindparam("instance"), JOB.c.kind == str(JobKind.timer), JOB.c.term == bindparam("name")
    )
    .where(JOB.c.state == bindparam("before"))
)


class Jobs:
    """Jobs of one transaction. Moments are passed in: all workers share the clock of `engine.store.database_clock`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.soonest: datetime | None = None
        """When the first job is due that this transaction let wait."""
        self.trace: str | None = None
        """The span that jobs are made in from now on."""

    def enqueue_many(self, jobs: Sequence[Job]) -> None:
        """Put jobs into the queue, in the transaction of the step that needs them."""
        if jobs:
            self._connection.execute(_ENQUEUE, [{**of_job(job), "trace": self.trace} for job in jobs])
            for job in jobs:
                self._will_be_due(job)

    def announce(self) -> None:
        """Tell workers that rest that there is something to do, once this transaction is committed."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(_ANNOUNCE)

    def _will_be_due(self, job: Job) -> None:
        if job.state is JobState.waiting and (self.soonest is None or job.due_at < self.soonest):
            self.soonest = job.due_at

    def lock_many(self, job_ids: Collection[str]) -> dict[str, tuple[Job, InstanceRecord]]:
        """Jobs with the instances and cases they belong to, locked as far as nobody else holds them, by id.

        Left out is what waits for another's lock, or was just changed by another: for that there is
        `lock_with_instance`.
        """
        found = {}
        for row in self._connection.execute(_LOCK_FREE, {"keys": list(job_ids)}).all():
            if row[VERSION_AT] == row[len(LOCKED) - 1]:
                job = to_job(taken(JOB_COLUMNS, row, len(LOCKED)))
                found[job.id] = (job, locked_record(row))
        return found

    def take(
        self,
        owner: str,
        now: datetime,
        lease: timedelta,
        at_most: int,
        *,
        types: Collection[str] = (),
        kinds: Collection[JobKind] = (),
    ) -> list[Job]:
        """Take due work, oldest first: service jobs of the `types` named, and jobs of the other `kinds` named.

        Each job taken has its attempt counted and belongs to `owner` until `now + lease`.
        """
        values = {
            "now": now,
            "kinds": [str(kind) for kind in kinds],
            "types": list(types),
            "most": at_most,
            "owner": owner,
            "until": now + lease,
        }
        rows = self._connection.execute(_TAKE, values).all()
        return sorted((to_job(taken(JOB_COLUMNS, row)) for row in rows), key=lambda job: (job.due_at, job.id))

    def take_shares(
        self, owner: str, now: datetime, lease: timedelta, dealt: Sequence[tuple[str, str, int]]
    ) -> list[Job]:
        """Take due jobs of some partners and procedures, so many of each, the oldest first; as `take` otherwise."""
        values: dict[str, Any] = {"now": now, "owner": owner, "until": now + lease}
        for place, (partner, procedure, number) in enumerate(dealt):
            values |= {f"partner_{place}": partner, f"procedure_{place}": procedure, f"most_{place}": number}
        rows = self._connection.execute(_take_shares(len(dealt)), values).all()
        return sorted((to_job(taken(JOB_COLUMNS, row)) for row in rows), key=lambda job: (job.due_at, job.id))

    def lock(self, job_id: str) -> Job:
        """A job, kept from all others until the transaction ends. Raises NotFound."""
        row = self._connection.execute(_LOCK, {"key": job_id}).first()
        if row is None:
            raise NotFound.of("job", job_id)
        return to_job(taken(JOB_COLUMNS, row))

    def lock_with_instance(self, job_id: str) -> tuple[Job, InstanceRecord]:
        """A job with the instance and case it belongs to, all locked. Raises NotFound."""
        row = locked_row(self._connection, _LOCK_WITH_INSTANCE, {"key": job_id})
        if row is None:
            raise NotFound.of("job", job_id)
        return to_job(taken(JOB_COLUMNS, row, len(LOCKED))), locked_record(row)

    def save(self, job: Job) -> None:
        """Keep a job as it is now; it must be locked."""
        row = of_job(job)
        self._will_be_due(job)
        self._connection.execute(_SAVE, {"key": job.id, **{f"new_{name}": row[name] for name in _CHANGED}})

    def extend(self, job_id: str, owner: str, now: datetime, lease: timedelta) -> datetime:
        """Lengthen a lease that is still held; gives its new end. Raises LeaseLost."""
        until = now + lease
        values = {"key": job_id, "owner": owner, "now": now, "until": until}
        if self._connection.execute(_EXTEND, values).rowcount != 1:
            raise LeaseLost(job_id, owner)
        return until

    def close_many(self, instance_id: str, waits: Collection[int], state: JobState) -> None:
        """End the jobs behind waits that are closed: `done` or `cancelled`. What they carried is dropped."""
        if waits:
            values = {"instance": instance_id, "waits": list(waits), "ended": str(state)}
            self._connection.execute(_CLOSE, values)

    def suspend_term(self, instance_id: str, term: str) -> None:
        """Let the timers of a term stand still with its clock."""
        statement = _TERM_TIMERS.values(state=str(JobState.suspended))
        values = {"instance": instance_id, "name": term, "before": str(JobState.waiting)}
        self._connection.execute(statement, values)

    def resume_term(self, instance_id: str, term: str, due_at: datetime) -> None:
        """Let the timers of a term run again, due when it ends now."""
        statement = _TERM_TIMERS.values(state=str(JobState.waiting), due_at=due_at, available_at=due_at)
        values = {"instance": instance_id, "name": term, "before": str(JobState.suspended)}
        self._connection.execute(statement, values)
        self.soonest = due_at if self.soonest is None else min(self.soonest, due_at)

    def move_term(self, instance_id: str, term: str, due_at: datetime) -> None:
        """Let the timers of a term that runs be due when it ends now."""
        statement = _TERM_TIMERS.values(due_at=due_at, available_at=due_at)
        values = {"instance": instance_id, "name": term, "before": str(JobState.waiting)}
        self._connection.execute(statement, values)
        self.soonest = due_at if self.soonest is None else min(self.soonest, due_at)


_READ_INCIDENT = select(*INCIDENT_COLUMNS).where(INCIDENT.c.id == bindparam("key"))
_LOCK_INCIDENT = _READ_INCIDENT.with_for_update()
_SAVE_INCIDENT = (
    update(INCIDENT)
    .where(INCIDENT.c.id == bindparam("key"))
    .values(state=bindparam("now_state"), resolved_at=bindparam("at"), resolved_by=bindparam("by"))
    .execution_options(**SENT_TOGETHER)
)
_RESOLVE_WAITS = (
    update(INCIDENT)
    .where(
        INCIDENT.c.instance_id == bindparam("instance"),
        INCIDENT.c.wait.in_(bindparam("waits", expanding=True)),
        INCIDENT.c.state == str(IncidentState.open),
    )
    .values(state=str(IncidentState.resolved), resolved_at=bindparam("at"), resolved_by=bindparam("by"))
    .execution_options(**SENT_TOGETHER)
)


class Incidents:
    """Incidents of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def raise_many(self, incidents: Sequence[Incident]) -> None:
        """Show new incidents to the operators."""
        if incidents:
            self._connection.execute(insert(INCIDENT), [of_incident(one) for one in incidents])

    def read(self, incident_id: str) -> Incident:
        """An incident as it is, without a lock. Raises NotFound."""
        row = self._connection.execute(_READ_INCIDENT, {"key": incident_id}).first()
        if row is None:
            raise NotFound.of("incident", incident_id)
        return to_incident(taken(INCIDENT_COLUMNS, row))

    def lock(self, incident_id: str) -> Incident:
        """An incident, kept from all others until the transaction ends. Raises NotFound."""
        row = self._connection.execute(_LOCK_INCIDENT, {"key": incident_id}).first()
        if row is None:
            raise NotFound.of("incident", incident_id)
        return to_incident(taken(INCIDENT_COLUMNS, row))

    def save(self, incident: Incident) -> None:
        """Keep an incident as it is now; it must be locked."""
        self._connection.execute(
            _SAVE_INCIDENT,
            {
                "key": incident.id,
                "now_state": str(incident.state),
                "at": incident.resolved_at,
                "by": incident.resolved_by,
            },
        )

    def resolve_waits(self, instance_id: str, waits: Collection[int], by: str, at: datetime) -> None:
        """Close the open incidents of tokens that went on or were cancelled."""
        if waits:
            self._connection.execute(
                _RESOLVE_WAITS, {"instance": instance_id, "waits": list(waits), "by": by, "at": at}
            )
