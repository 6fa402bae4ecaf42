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
    tin: str | None = None
    """The taxpayer's number (VÖEN), when the account is a company's."""
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
    """Queues the actor may work in for absent colleagues, each with their accounts; some may be among `queues`."""
    represents: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    """Accounts the actor holds a mandate of that is valid now, each with the services it is for; None for all."""
    opened: frozenset[str] = frozenset()
    """Cases the actor opened for a stated reason, and that are open to her still."""
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

    def stands_in_for(self, queue: QueueName | None) -> frozenset[str]:
        """The absent colleagues whose work in this queue the actor may do."""
        return self.stands_in.get(queue, frozenset()) if queue is not None else frozenset()

    def may_work_in(self, queue: QueueName | None) -> bool:
        """Whether the actor may take tasks of this queue, for herself or for an absent colleague."""
        return self.works_in(queue) or bool(self.stands_in_for(queue))

    def oversees(self, agency: str | None) -> bool:
        """Whether the actor supervises this agency."""
        return agency is not None and agency in self.supervises

    def is_administrator_of(self, agency: str) -> bool:
        """Whether the actor administers this agency."""
        return agency in self.administers

    def represents_in(self, account: str | None, service: str | None) -> bool:
        """Whether the actor holds a mandate of this account that is valid now and is for this service."""
        if account is None or account not in self.represents:
            return False
        services = self.represents[account]
        return services is None or service in services

    def acts_for(self, account: str | None, service: str | None) -> bool:
        """Whether the actor is this account, or holds its mandate for this service."""
        return account is not None and (account == self.account or self.represents_in(account, service))

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
