"""Tasks in the hands of deputies, of colleagues they are handed to, of representatives, and of who has left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.casework.delegation import accept, decline, delegate
from engine.casework.deputy import DeputyOfDeputy
from engine.casework.task import (
    AssigneeOutsideQueue,
    NotInQueue,
    NotTaskHolder,
    TaskDone,
    TaskOfOnePerson,
    TaskState,
    TaskTaken,
)
from engine.casework.task_refusals import NotOffered
from engine.errors import Invalid, NotFound
from engine.identity import QueueName
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor

AYSEL, COLLEAGUE = a_clerk(), a_clerk()
Q = QueueName.parse(QUEUE)
DEPUTY = an_actor("traffic-police:head", stands_in={Q: frozenset({AYSEL.account})})
BESIDE = a_clerk(stands_in={Q: frozenset({AYSEL.account})})
"""Works in the same queue as the one she stands in for."""
DEPUTY_OF_DEPUTY = an_actor("traffic-police:clerk", stands_in={Q: frozenset({DEPUTY.account})})
HERS = a_task().claim(AYSEL, NOW)


# Deputies


def test_deputy_takes_an_open_task_for_her_absent_colleague() -> None:
    task = a_task().claim(DEPUTY, NOW)

    assert (task.assignee, task.acted_for) == (DEPUTY.account, AYSEL.account)
    done = task.complete(DEPUTY, NOW)
    assert (done.state, done.assignee, done.acted_for) == (TaskState.completed, DEPUTY.account, AYSEL.account)


def test_deputy_takes_over_what_the_absent_one_holds() -> None:
    for deputy in (DEPUTY, BESIDE):
        task = HERS.claim(deputy, NOW)
        assert (task.assignee, task.acted_for) == (deputy.account, AYSEL.account)
        assert task.claim(deputy, NOW) is task
        assert HERS.complete(deputy, NOW).acted_for == AYSEL.account
        assert HERS.release(deputy).state is TaskState.open


def test_member_of_the_queue_acts_for_herself_where_nobody_holds_the_task() -> None:
    assert a_task().claim(BESIDE, NOW).acted_for is None


def test_deputy_does_not_take_what_others_hold() -> None:
    with pytest.raises(TaskTaken):
        a_task().claim(COLLEAGUE, NOW).claim(DEPUTY, NOW)


def test_deputy_of_a_deputy_does_not_take_what_is_done_for_somebody_else() -> None:
    held = a_task().claim(DEPUTY, NOW)

    for act in ("claim", "complete"):
        with pytest.raises(DeputyOfDeputy):
            getattr(held, act)(DEPUTY_OF_DEPUTY, NOW)


@pytest.mark.parametrize("act", ["claim", "complete"])
def test_deputy_whose_time_is_over_finds_nothing(act: str) -> None:
    held, later = a_task().claim(DEPUTY, NOW), replace(DEPUTY, stands_in={})

    with pytest.raises(NotFound):
        getattr(held, act)(later, NOW)


def test_supervisor_may_hand_a_task_to_a_deputy() -> None:
    assigned = a_task().assign(DEPUTY, a_supervisor(), NOW)

    assert (assigned.assignee, assigned.acted_for) == (DEPUTY.account, AYSEL.account)


def test_task_that_goes_back_is_nobodys() -> None:
    released = a_task().claim(DEPUTY, NOW).release(DEPUTY)

    assert (released.assignee, released.acted_for, released.claimed_at) == (None, None, None)


# Who has left


def test_clerk_who_was_taken_out_of_the_queue_cannot_go_on_with_what_she_claimed() -> None:
    left = replace(AYSEL, queues=frozenset())

    for act in (
        lambda: HERS.complete(left, NOW),
        lambda: HERS.save_draft({}, left, None),
        lambda: HERS.claim(left, NOW),
        lambda: HERS.release(left),
        lambda: delegate(HERS, COLLEAGUE, left),
    ):
        with pytest.raises(NotFound):
            act()


def test_supervisor_who_was_a_clerk_sees_it_and_cannot_complete_it() -> None:
    supervising = replace(AYSEL, queues=frozenset(), supervises=frozenset({"traffic-police"}))

    with pytest.raises(NotInQueue):
        HERS.complete(supervising, NOW)
    with pytest.raises(NotTaskHolder):
        HERS.save_draft({}, supervising, None)
    assert HERS.release(supervising).assignee is None


# Delegation


def test_holder_hands_a_task_to_a_colleague_who_accepts() -> None:
    offered = delegate(HERS, COLLEAGUE, AYSEL)
    taken = accept(offered, COLLEAGUE, NOW)

    assert (offered.assignee, offered.offered_to) == (AYSEL.account, COLLEAGUE.account)
    assert (taken.assignee, taken.offered_to, taken.acted_for) == (COLLEAGUE.account, None, None)
    with pytest.raises(TaskTaken):
        taken.complete(AYSEL, NOW)


def test_task_is_handed_to_a_deputy_who_then_acts_for_the_absent_one() -> None:
    held = a_task().claim(COLLEAGUE, NOW)

    assert accept(delegate(held, DEPUTY, COLLEAGUE), DEPUTY, NOW).acted_for == AYSEL.account


def test_colleague_declines_or_the_holder_takes_the_offer_back() -> None:
    offered = delegate(HERS, COLLEAGUE, AYSEL)

    for by in (COLLEAGUE, AYSEL):
        kept = decline(offered, by)
        assert (kept.assignee, kept.offered_to, kept.state) == (AYSEL.account, None, TaskState.claimed)
    assert decline(HERS, AYSEL) is HERS
    with pytest.raises(NotTaskHolder):
        decline(offered, a_clerk())


@pytest.mark.parametrize(
    ("task", "to", "by", "refusal"),
    [
        pytest.param(HERS, COLLEAGUE, a_clerk(), NotTaskHolder, id="by who does not hold it"),
        pytest.param(HERS, COLLEAGUE, a_supervisor(), NotTaskHolder, id="by a supervisor, who assigns"),
        pytest.param(HERS, COLLEAGUE, a_citizen(), NotFound, id="by who may not see it"),
        pytest.param(HERS, AYSEL, AYSEL, Invalid, id="to oneself"),
        pytest.param(HERS, an_actor("traffic-police:head"), AYSEL, AssigneeOutsideQueue, id="out of the queue"),
        pytest.param(a_task(), COLLEAGUE, AYSEL, NotTaskHolder, id="that nobody holds"),
        pytest.param(HERS.complete(AYSEL, NOW), COLLEAGUE, AYSEL, TaskDone, id="that is done"),
        pytest.param(
            a_task(None, assignee=AYSEL.account), COLLEAGUE, AYSEL, TaskOfOnePerson, id="that is one person's own"
        ),
    ],
)
def test_delegation_that_cannot_be_is_refused(task: Any, to: Any, by: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        delegate(task, to, by)


def test_only_whom_it_is_offered_to_accepts_while_she_may_work_in_the_queue() -> None:
    offered = delegate(HERS, COLLEAGUE, AYSEL)

    with pytest.raises(NotOffered):
        accept(offered, BESIDE, NOW)
    with pytest.raises(NotFound):
        accept(offered, replace(COLLEAGUE, queues=frozenset()), NOW)
    moved = replace(COLLEAGUE, queues=frozenset(), supervises=frozenset({"traffic-police"}))
    with pytest.raises(NotOffered):
        accept(offered, moved, NOW)


def test_whatever_else_happens_to_a_task_ends_the_offer() -> None:
    offered = delegate(HERS, COLLEAGUE, AYSEL)

    for after in (
        offered.complete(AYSEL, NOW),
        offered.release(AYSEL),
        offered.cancel(NOW),
        offered.assign(BESIDE, a_supervisor(), NOW),
        offered.claim(BESIDE, NOW),
    ):
        assert after.offered_to is None


# Representatives

MOTHER = a_citizen()
RETURNED = a_task(None, state=TaskState.claimed, assignee=MOTHER.account, service_key="renewal")


def representing(services: frozenset[str] | None) -> Any:
    return an_actor(citizen=True, represents={MOTHER.account: services})


@pytest.mark.parametrize("services", [None, frozenset({"renewal"}), frozenset({"tax", "renewal"})])
def test_representative_finishes_what_is_returned_to_the_applicant(services: frozenset[str] | None) -> None:
    son = representing(services)

    done = RETURNED.save_draft({"a": 1}, son, None).complete(son, NOW)

    assert (done.assignee, done.acted_for, done.principal) == (son.account, MOTHER.account, MOTHER.account)
    assert done.may_be_seen_by(MOTHER)


def test_mandate_for_another_service_or_that_is_over_opens_nothing() -> None:
    done = RETURNED.complete(representing(None), NOW)

    for stranger in (representing(frozenset({"tax"})), representing(frozenset()), a_citizen()):
        with pytest.raises(NotFound):
            RETURNED.complete(stranger, NOW)
        assert not done.may_be_seen_by(stranger)
    assert not done.may_be_seen_by(an_actor(citizen=True, account=done.assignee))


def test_representative_of_a_clerk_sees_nothing_of_her_queue() -> None:
    assert not HERS.may_be_seen_by(an_actor(citizen=True, represents={AYSEL.account: None}))
