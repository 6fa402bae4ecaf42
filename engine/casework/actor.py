"""Who acts: an account with its duties, as the domain sees it.

How somebody proves who they are (password, token, session) is the API's matter; what an actor may do with one thing is
said where the thing is (`task`, `case`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import Forbidden
from engine.identity import QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account at work."""

    account: str
    """Key of the account."""
    name: str
    """As shown to colleagues."""
    pin: str | None = None
    """The personal number, when the account is a person's."""
    citizen: bool = False
    queues: frozenset[QueueName] = field(default_factory=frozenset)
    """Queues whose tasks the actor may take: memberships of `agency:role`."""
    supervises: frozenset[str] = field(default_factory=frozenset)
    """Agencies whose work the actor oversees."""
    analyst: bool = False
    operator: bool = False

    def works_in(self, queue: QueueName | None) -> bool:
        """Whether the actor may take tasks of this queue."""
        return queue is not None and queue in self.queues

    def oversees(self, agency: str | None) -> bool:
        """Whether the actor supervises this agency."""
        return agency is not None and agency in self.supervises

    @property
    def agencies(self) -> frozenset[str]:
        """Agencies the actor works for or oversees."""
        return frozenset(queue.agency for queue in self.queues) | self.supervises


SYSTEM = Actor(account="system", name="Onewindow", operator=True)
"""Onewindow itself: timers, connectors, deployments at start."""


class DutyMissing(Forbidden):
    """The actor lacks the duty an act belongs to."""

    code = "duty-missing"

    def __init__(self, duty: str, act: str) -> None:
        super().__init__(
            f"Expected {_an(duty)} to {act}; this account is not one.",
            remedy=f"Ask somebody who is {_an(duty)}, or the administrator of your agency.",
            duty=duty,
        )


def _an(duty: str) -> str:
    return f"{'an' if duty[0] in 'aeiou' else 'a'} {duty}"
