"""Builds actors for tests: clerks, supervisors, citizens."""

from __future__ import annotations

from typing import Any

from engine.casework.actor import Actor
from engine.identity import QueueName, new_key

QUEUE = "traffic-police:examiner"


def an_actor(*queues: str, **said: Any) -> Actor:
    """Somebody with an account of its own and no duty but the queues named."""
    queue_names = frozenset(QueueName.parse(queue) for queue in queues)
    return Actor(**{"account": new_key(), "name": "Aysel Mammadova", "queues": queue_names, **said})


def a_clerk(**said: Any) -> Actor:
    """A member of `QUEUE`."""
    return an_actor(QUEUE, **said)


def a_supervisor(agency: str = "traffic-police") -> Actor:
    """Somebody who oversees an agency and works in none of its queues."""
    return an_actor(supervises=frozenset({agency}))


def a_citizen() -> Actor:
    """Somebody who may apply."""
    return an_actor(citizen=True, pin="1A2B3C4")
