"""A look-up in a register: what is asked, in whose case, and an answer that is kept so that nobody asks twice.

One question in one case is one fetch. Within the validity that an operator sets for a register, an answer serves
further cases of the same applicant, for the same purpose and legal basis; it never serves another person. A model that
must have the newest answer each time a task is reached says `ask: again`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engine.casework.evidence import MessageProof

ASKING_FOR: Final = timedelta(seconds=40)
"""How long one who asks is waited for; longer than an exchange may take (`engine.connectors.exchange`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one job asks of a register."""

    job_id: str
    register: str
    operation: str
    """As the model writes it, without the person's number."""
    path: str
    """Filled in; holds personal data, and is therefore kept as part of `hash` alone."""
    purpose: str
    legal_basis: str
    asks_again: bool = False
    """Whether an answer that another task of the case got does not serve."""

    @property
    def hash(self) -> str:
        """SHA-256 of all that makes two questions the same, in hex."""
        said = [self.register, self.operation, self.path, self.purpose, self.legal_basis]
        if self.asks_again:
            said.append(self.job_id)
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def idempotency_key(self, instance_id: str) -> str:
        """What the register sees: the same for every try of this question in one case, whichever job asks it."""
        return hashlib.sha256(f"{instance_id} {self.hash}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswer:
    """What a register answered, as it is kept."""

    instance_id: str
    """The case's instance."""
    question: str
    """Hash of the question."""
    person: str | None
    """Account of the applicant; None where nobody applied, and then no other case is served."""
    register: str
    asked_by: str
    """Job that asks or asked."""
    asked_until: datetime
    """Until then others wait for who asks."""
    status: int | None = None
    """HTTP status of the answer; None while it is awaited."""
    body: str = ""
    answered_at: datetime | None = None
    valid_until: datetime | None = None
    """Until when it serves other cases of the person; None serves this case alone."""
    is_reused: bool = False
    """Whether it was fetched for an earlier case."""
    proof: MessageProof | None = None
    """By which message it came, over a data exchange layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one who wants to ask is told."""

    idempotency_key: str
    answer: LookupAnswer | None = None
    """There is an answer: nothing is asked."""
    is_taken: bool = False
    """Another job asks the same just now: wait for its answer."""
