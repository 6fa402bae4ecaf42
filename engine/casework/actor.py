"""Who acts: an account with its duties, as the domain sees it.

How somebody proves who they are (password, token, session) is the API's matter; what an actor may do with one thing is
said where the thing is (`task`, `case`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    administers: frozenset[str] = field(default_factory=frozenset)
    """Agencies whose members, units, deputies and absences the actor administers."""
    stands_in: Mapping[QueueName, frozenset[str]] = field(default_factory=dict)
    """Queues the actor may work in for absent colleagues, each with their accounts; not among `queues`."""
    represents: frozenset[str] = field(default_factory=frozenset)
    """Accounts the actor holds a mandate of that is valid now; its scope is asked where it is used."""
    session: str | None = None
    """The session that the act came by; None for tokens, and for Onewindow itself."""
    scopes: frozenset[str] | None = None
    """What a token is limited to; None for all that the account may."""
    second_factor_at: datetime | None = None
    """When a second factor was last proved in this session; None when it never was."""
    origin: str | None = None
    """The network address that the act came from."""
    purpose: str | None = None
    """Why the actor looks at what no task or duty of hers leads to, in her own words."""

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
