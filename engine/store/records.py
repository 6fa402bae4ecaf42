"""What the store keeps that has no life of its own in the domain: the engine's row, visits, definitions, accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.casework.case import Case


class WaitKind(StrEnum):
    """In which table an open wait of an instance stands."""

    task = "t"
    job = "j"
    message = "m"
    signal = "s"
    incident = "i"


@dataclass(slots=True, kw_only=True)
class InstanceRecord:
    """A process instance under lock. Changed in place by a use case, then saved once."""

    id: str
    definition_id: str
    process_id: str
    state: str
    """`active`, or how it ended."""
    version: int
    """As it was loaded; the save counts it up and is refused when another save came first."""
    snapshot: bytes | None
    case_key: bytes | None = None
    """Wrapped: what encrypts all that is kept of it. None of versions before, and when it was destroyed."""
    waits: dict[int, str] = field(default_factory=dict)
    """`WaitKind` of each open wait, by its number."""
    visits: int = 0
    journal_seq: int = 0
    journal_hash: bytes | None = None
    started_at: datetime
    ended_at: datetime | None = None
    case_id: str | None = None
    case: Case | None = None
    """The case behind it, locked with it."""

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of one element, for the history."""

    visit: int
    element_id: str
    element_type: str
    scope: int | None = None
    process_id: str | None = None
    entered_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    """c completed, x cancelled, f failed; None while open."""
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEnd:
    """The end of a visit that began in an earlier step."""

    visit: int
    at: datetime
    outcome: str
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRecord:
    """One version of something executable."""

    id: str
    kind: str
    """`process`, `decision`, `form` or `service`."""
    key: str
    version: int
    version_tag: str | None = None
    name: str = ""
    agency: str | None = None
    deployment_id: str
    file_name: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecord:
    """A start event of the newest version of a process."""

    process_id: str
    element_id: str
    definition_id: str
    kind: str
    """`message`, `signal` or `timer`."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferedMessageRecord:
    """A message that waits for somebody to want it. `variables` are FEEL values."""

    id: str
    name: str
    correlation_key: str
    message_id: str | None
    variables: Mapping[str, Any]
    expires_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An account with what sign-in needs."""

    id: str
    sign_in_name: str
    password_hash: str | None
    name: str
    pin: str | None = None
    tin: str | None = None
    """The taxpayer's number of a company."""
    citizen: bool = False
    analyst: bool = False
    operator: bool = False
    disabled: bool = False
    failed_attempts: int = 0
    locked_until: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A signed-in browser; `hash` is that of the cookie's secret."""

    hash: str
    account_id: str
    created_at: datetime
    seen_at: datetime
    idle_until: datetime
    expires_at: datetime
    description: str = ""
    id: str | None = None
    second_factor_at: datetime | None = None
    password_at: datetime | None = None
    origin: str | None = None
    renew_since: datetime | None = None
    provider: str | None = None
    provider_session: str | None = None
    latest_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A token of the API; `hash` is that of its secret."""

    hash: str
    id: str
    account_id: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    scopes: Sequence[str] | None = None
    made_by: str | None = None
    got_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRecord:
    """A second factor of an account: `totp` has a sealed secret, `passkey` a credential with its public key."""

    id: str
    account_id: str
    kind: str
    name: str
    secret: str | None = None
    last_step: int | None = None
    credential: str | None = None
    public_key: bytes | None = None
    sign_count: int | None = None
    created_at: datetime
    confirmed_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeRecord:
    """What a passkey is to sign, once."""

    id: str
    account_id: str
    session: str
    purpose: str
    value: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRecord:
    """An account as an identity provider knows it; `given` are the duties it has by the provider's word."""

    provider: str
    subject: str
    account_id: str
    given: Sequence[str] = ()
    created_at: datetime
    signed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunSignInRecord:
    """A browser that was sent to a provider; `state` and `browser` are hashes."""

    state: str
    browser: str
    provider: str
    return_to: str
    wants_fresh: bool
    began_at: datetime
    expires_at: datetime
