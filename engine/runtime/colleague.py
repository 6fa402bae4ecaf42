"""Whom somebody means when she hands a task to another."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.errors import Invalid, NotFound, Place
from engine.runtime.act import Act


def colleague_with(act: Act, account: str) -> Actor:
    """Who has this key. Raises Invalid; whether she may have the task is the task's to say."""
    try:
        return act.work.accounts.actor(account, act.at)
    except NotFound as unknown:
        raise Invalid(
            "There is no such account.",
            places=[Place("/account", "Expected the key of a member of the queue.", "unknown-account")],
            remedy="Choose a member of the queue.",
        ) from unknown
