"""An operator tries failed jobs again, many at once: after a partner came back, for example."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from engine.casework.actor import Actor
from engine.casework.job import IncidentState, JobState
from engine.casework.policy import Action, permit
from engine.errors import Invalid, NotFound, Place
from engine.runtime.act import Act, transact
from engine.runtime.incidents import resolved, tried_again
from engine.runtime.wiring import Runtime
from engine.store.queries.incidents import IncidentFilter, open_incidents_of_jobs

MOST: Final = 500
"""Incidents that one act tries again."""
CHAIN: Final = "operators"
"""The journal of what operators do to many cases at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What came of it."""

    retried: int
    passed_over: int
    """Somebody else had them in hand just then."""
    is_more: bool
    """Whether more may be left: ask again."""


def retry_many(runtime: Runtime, which: IncidentFilter, *, by: Actor, most: int = 100) -> Retried:
    """Try again the failed jobs of open incidents, the oldest first, `most` at once, all or none in one transaction.

    Safe to repeat: what was tried again is no open incident any more. Incidents of models, with no job behind them, are
    tried again one by one. Cases that somebody else has in hand are passed over. Raises DutyMissing, Invalid.
    """
    if not 1 <= most <= MOST:
        place = Place("/most", f"Expected 1 to {MOST}.", "out-of-range")
        raise Invalid("So many cannot be tried again at once.", places=[place], remedy="Ask for fewer, and again.")

    def change(act: Act) -> Retried:
        permit(by, Action.repair_jobs)
        found = open_incidents_of_jobs(act.work.reading, which, most)
        held = act.work.jobs.lock_many([one.job_id for one in found if one.job_id and one.instance_id])
        records = {record.id: record for _, record in held.values()}
        number = 0
        for seen in found:
            job = held[seen.job_id][0] if seen.job_id in held else None
            if job is None and seen.instance_id is None and seen.job_id is not None:
                job = act.work.jobs.lock(seen.job_id)
            if job is None or job.state is not JobState.failed:
                continue
            try:
                incident = act.work.incidents.lock(seen.id)
            except NotFound:
                continue
            if incident.state is not IncidentState.open:
                continue
            resolved(act, incident)
            tried_again(act, job)
            number += 1
        for record in records.values():
            act.work.journal.append(record, act.entries(record.id))
            act.work.instances.save(record)
        said = {name: value for name, value in asdict(which).items() if value is not None}
        if number:
            # The text an operator looked for may be of a person.
            act.journal(CHAIN, "incidents.retried", "incidents", number=number, by=sorted(said))
        return Retried(retried=number, passed_over=len(found) - number, is_more=len(found) == most)

    return transact(runtime, by, change)
