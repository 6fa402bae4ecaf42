"""What one event means for many: a signal for all who wait, starts by signal and timer, messages a model threw.

Only the worker calls this. A signal goes out in pages: each run writes one job an instance for at most `PAGE` of them,
and one for the next page, in one transaction; nothing is lost or done twice by a crash. Who begins to wait while a
signal is still spreading may get it or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.bpmn.kernel.port import DeliverSignal, NoTimer, StartKind, TimerDue
from engine.casework.actor import SYSTEM
from engine.casework.job import Job, JobKind
from engine.feel.plain import from_json, to_json
from engine.runtime.act import Act, transact
from engine.runtime.finish_job import finished, held_job
from engine.runtime.fire_timer import NotThatJob
from engine.runtime.publish_message import correlate
from engine.runtime.record_waits import engine_job
from engine.runtime.stepping import advance, begin
from engine.runtime.surroundings import World
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord, WaitKind

PAGE: Final = 200
SIGNAL: Final = "signal"
TO_INSTANCE: Final = "signal-to-instance"
MESSAGE: Final = "message"
START: Final = "start"
START_TIMER: Final = "start-timer"


def spread(runtime: Runtime, job_id: str, *, owner: str) -> None:
    """Carry out a job of kind `spread`. Raises NotFound, LeaseLost."""

    def change(act: Act) -> None:
        job, record = held_job(act, job_id, owner)
        if job.kind is not JobKind.spread or job.type not in _WAYS:
            raise NotThatJob(f"The job {job_id} spreads nothing that is known here.")
        act.work.jobs.save(finished(job))
        _WAYS[job.type](act, job, record)

    transact(runtime, SYSTEM, change)


def start_timer_job(act: Act, definition_id: str, process_id: str, element_id: str, due: TimerDue) -> Job:
    """The job that starts an instance when the timer of a start event is due."""
    return engine_job(
        act,
        JobKind.spread,
        START_TIMER,
        element_id=element_id,
        due_at=due.due_at,
        payload=from_json(
            {
                "definition": definition_id,
                "process": process_id,
                "duration": due.duration,
                "remaining": due.remaining,
            }
        ),
    )


def _signal(act: Act, job: Job, _: InstanceRecord | None) -> None:
    """One page of those who wait; with the first page, the processes it starts."""
    said = job.payload
    name, after = str(said["name"]), str(said["after"])
    found = act.work.messages.instances_awaiting_signal(name, after, PAGE)
    told = {"name": name, "variables": said["variables"]}
    jobs = [
        engine_job(act, JobKind.spread, TO_INSTANCE, instance_id=instance_id, payload=told)
        for instance_id in found
        if instance_id != said["thrower"]
    ]
    if not after:
        jobs += [
            engine_job(
                act,
                JobKind.spread,
                START,
                element_id=start.element_id,
                payload={"definition": start.definition_id, "variables": said["variables"]},
            )
            for start in act.work.deployments.starts(SIGNAL, name)
        ]
    if len(found) == PAGE:
        jobs.append(engine_job(act, JobKind.spread, SIGNAL, payload={**said, "after": found[-1]}))
    act.work.jobs.enqueue_many(jobs)
    act.jobs_are_due |= bool(jobs)


def _to_instance(act: Act, job: Job, record: InstanceRecord | None) -> None:
    if record is None or not record.is_active or WaitKind.signal.value not in record.waits.values():
        return
    act.journal(record.id, "signal.received", record.id, signal=str(job.payload["name"]))
    advance(act, record, DeliverSignal(name=str(job.payload["name"]), variables=job.payload["variables"]))


def _message(act: Act, job: Job, _: InstanceRecord | None) -> None:
    """A message a model threw: kept for a while when nobody waits for it yet."""
    life = act.runtime.limits.thrown_message_life
    correlate(act, str(job.payload["name"]), str(job.payload["key"] or ""), job.payload["variables"], life=life)


def _start(act: Act, job: Job, _: InstanceRecord | None) -> None:
    begin(act, str(job.payload["definition"]), job.payload["variables"], start_element_id=job.element_id)


def _start_timer(act: Act, job: Job, _: InstanceRecord | None) -> None:
    """Start an instance, and wait for the next firing; the timer of a version that was replaced does nothing."""
    said: Mapping[str, Any] = to_json(dict(job.payload))
    definition_id, process_id = str(said["definition"]), str(said["process"])
    current = act.work.deployments.start_of(process_id, job.element_id)
    if current is None or current.definition_id != definition_id:
        return
    due = TimerDue(due_at=job.due_at, duration=said["duration"], remaining=said["remaining"])
    following = next_start(act, definition_id, job.element_id, due)
    if following is not None:
        act.work.jobs.enqueue_many([start_timer_job(act, definition_id, process_id, job.element_id, following)])
        act.jobs_are_due |= following.due_at <= act.at
    begin(act, definition_id, {}, start_element_id=job.element_id)


def next_start(act: Act, definition_id: str, element_id: str, after: TimerDue | None = None) -> TimerDue | None:
    """When the timer of a start event fires first, or again; None when it does not."""
    world = World.of(act, definition_id)
    for trigger in world.compiled.start_triggers:
        if trigger.element_id == element_id and trigger.kind is StartKind.timer:
            try:
                return act.runtime.kernel.start_due(trigger, world.surroundings(), after)
            except NoTimer:
                return None
    return None


_WAYS: Final = {
    SIGNAL: _signal,
    TO_INSTANCE: _to_instance,
    MESSAGE: _message,
    START: _start,
    START_TIMER: _start_timer,
}
