"""Tasks: the queue of a clerk, one task with its form, and claim, release, assign, draft, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from api.etag import PARAMETER as IF_MATCH
from api.etag import version_to_change
from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.tasks import (
    AssignCommand,
    CompleteCommand,
    CompletedSchema,
    DelegateCommand,
    DraftCommand,
    TaskDetailQuery,
    TaskDetailSchema,
    TaskPage,
    TaskQuery,
    TaskSchema,
)
from api.wiring import services
from door.access import caller
from door.language import asked_language
from engine.casework.look import LookKind
from engine.casework.policy import Action
from engine.casework.task import Task
from engine.runtime.assign import assign as assign_task
from engine.runtime.claim import claim as claim_task
from engine.runtime.complete import CompletedTask
from engine.runtime.complete import complete as complete_task
from engine.runtime.delegate import accept_delegated, decline_delegated
from engine.runtime.delegate import delegate as delegate_task
from engine.runtime.look import Looking, look
from engine.runtime.release import release as release_task
from engine.runtime.save_draft import save_draft as save_task_draft
from engine.store.queries import tasks as queries
from engine.store.queries.paging import Page

blueprint = Noun("tasks", __name__, description="Work of people: claim, release, assign, complete.")


def _tag(task: Task) -> str:
    return str(task.version)


@blueprint.operation("GET", "", rule=Action.list_tasks, summary="List tasks", query=TaskQuery, answer=TaskPage)
def list_tasks(query: Mapping[str, Any]) -> Any:
    """Tasks of the caller's queues, or those she holds. A citizen sees the tasks returned to her."""

    now = services().clock.now()

    def read(looking: Looking) -> Any:
        page = queries.queue_page(looking.connection, caller(), now=now, **query)
        looking.at_cases(LookKind.task_in_list, _of_others(page))
        return page

    # A queue shows work, nobody's data: most pages tell nothing and need no transaction, so they are read without one.
    with services().read() as connection:
        page = queries.queue_page(connection, caller(), now=now, **query)
    return look(services().runtime, read, by=caller()) if _of_others(page) else page


def _of_others(page: Page[queries.TaskRow]) -> dict[str, str]:
    """Tasks that belong to a person the caller acts for, by their cases."""
    account = caller().account
    return {
        one.task.case_id: one.task.id
        for one in page.items
        if one.task.queue is None and one.task.case_id is not None and one.task.principal != account
    }


@blueprint.operation(
    "GET",
    "/<task:task_id>",
    rule=Action.see_task,
    summary="Show a task",
    query=TaskDetailQuery,
    answer=TaskDetailSchema,
)
def show(query: Mapping[str, Any], task_id: str) -> Response:
    """A task with its form and the values it shows. The ETag is its version."""

    def read(looking: Looking) -> queries.TaskDetail:
        found = queries.task_detail(looking.connection, caller(), task_id)
        looking.at_task(found.task)
        return found

    detail = look(services().runtime, read, by=caller())
    shown = services().show_form(detail, query["language"], caller())
    known = TaskDetailSchema(exclude=("form", "form_id", "variables", "draft")).dump(detail)
    of_form = {"form_id": shown.form["id"] if shown.form else None, "form": shown.form}
    answer = jsonify({**known, **of_form, "variables": shown.variables, "draft": shown.draft})
    answer.set_etag(str(detail.task.version))
    return answer


@blueprint.operation(
    "POST", "/<task:task_id>/claim", rule=Action.claim_task, summary="Claim a task", answer=TaskSchema, idempotent=True
)
def claim(task_id: str) -> Response:
    """Take an open task of an own queue, or of an absent colleague's whom the caller stands in for.

    A second clerk gets 409 and is told who holds it.
    """
    return carry_out(lambda runtime: claim_task(runtime, task_id, by=caller()), TaskSchema, etag=_tag)


@blueprint.operation(
    "POST",
    "/<task:task_id>/release",
    rule=Action.release_task,
    summary="Release a task",
    answer=TaskSchema,
    idempotent=True,
)
def release(task_id: str) -> Response:
    """Give a task back to its queue: one's own, or as a supervisor anyone's in the agency."""
    return carry_out(lambda runtime: release_task(runtime, task_id, by=caller()), TaskSchema, etag=_tag)


@blueprint.operation(
    "POST",
    "/<task:task_id>/assign",
    rule=Action.assign_task,
    summary="Assign a task",
    body=AssignCommand,
    answer=TaskSchema,
    idempotent=True,
)
def assign(command: Mapping[str, Any], task_id: str) -> Response:
    """Give a task of the agency to one of its clerks."""
    return carry_out(
        lambda runtime: assign_task(runtime, task_id, command["account"], by=caller()), TaskSchema, etag=_tag
    )


@blueprint.operation(
    "POST",
    "/<task:task_id>/delegate",
    rule=Action.delegate_task,
    summary="Offer a task to a colleague",
    body=DelegateCommand,
    answer=TaskSchema,
    idempotent=True,
)
def delegate(command: Mapping[str, Any], task_id: str) -> Response:
    """Ask a member of the queue to take over a task that the caller holds; she keeps it until the other accepts."""
    return carry_out(
        lambda runtime: delegate_task(runtime, task_id, command["account"], by=caller()), TaskSchema, etag=_tag
    )


@blueprint.operation(
    "POST",
    "/<task:task_id>/accept",
    rule=Action.accept_task,
    summary="Take an offered task",
    answer=TaskSchema,
    idempotent=True,
)
def accept(task_id: str) -> Response:
    """Take over a task that a colleague offers to the caller."""
    return carry_out(lambda runtime: accept_delegated(runtime, task_id, by=caller()), TaskSchema, etag=_tag)


@blueprint.operation(
    "POST",
    "/<task:task_id>/decline",
    rule=Action.decline_task,
    summary="Decline an offered task",
    answer=TaskSchema,
    idempotent=True,
)
def decline(task_id: str) -> Response:
    """Do not take over a task that a colleague offers; its holder takes her own offer back so."""
    return carry_out(lambda runtime: decline_delegated(runtime, task_id, by=caller()), TaskSchema, etag=_tag)


@blueprint.operation(
    "PUT",
    "/<task:task_id>/draft",
    rule=Action.draft_task,
    summary="Save a draft",
    body=DraftCommand,
    answer=TaskSchema,
    parameters=(IF_MATCH,),
)
def save_draft(command: Mapping[str, Any], task_id: str) -> Response:
    """Keep answers without sending them. The answers may be incomplete; fields the form does not have are refused."""
    seen = version_to_change()
    return carry_out(
        lambda runtime: save_task_draft(
            runtime, task_id, command["answers"], by=caller(), seen_version=seen, language=asked_language()
        ),
        TaskSchema,
        etag=_tag,
    )


@blueprint.operation(
    "POST",
    "/<task:task_id>/complete",
    rule=Action.complete_task,
    summary="Complete a task",
    body=CompleteCommand,
    answer=CompletedSchema,
    idempotent=True,
)
def complete(command: Mapping[str, Any], task_id: str) -> Response:
    """Send the answers of a task. A task that is done already is 409, a field the form does not have 422."""
    return carry_out(
        lambda runtime: complete_task(runtime, task_id, command["answers"], by=caller(), language=asked_language()),
        CompletedSchema,
        view=_with_opened_tasks,
    )


def _with_opened_tasks(completed: CompletedTask) -> Mapping[str, Any]:
    """What the completion led to, as far as the caller may see it."""
    actor, task = caller(), completed.task
    return {
        "id": task.id,
        "state": task.state,
        "instance_id": task.instance_id,
        "open_tasks": [one for one in completed.opened if one.may_be_seen_by(actor)],
    }
