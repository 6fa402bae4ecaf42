"""Delegation: the holder of a task hands it to a colleague, who accepts or declines.

held --delegate--> held and offered --accept--> held by the colleague
                                    --decline, take back--> held

Until the colleague accepts, the holder holds it; whatever else happens to the task ends the offer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.casework.actor import Actor
from engine.casework.policy import Action, decide
from engine.casework.separation import NO_RULES, Separation
from engine.casework.task import Task, acts_for_in
from engine.casework.task_refusals import AssigneeOutsideQueue, NotOffered, NotTaskHolder, TaskDone, TaskOfOnePerson
from engine.errors import Invalid, Place


def delegate(task: Task, to: Actor, by: Actor, rules: Separation = NO_RULES) -> Task:
    """Offer a task to a colleague who may work in its queue now; a second offer takes the place of the first.

    Raises NotFound, TaskDone, NotTaskHolder, TaskOfOnePerson, AssigneeOutsideQueue, DutiesSeparated, Invalid.
    """
    _require_open(task, by)
    if task.queue is None:
        raise TaskOfOnePerson(task)
    task.require_held_by(by, Action.delegate_task, "delegate")
    if to.account == by.account:
        raise Invalid(
            "The task is yours already.",
            places=[Place("/account", "Expected a colleague.", "oneself")],
            remedy="Choose a colleague.",
        )
    if not to.may_work_in(task.queue):
        raise AssigneeOutsideQueue(task.queue)
    rules.require(to.account, acts_for_in(to, task.queue, rules), claims=True)
    return replace(task, offered_to=to.account, version=task.version + 1)


def accept(task: Task, by: Actor, at: datetime, rules: Separation = NO_RULES) -> Task:
    """The colleague takes the task. Raises NotFound, TaskDone, NotOffered, DutiesSeparated."""
    _require_open(task, by)
    if not decide(by, Action.accept_task, task.thing).allowed:
        raise NotOffered(task)
    return task.held_by(by, at, rules)


def decline(task: Task, by: Actor) -> Task:
    """The colleague does not take it, or the holder takes the offer back. Raises NotFound, TaskDone, NotTaskHolder."""
    _require_open(task, by)
    if not decide(by, Action.decline_task, task.thing).allowed:
        raise NotTaskHolder(task, "take back the offer of")
    if task.offered_to is None:
        return task
    return replace(task, offered_to=None, version=task.version + 1)


def _require_open(task: Task, by: Actor) -> None:
    task.require_seen_by(by)
    if not task.is_open:
        raise TaskDone(task)
