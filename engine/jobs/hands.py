"""Carries out one job that was taken: calls the connector, or lets the engine go on, and records the end.

Whatever happens, a job that is still held afterwards has an end: done, to be repeated, or an incident. Only a database
that does not answer leaves it to the lease, which runs out and lets another worker repeat it under the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine.casework.actor import SYSTEM
from engine.casework.exchange import Exchange, Watched, shown
from engine.casework.job import Job, JobKind, LeaseLost
from engine.casework.partner import connector_of
from engine.connectors.computing import computed
from engine.connectors.contract import (
    BusinessError,
    JobOutcome,
    JobRequest,
    PartnerRefused,
    PartnerUnavailable,
    SettingsSchema,
)
from engine.connectors.registry import Registry
from engine.connectors.watching import watching
from engine.errors import NotFound, OnewindowError, Unavailable
from engine.feel.plain import from_json, to_json
from engine.identity import new_key
from engine.jobs.breakers import Breakers
from engine.runtime.consents import may_look_up
from engine.runtime.finish_job import Source, complete_job, fail_job, give_up, throw_error
from engine.runtime.finish_many import Called, Due, Ending, finish_many
from engine.runtime.fire_timer import fire_timer
from engine.runtime.go_on import go_on
from engine.runtime.spread import spread
from engine.runtime.wiring import Runtime
from engine.store.queries.jobs import case_numbers_behind
from engine.store.queries.shares import Share, shares
from engine.tracing import Attributes, SpanKind, failed, spanned

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
    breakers: Breakers | None = None
    """Whom partners' failures and answers are told; None where nobody keeps count."""

    def take(self, at_most: int, lease: timedelta, *, own: bool = True, calls: bool = True) -> list[Job]:
        """Take due jobs, oldest first: the engine's `own` work, and `calls` of the connectors known here.

        Raises Unavailable.
        """
        now, types = self.runtime.clock.now(), self.registry.names if calls else ()
        kinds = ENGINE_KINDS if own else frozenset()
        return self.runtime.database.run(
            lambda work: work.jobs.take(self.owner, now, lease, at_most, types=types, kinds=kinds)
        )

    def shares(self) -> list[Share]:
        """What there is to do here, by partner and procedure, now or later. Raises Unavailable."""
        with self.runtime.database.read() as connection:
            found = shares(connection)
        known = self.registry.names
        return [one for one in found if not one.partner or connector_of(one.partner) in known]

    def take_shares(self, dealt: Sequence[tuple[Share, int]], lease: timedelta) -> list[Job]:
        """Take so many jobs of each share, oldest first. Raises Unavailable."""
        now, said = self.runtime.clock.now(), [(share.partner, share.procedure, most) for share, most in dealt]
        return self.runtime.database.run(lambda work: work.jobs.take_shares(self.owner, now, lease, said))

    def case_numbers(self, jobs: Sequence[Job]) -> Mapping[str, str]:
        """The numbers of the cases behind jobs, by instance. Raises Unavailable."""
        keys = {job.instance_id for job in jobs if job.kind is JobKind.service and job.instance_id}
        if not keys:
            return {}
        with self.runtime.database.read() as connection:
            return case_numbers_behind(connection, keys)

    def carry_out(self, job: Job) -> None:
        """Do a job that was taken, and record its end. Raises Unavailable when the database does not answer."""
        ending = self.do(job)
        if ending is not None:
            self.record(job, ending)

    def do(self, job: Job, numbers: Mapping[str, str] | None = None) -> Ending | None:
        """Do a job; gives its end when it went well, to be recorded, None when its end is recorded already.

        `numbers` are those of cases by instance; without them they are looked up. Raises Unavailable.
        """
        return self._guarded(job, lambda: self._do(job, numbers))

    def record(self, job: Job, ending: Ending) -> None:
        """Record the end of a job, by itself. Raises Unavailable."""
        self._guarded(job, lambda: self._record(ending))

    def record_many(self, endings: Sequence[Ending]) -> list[Ending]:
        """Record ends together; gives those that must be recorded by themselves: all, when one of them is at fault.

        Raises Unavailable.
        """
        try:
            return finish_many(self.runtime, endings, owner=self.owner)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 (the same border: each is recorded alone then, and says what is wrong with it)
            return list(endings)

    def _guarded(self, job: Job, act: Callable[[], Ending | None]) -> Ending | None:
        try:
            return act()
        except LeaseLost:
            return None  # overtaken: whoever holds it now, or ended the instance, has said what becomes of it
        except Unavailable:
            raise
        except OnewindowError as refused:
            self._fail(job, refused.message, at_once=True, code=refused.code, remedy=refused.remedy)
        except Exception as fault:  # noqa: BLE001 (the worker's border: no job may end its worker)
            self.on_fault(job, fault)
            self._fail(job, f"An unforeseen fault of kind {type(fault).__name__}; see the worker's log.")
        return None

    def _do(self, job: Job, numbers: Mapping[str, str] | None) -> Ending | None:
        if job.attempts > job.retries:
            give_up(self.runtime, job, owner=self.owner)
        elif job.kind is JobKind.service:
            if not may_look_up(self.runtime, job, owner=self.owner):
                return None
            return self._call(job, self.case_numbers([job]) if numbers is None else numbers)
        elif job.kind is JobKind.timer:
            return Due(job_id=job.id)
        elif job.kind is JobKind.go_on:
            go_on(self.runtime, job.id, owner=self.owner)
        else:
            spread(self.runtime, job.id, owner=self.owner)
        return None

    def _call(self, job: Job, numbers: Mapping[str, str]) -> Ending | None:
        about: Attributes = {
            "job.type": job.type,
            "job.procedure": job.procedure,
            "job.attempt": job.attempts,
            "job.id": job.id,
        }
        with watching() as seen, spanned(f"job {job.type}", SpanKind.CONSUMER, about, parent=job.trace) as span:
            try:
                connector = self.registry.named(job.type)
                outcome = connector.call(self._request(job, numbers, connector.settings))
            except PartnerUnavailable as away:
                failed(span, away.code)
                if self.breakers is not None:
                    self.breakers.failed(job.partner, away.message)
                retry_after = timedelta(seconds=away.retry_after_seconds)
                self._fail(job, away.message, retry_after=retry_after, code=away.code, seen=seen)
                return None
            except PartnerRefused as refused:
                failed(span, refused.code)
                self._answered(job)
                self._fail(job, refused.message, at_once=True, code=refused.code, remedy=refused.remedy, seen=seen)
                return None
        self._answered(job)
        return self._ending(job, outcome, seen)

    def _answered(self, job: Job) -> None:
        if self.breakers is not None:
            self.breakers.answered(job.partner)

    def _request(self, job: Job, numbers: Mapping[str, str], settings: SettingsSchema) -> JobRequest:
        return JobRequest(
            job_id=job.id,
            idempotency_key=job.idempotency_key,
            request_id=new_key(),
            attempt=job.attempts,
            headers=computed(settings, job.headers, job.payload, self.runtime.clock.now()),
            variables=to_json(dict(job.payload)),
            case_number=numbers.get(job.instance_id or ""),
        )

    def _ending(self, job: Job, outcome: JobOutcome, seen: Sequence[Watched]) -> Ending | None:
        variables = from_json(dict(outcome.variables))
        if isinstance(outcome, BusinessError):
            throw_error(
                self.runtime,
                job.id,
                outcome.code,
                outcome.message,
                variables,
                owner=self.owner,
                by=SYSTEM,
                exchanges=_shown(job, seen),
            )
            return None
        source = None
        if outcome.lookup is not None:
            found = outcome.lookup
            source = Source(
                name=f"{found.register} {found.operation}",
                purpose=found.purpose,
                legal_basis=found.legal_basis,
                fetched_at=found.fetched_at,
                is_reused=found.is_reused,
                proof=found.proof,
            )
        return Called(job_id=job.id, variables=variables, source=source, effects=outcome.effects)

    def _record(self, ending: Ending) -> None:
        match ending:
            case Called(job_id=job_id, variables=variables, source=source, effects=effects):
                complete_job(
                    self.runtime, job_id, variables, owner=self.owner, by=SYSTEM, source=source, effects=effects
                )
            case Due(job_id=job_id):
                fire_timer(self.runtime, job_id, owner=self.owner)

    def _fail(
        self,
        job: Job,
        message: str,
        *,
        retry_after: timedelta | None = None,
        at_once: bool = False,
        code: str = "job-failed",
        remedy: str = "",
        seen: Sequence[Watched] = (),
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
                exchanges=_shown(job, seen),
            )
        except (LeaseLost, NotFound):
            return


def _shown(job: Job, seen: Sequence[Watched]) -> list[Exchange]:
    """What operators may see of the exchanges of an attempt."""
    return shown(job.id, job.attempts, job.partner, job.headers, seen)
