"""Carries out one job that was taken: calls the connector, or lets the engine go on, and records the end.

Whatever happens, a job that is still held afterwards has an end: done, to be repeated, or an incident. Only a database
that does not answer leaves it to the lease, which runs out and lets another worker repeat it under the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine.casework.actor import SYSTEM
from engine.casework.job import Job, JobKind, LeaseLost
from engine.connectors.contract import BusinessError, JobOutcome, JobRequest, PartnerRefused, PartnerUnavailable
from engine.connectors.registry import Registry
from engine.errors import NotFound, OnewindowError, Unavailable
from engine.feel.plain import from_json, to_json
from engine.identity import new_key
from engine.runtime.finish_job import Source, complete_job, fail_job, give_up, throw_error
from engine.runtime.fire_timer import fire_timer
from engine.runtime.go_on import go_on
from engine.runtime.spread import spread
from engine.runtime.wiring import Runtime
from engine.store.queries.jobs import case_number_behind, seconds_until_due

OnFault = Callable[[Job, BaseException], None]
"""Told of a fault of our own that a job brought out, for the log."""


def _nobody(_job: Job, _fault: BaseException) -> None:
    """Where no log is kept."""


ENGINE_KINDS: Final = frozenset(JobKind) - {JobKind.service}
"""Work of the engine's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What one worker works with. Shared by its threads."""

    runtime: Runtime
    registry: Registry
    owner: str
    """Name of the worker, in whose name leases are held."""
    on_fault: OnFault = _nobody

    def take(self, at_most: int, lease: timedelta, *, own: bool = True, calls: bool = True) -> list[Job]:
        """Take due jobs, oldest first: the engine's `own` work, and `calls` of the connectors known here.

        Raises Unavailable.
        """
        now, types = self.runtime.clock.now(), self.registry.names if calls else ()
        kinds = ENGINE_KINDS if own else frozenset()
        return self.runtime.database.run(
            lambda work: work.jobs.take(self.owner, now, lease, at_most, types=types, kinds=kinds)
        )

    def seconds_until_due(self, *, calls: bool = True) -> float | None:
        """How long until there is something to take, 0 or less when there is now; None when nothing is in sight.

        Without `calls` only the engine's own work counts.
        """
        with self.runtime.database.read() as connection:
            return seconds_until_due(connection, self.runtime.clock.now(), self.registry.names if calls else ())

    def carry_out(self, job: Job) -> None:
        """Do a job that was taken, and record its end. Raises Unavailable when the database does not answer."""
        try:
            if job.attempts > job.retries:
                give_up(self.runtime, job, owner=self.owner)
            else:
                self._do(job)
        except LeaseLost:
            return  # overtaken: whoever holds it now, or ended the instance, has said what becomes of it
        except Unavailable:
            raise
        except OnewindowError as refused:
            self._fail(job, refused.message, at_once=True, code=refused.code, remedy=refused.remedy)
        except Exception as fault:  # noqa: BLE001 (the worker's border: no job may end its worker)
            self.on_fault(job, fault)
            self._fail(job, f"An unforeseen fault of kind {type(fault).__name__}; see the worker's log.")

    def _do(self, job: Job) -> None:
        if job.kind is JobKind.service:
            self._call(job)
        elif job.kind is JobKind.timer:
            fire_timer(self.runtime, job.id, owner=self.owner)
        elif job.kind is JobKind.go_on:
            go_on(self.runtime, job.id, owner=self.owner)
        else:
            spread(self.runtime, job.id, owner=self.owner)

    def _call(self, job: Job) -> None:
        try:
            outcome = self.registry.named(job.type).call(self._request(job))
        except PartnerUnavailable as away:
            retry_after = timedelta(seconds=away.retry_after_seconds)
            self._fail(job, away.message, retry_after=retry_after, code=away.code)
        except PartnerRefused as refused:
            self._fail(job, refused.message, at_once=True, code=refused.code, remedy=refused.remedy)
        else:
            self._record(job, outcome)

    def _request(self, job: Job) -> JobRequest:
        number = None
        if job.instance_id is not None:
            with self.runtime.database.read() as connection:
                number = case_number_behind(connection, job.instance_id)
        return JobRequest(
            job_id=job.id,
            idempotency_key=job.idempotency_key,
            request_id=new_key(),
            attempt=job.attempts,
            headers=job.headers,
            variables=to_json(dict(job.payload)),
            case_number=number,
        )

    def _record(self, job: Job, outcome: JobOutcome) -> None:
        variables = from_json(dict(outcome.variables))
        if isinstance(outcome, BusinessError):
            throw_error(self.runtime, job.id, outcome.code, outcome.message, variables, owner=self.owner, by=SYSTEM)
            return
        source = None
        if outcome.lookup is not None:
            found = outcome.lookup
            source = Source(
                name=f"{found.register} {found.operation}", purpose=found.purpose, legal_basis=found.legal_basis
            )
        complete_job(
            self.runtime,
            job.id,
            variables,
            owner=self.owner,
            by=SYSTEM,
            source=source,
            effects=outcome.effects,
        )

    def _fail(
        self,
        job: Job,
        message: str,
        *,
        retry_after: timedelta | None = None,
        at_once: bool = False,
        code: str = "job-failed",
        remedy: str = "",
    ) -> None:
        try:
            fail_job(
                self.runtime,
                job.id,
                message,
                owner=self.owner,
                by=SYSTEM,
                retry_after=retry_after,
                at_once=at_once,
                code=code,
                remedy=remedy,
            )
        except (LeaseLost, NotFound):
            return
