"""What the waits a step opened become: tasks in queues, jobs, timers, subscriptions; and incidents of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn.kernel.port import JobWait, MessageWait, SignalWait, Step, TaskWait, TimerWait, Wait
from engine.casework.case import Case
from engine.casework.job import Incident, Job, JobKind, JobState
from engine.casework.separation import APART, written
from engine.casework.task import Task, TaskState
from engine.errors import Invalid, Refused
from engine.identity import QueueName, new_key
from engine.runtime.act import Act
from engine.runtime.marks import AGREES, EVIDENCE, TERM
from engine.runtime.record_case import STOPS, stops_clock, task_kind
from engine.runtime.surroundings import World
from engine.store.records import InstanceRecord, WaitKind

EVIDENCE_HEADER = "ow:evidence"
"""Where a job keeps the key of the evidence it proves. No connector knows this header, so no model can set it."""
AGREES_HEADER = "ow:agrees"
"""Where it keeps the expression that holds the answer against what the applicant stated."""
LONGEST_KEY = 255


class QueueUnusable(Refused):
    """An expression named a queue that is none."""

    code = "queue-unusable"


@dataclass(slots=True)
class OpenedRows:
    """Rows of the waits that a step opened."""

    tasks: list[Task] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    messages: list[tuple[int, str, str]] = field(default_factory=list)
    signals: list[tuple[int, str]] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


def wait_kind(wait: Wait, case: Case | None) -> str:
    """How a wait is noted on its instance."""
    if isinstance(wait, TaskWait):
        return task_kind(wait, case)
    if isinstance(wait, MessageWait):
        return WaitKind.message.value + (STOPS if stops_clock(wait.properties) else "")
    return (WaitKind.signal if isinstance(wait, SignalWait) else WaitKind.job).value


def opened_rows(act: Act, record: InstanceRecord, step: Step, world: World) -> OpenedRows:
    """The rows of all that a step opened. Raises QueueUnusable, NotFound for a form that is gone."""
    rows = OpenedRows()
    for wait in step.opened:
        if isinstance(wait, TaskWait):
            rows.tasks.append(_task(act, record, wait, world))
        elif isinstance(wait, JobWait):
            rows.jobs.append(_service_job(act, record, wait))
        elif isinstance(wait, TimerWait):
            rows.jobs.append(_timer(act, record, wait))
        elif isinstance(wait, MessageWait):
            rows.messages.append((wait.wait, wait.name, wait.correlation_key[:LONGEST_KEY]))
        elif isinstance(wait, SignalWait):
            rows.signals.append((wait.wait, wait.name))
    for incident in step.incidents:
        rows.incidents.append(
            Incident(
                id=new_key(),
                instance_id=record.id,
                wait=incident.wait,
                element_id=incident.element_id,
                code=incident.code,
                message=incident.message,
                remedy=incident.remedy,
                created_at=act.at,
            )
        )
        act.journal(record.id, "incident.raised", incident.element_id, code=incident.code)
    if step.unfinished:
        rows.jobs.append(_go_on(act, record))
    for thrown in step.thrown:
        if thrown.kind in ("signal", "message"):
            rows.jobs.append(
                engine_job(
                    act,
                    JobKind.spread,
                    thrown.kind,
                    payload={
                        "name": thrown.name,
                        "key": thrown.correlation_key,
                        "variables": dict(thrown.variables),
                        "thrower": record.id,
                        "after": "",
                    },
                )
            )
    return rows


def engine_job(act: Act, kind: JobKind, type: str, **said: object) -> Job:
    """A job of the engine's own, due at once unless said otherwise."""
    values: dict[str, object] = {
        "id": new_key(),
        "kind": kind,
        "type": type,
        "due_at": act.at,
        "retries": act.runtime.limits.automatic_retries,
        "created_at": act.at,
    }
    return Job(**{**values, **said})  # type: ignore[arg-type]  # names and types are the caller's


def _task(act: Act, record: InstanceRecord, wait: TaskWait, world: World) -> Task:
    queue = None
    if wait.candidate_groups:
        try:
            queue = QueueName.parse(wait.candidate_groups[0])
        except Invalid as wrong:
            raise QueueUnusable(
                f"The task {wait.element_id} names a queue that cannot be: {wrong.message}", remedy=wrong.remedy
            ) from wrong
    form = world.form(wait.form_id, wait.form_binding) if wait.form_id else None
    act.journal(record.id, "task.opened", f"{record.id}-{wait.wait}", element=wait.element_id, queue=str(queue or ""))
    return Task(
        instance_id=record.id,
        wait=wait.wait,
        element_id=wait.element_id,
        name=(wait.element_name or wait.element_id)[:255],
        queue=queue,
        state=TaskState.claimed if wait.assignee else TaskState.open,
        assignee=wait.assignee,
        case_id=record.case_id,
        priority=min(max(wait.priority, 0), 100),
        due_at=wait.due_at,
        follow_up_at=wait.follow_up_at,
        form_id=form.id if form else None,
        properties=_with_rules_of_others(wait, world),
        created_at=act.at,
        claimed_at=act.at if wait.assignee else None,
        service_key=record.case.service_key if record.case is not None else None,
    )


def _with_rules_of_others(wait: TaskWait, world: World) -> Mapping[str, str]:
    """What the task says, and what it is apart from by its own rules, by those of others, and of processes around."""
    apart: dict[str, str] = {}
    for process_id, marks in world.marks.items():
        if marks.apart and (process_id == wait.process_id or wait.element_id not in marks.tasks):
            apart |= marks.apart.get(wait.element_id, {})
    return {**wait.properties, APART: written(apart)} if apart else wait.properties


def _service_job(act: Act, record: InstanceRecord, wait: JobWait) -> Job:
    headers = dict(wait.headers)
    if wait.properties.get(EVIDENCE) and record.case_id is not None:
        headers[EVIDENCE_HEADER] = wait.properties[EVIDENCE]
        if wait.properties.get(AGREES):
            headers[AGREES_HEADER] = wait.properties[AGREES]
    return Job(
        id=new_key(),
        kind=JobKind.service,
        type=wait.type,
        instance_id=record.id,
        wait=wait.wait,
        element_id=wait.element_id,
        due_at=act.at,
        retries=max(wait.retries, 1),
        headers=headers,
        payload=wait.variables,
        created_at=act.at,
        procedure=record.process_id,
    )


def _timer(act: Act, record: InstanceRecord, wait: TimerWait) -> Job:
    """A timer; one that carries the case's term is due when the term ends, and stands still with its clock."""
    due_at, state, term = wait.due_at, JobState.waiting, None
    case = record.case
    if case is not None and case.term is not None and wait.properties.get(TERM) == case.term.name:
        term = case.term.name
        if case.deadline_at is None:
            state = JobState.suspended
        else:
            due_at = case.deadline_at
    return engine_job(
        act,
        JobKind.timer,
        "timer",
        instance_id=record.id,
        wait=wait.wait,
        procedure=record.process_id,
        element_id=wait.element_id,
        due_at=due_at,
        state=state,
        term=term,
    )


def _go_on(act: Act, record: InstanceRecord) -> Job:
    return engine_job(act, JobKind.go_on, "go-on", instance_id=record.id, procedure=record.process_id)
