"""Separation of duties: who may do a task, given who did others of the same case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.casework import delegation
from engine.casework.separation import (
    DoneBy,
    DutiesSeparated,
    Separation,
    is_separated,
    named_tasks,
    read_apart,
    written,
)
from engine.casework.task import TaskState
from engine.identity import QueueName
from tests.builders.a_task import NOW, a_task
from tests.builders.an_actor import QUEUE, a_clerk, a_supervisor, an_actor

AYSEL, LEYLA, RAUF = "aysel", "leyla", "rauf"
APART = Separation("Approve", QUEUE, {"check": "notSameAs"})
CHECKED = replace(APART, done=[DoneBy("check", AYSEL, None, "Check")])


def test_who_did_the_one_task_may_not_do_the_other() -> None:
    bar = CHECKED.bar(AYSEL)

    assert bar is not None
    assert (bar.rule, bar.earlier) == ("notSameAs", "check")
    assert bar.why == "The task 'Approve' is not done by who did 'Check' in this case."
    assert bar.remedy == f"Another member of queue {QUEUE} may do it."
    assert AYSEL not in bar.why + bar.remedy
    assert CHECKED.bar(LEYLA) is None


@pytest.mark.parametrize(
    ("done", "acting"),
    [
        (DoneBy("check", LEYLA, AYSEL), (AYSEL, None)),
        (DoneBy("check", AYSEL), (LEYLA, AYSEL)),
        (DoneBy("check", LEYLA, AYSEL), (LEYLA, None)),
        (DoneBy("check", LEYLA, AYSEL), (RAUF, AYSEL)),
    ],
)
def test_who_acts_for_an_absent_colleague_counts_as_both(done: DoneBy, acting: tuple[str, str | None]) -> None:
    assert replace(APART, done=[done]).bar(*acting) is not None


def test_what_somebody_holds_stands_against_her_claim_and_not_against_her_completing() -> None:
    holding = replace(APART, done=[DoneBy("check", AYSEL, is_done=False)])

    bar = holding.bar(AYSEL, claims=True)
    assert bar is not None
    assert bar.remedy.startswith("Release 'check' first")
    assert holding.bar(AYSEL) is None


def test_the_same_person_goes_on_and_of_several_rounds_the_last_one_counts() -> None:
    rules = Separation("Approve", same_as=frozenset({"check"}))
    twice = replace(rules, done=[DoneBy("check", AYSEL), DoneBy("check", LEYLA)])

    assert rules.bar(RAUF) is None, "nobody did it, so nobody is bound"
    assert twice.bar(LEYLA) is None
    assert twice.bar(RAUF, LEYLA) is None, "her deputy"
    assert twice.bar(AYSEL) is not None


def test_who_has_left_the_queue_binds_nobody_to_herself() -> None:
    rules = Separation("Approve", same_as=frozenset({"check"}), done=[DoneBy("check", AYSEL)])

    assert rules.bar(LEYLA) is not None
    assert replace(rules, gone=frozenset({AYSEL})).bar(LEYLA) is None


def test_neither_the_applicant_nor_whom_a_mandate_binds_to_her() -> None:
    rules = Separation("Approve", not_applicant=True, applicants=frozenset({"applicant", "son"}))

    assert rules.bar("applicant") is not None
    assert rules.bar(AYSEL, "son") is not None
    assert rules.bar(AYSEL) is None


def test_a_deputy_acts_for_the_colleague_whom_nothing_stands_against() -> None:
    queue = QueueName.parse(QUEUE)
    deputy = an_actor(stands_in={queue: frozenset({AYSEL, LEYLA})})

    assert a_task().claim(deputy, NOW).acted_for == AYSEL
    assert a_task().claim(deputy, NOW, CHECKED).acted_for == LEYLA
    assert a_task().complete(deputy, NOW, CHECKED).acted_for == LEYLA


def test_it_is_held_at_claim_at_completion_when_assigned_and_when_delegated() -> None:
    aysel, holder, supervisor = a_clerk(account=AYSEL), a_clerk(), a_supervisor()
    task = a_task()
    held = task.claim(holder, NOW)
    hers = a_task(state=TaskState.claimed, assignee=AYSEL)
    offered = replace(held, offered_to=AYSEL)

    for refused in (
        lambda: task.claim(aysel, NOW, CHECKED),
        lambda: task.complete(aysel, NOW, CHECKED),
        lambda: hers.complete(aysel, NOW, CHECKED),
        lambda: held.assign(aysel, supervisor, NOW, CHECKED),
        lambda: delegation.delegate(held, aysel, holder, CHECKED),
        lambda: delegation.accept(offered, aysel, NOW, CHECKED),
    ):
        with pytest.raises(DutiesSeparated) as refusal:
            refused()
        assert refusal.value.facts == {"rule": "notSameAs", "earlier_task": "check"}
    assert held.complete(holder, NOW, CHECKED).state is TaskState.completed


def test_rules_are_read_as_they_are_written() -> None:
    apart = {"check": "notSameAs", "a.b-c": "fourEyes"}

    assert read_apart(written(apart)) == apart
    assert read_apart(None) == {}
    assert named_tasks(" check, review approve,") == ("check", "review", "approve")
    assert not is_separated({"notApplicant": "false", "milestone": "checked"})
    assert is_separated({"sameAs": "check"})
