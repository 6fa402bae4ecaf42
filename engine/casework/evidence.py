"""Evidence: the proof of a fact, and where it came from.

A register's answer is kept with source, time and hash, so that nobody brings what the state already knows and everybody
can see what was relied on. When the register was down, a clerk or the applicant stands in its place, and that shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Provenance(StrEnum):
    """Who supplied the proof."""

    register = "register"
    clerk = "clerk"
    applicant = "applicant"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProof:
    """Names of a message that went over a data exchange layer such as X-Road.

    Both security servers keep the signed message: with these anyone can prove later what was asked and answered.
    """

    service: str
    """Identifier of the service that answered."""
    message_id: str
    """Ours, of the request."""
    request_id: str = ""
    """What the security server called the request; empty where it told none."""
    request_hash: str = ""
    """SHA-512 of the request as the provider's security server saw it, in base64; empty where it told none."""

    def to_json(self) -> dict[str, str]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, str] | None) -> MessageProof | None:
        """Back from plain JSON; None stays None."""
        return None if value is None else cls(**value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One proof in one case."""

    case_id: str
    key: str
    """Of the requirement in the service's passport."""
    provenance: Provenance
    source: str
    """The register and operation asked, or the queue or account that supplied it."""
    purpose: str = ""
    legal_basis: str = ""
    supplied_at: datetime
    fetched_at: datetime | None = None
    """When the register answered; None for what no register answered."""
    is_reused: bool = False
    """Whether the answer was fetched for an earlier case of the same person."""
    proof: MessageProof | None = None
    """By which message it came; None for what came over no data exchange layer."""
    supplied_by: str | None = None
    """Account of the person; None for a register."""
    content: Any = None
    """Plain JSON of what was found."""
    salt: str = ""
    """Goes with the record when it is erased: then nobody can guess the content from its hash in the journal."""
    content_hash: str = ""
    """SHA-256 of the canonical JSON of `[salt, content]`, in hex; of `content` alone where there is no salt."""
