"""Tasks: who may take, keep, give back and finish them, and what finishing one does to the instance."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from engine.casework.task import NotTaskHolder, TaskChanged, TaskDone, TaskTaken
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import new_key
from engine.runtime.assign import assign
from engine.runtime.claim import claim
from engine.runtime.complete import complete
from engine.runtime.release import release
from engine.runtime.save_draft import save_draft
from engine.runtime.variables import BadVariables
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_permit import a_check_form
from tests.builders.a_runtime import MONDAY, OFFICIAL, QUEUE, Running
from tests.builders.an_account import an_account
from tests.builders.an_actor import an_actor

CLERK, COLLEAGUE, OUTSIDER = an_actor(QUEUE), an_actor(QUEUE), an_actor("elsewhere:clerk")
SUPERVISOR = an_actor(supervises=frozenset({"city"}))
NO_KEY = "01hk3v8b6s9e4w2m7q5t0x1y2z"
"""Looks like a key, and is nobody's."""


def a_permit_process(**said: str) -> Drawing:
    """One task, a decision by its answer, a script, another task."""
    return (
        a_process("permit")
        .start()
        .user_task("check", queue=QUEUE, **said)
        .exclusive("ok")
        .at("ok", when="=approved = true")
        .script("fee", "=20 + 5", "fee")
        .user_task("sign", queue=QUEUE)
        .end("granted")
        .at("ok", otherwise=True)
        .end("refused")
    )


@pytest.fixture
def permit(running: Running) -> str:
    """A running instance that waits at its first task."""
    running.deploy(a_permit_process())
    return running.start("permit")


def test_a_completed_task_leads_on(running: Running, permit: str) -> None:
    running.complete(permit, "check", by=CLERK, approved=True)
    assert running.state(permit) == "active"
    assert running.variables(permit) == {"approved": True, "fee": 25}
    running.complete(permit, "sign", by=CLERK)
    assert running.state(permit) == "completed"
    assert running.history(permit) == [
        "permit:c",
        "start:c",
        "check:c",
        "ok:c",
        "fee:c",
        "sign:c",
        "granted:c",
    ]


def test_each_act_stands_in_the_journal_without_personal_data(running: Running, permit: str) -> None:
    claim(running.runtime, running.task(permit, "check").id, by=CLERK)
    running.complete(permit, "check", by=CLERK, approved=False, note="Leyla İsmayılova")
    assert running.acts(permit) == [
        "instance.started",
        "task.opened",
        "task.claimed",
        "task.completed",
        "instance.completed",
    ]
    details = running.rows("SELECT detail FROM journal_entry WHERE chain = :c", c=permit)
    assert "Leyla" not in str(details)


def test_what_a_form_does_not_know_changes_nothing(running: Running) -> None:
    running.deploy(a_permit_process(form="check"), check_form=a_check_form())
    permit = running.start("permit")
    with pytest.raises(Invalid) as caught:
        running.complete(permit, "check", by=CLERK, complete=True, smuggled="x")
    assert [place.path for place in caught.value.places] == ["/answers/smuggled"]
    assert running.task(permit, "check").state == "open"
    running.complete(permit, "check", by=CLERK, complete=True)


def test_the_variable_case_is_the_engines_alone(running: Running, permit: str) -> None:
    with pytest.raises(BadVariables) as caught:
        running.complete(permit, "check", by=CLERK, case={"number": "forged"})
    assert caught.value.places[0].code == "reserved-name"


@pytest.mark.parametrize("name", ["__builtins__", "", "a b", "1st", "x" * 256, "a.b"])
def test_a_variable_no_expression_could_name_is_refused(running: Running, permit: str, name: str) -> None:
    with pytest.raises(BadVariables):
        complete(running.runtime, running.task(permit, "check").id, {name: 1}, by=CLERK)


@pytest.mark.parametrize("typename", ["car", "timedelta", "UUID", "BpmnWorkflow"])
def test_values_that_look_like_the_kernels_own_come_back_as_they_were(
    running: Running, permit: str, typename: str
) -> None:
    running.complete(permit, "check", by=CLERK, approved=True, thing={"typename": typename, "len": [1]})
    assert running.variables(permit)["thing"] == {"typename": typename, "len": [1]}


def test_a_task_that_is_done_cannot_be_done_again(running: Running, permit: str) -> None:
    task = running.complete(permit, "check", by=CLERK, approved=True)
    with pytest.raises(TaskDone):
        complete(running.runtime, task.id, {}, by=CLERK)


def test_a_task_somebody_holds_is_hers_alone(running: Running, permit: str) -> None:
    task = claim(running.runtime, running.task(permit, "check").id, by=CLERK)
    assert claim(running.runtime, task.id, by=CLERK) == task
    for act in (claim, lambda r, t, by: complete(r, t, {}, by=by)):
        with pytest.raises(TaskTaken):
            act(running.runtime, task.id, by=COLLEAGUE)
    with pytest.raises(NotTaskHolder):
        release(running.runtime, task.id, by=COLLEAGUE)
    release(running.runtime, task.id, by=CLERK)
    assert claim(running.runtime, task.id, by=COLLEAGUE).assignee == COLLEAGUE.account


def test_who_has_no_part_in_a_queue_does_not_know_its_tasks(running: Running, permit: str) -> None:
    task_id = running.task(permit, "check").id
    for act in (claim, release, lambda r, t, by: complete(r, t, {}, by=by)):
        with pytest.raises(NotFound):
            act(running.runtime, task_id, by=OUTSIDER)
    with pytest.raises(NotFound):
        assign(running.runtime, task_id, CLERK.account, by=OUTSIDER)


@pytest.mark.parametrize(
    "task_id", ["", "x", NO_KEY, f"{NO_KEY}-1", f"{NO_KEY}-", f"{NO_KEY}-9999999999999999999", "a-b-c"]
)
def test_a_task_that_never_was_is_not_found(running: Running, task_id: str) -> None:
    with pytest.raises(NotFound):
        claim(running.runtime, task_id, by=CLERK)


def test_a_supervisor_hands_a_task_to_a_member_of_its_queue(running: Running, permit: str) -> None:
    member, stranger = an_account("member"), an_account("stranger")
    with running.runtime.database.work() as work:
        work.accounts.add(member)
        work.accounts.add(stranger)
        work.accounts.grant(member.id, CLERK.queues)
    task_id = running.task(permit, "check").id
    assert assign(running.runtime, task_id, member.id, by=SUPERVISOR).assignee == member.id
    with pytest.raises(Invalid):
        assign(running.runtime, task_id, new_key(), by=SUPERVISOR)
    with pytest.raises(Forbidden):
        assign(running.runtime, task_id, member.id, by=CLERK)


def test_a_draft_is_kept_with_the_task_and_changes_nothing_else(running: Running, permit: str) -> None:
    task = claim(running.runtime, running.task(permit, "check").id, by=CLERK)
    kept = save_draft(running.runtime, task.id, {"approved": False}, by=CLERK, seen_version=task.version)
    assert running.task(permit, "check").draft == {"approved": False}
    assert "approved" not in running.variables(permit)
    with pytest.raises(TaskChanged):
        save_draft(running.runtime, task.id, {}, by=CLERK, seen_version=kept.version - 1)
    with pytest.raises(NotTaskHolder):
        save_draft(running.runtime, task.id, {}, by=COLLEAGUE)


def test_completing_a_task_takes_at_most_ten_statements(running: Running, permit: str) -> None:
    running.complete(running.start("permit"), "check", approved=True)
    task_id = running.task(permit, "check").id
    statements: list[str] = []
    writer, reader = running.runtime.database.engines
    for engine in (writer, reader):
        event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *_: statements.append(statement))
    complete(running.runtime, task_id, {"approved": True}, by=CLERK)
    assert len(statements) <= 10, "\n".join(statements)


def test_an_answer_kept_for_a_repetition_stands_in_the_same_transaction(running: Running, permit: str) -> None:
    task_id = running.task(permit, "check").id

    def fail(*_: object) -> None:
        raise Invalid("The answer cannot be kept.")

    with pytest.raises(Invalid):
        complete(running.runtime.recording(fail), task_id, {"approved": True}, by=CLERK)
    assert running.task(permit, "check").is_open
    seen: list[object] = []
    complete(running.runtime.recording(lambda _, result: seen.append(result)), task_id, {"approved": True}, by=CLERK)
    assert len(seen) == 1


def test_due_dates_and_priorities_come_from_the_model(running: Running) -> None:
    process = a_process("dated").start()
    running.deploy(process.user_task("check", queue=QUEUE, due="2026-03-05T10:00:00Z", priority="80").end())
    task = running.task(running.start("dated"), "check")
    assert (task.priority, str(task.queue), task.created_at) == (80, QUEUE, MONDAY)
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2026-03-05T10:00:00+00:00"
    assert OFFICIAL.works_in(task.queue)
