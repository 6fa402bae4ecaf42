"""A signal is broadcast to all that wait for it and to all processes it starts.

One row is written; a worker spreads the signal from there, each instance in a transaction of its own (`spread`). So a
broadcast to a hundred thousand instances holds no lock and survives a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.casework.actor import Actor
from engine.casework.job import JobKind
from engine.casework.policy import Action, permit
from engine.errors import Invalid, Place
from engine.runtime.act import Act, transact
from engine.runtime.record_waits import engine_job
from engine.runtime.variables import check_variables
from engine.runtime.wiring import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSignal:
    """A signal on its way."""

    job_id: str
    """The job that spreads it."""


def broadcast_signal(runtime: Runtime, name: str, variables: Mapping[str, Any], *, by: Actor) -> BroadcastSignal:
    """Send a signal on its way. Raises DutyMissing, BadVariables, Invalid. Nobody waiting is no fault."""
    check_variables(variables)
    if not 0 < len(name) <= 255:
        raise Invalid(
            "The signal cannot be taken.",
            places=[Place("/name", "Expected a text of 1 to 255 characters.", "wrong-length")],
            remedy="Correct the name.",
        )

    def change(act: Act) -> BroadcastSignal:
        permit(by, Action.publish_message)
        payload = {"name": name, "variables": dict(variables), "thrower": "", "after": ""}
        job = engine_job(act, JobKind.spread, "signal", payload=payload)
        act.work.jobs.enqueue_many([job])
        act.jobs_are_due = True
        act.journal("signals", "signal.broadcast", job.id, signal=name)
        return BroadcastSignal(job_id=job.id)

    return transact(runtime, by, change)
