"""A person's consent to one look-up of one service, where the law asks for it.

    consent: required
    consent_legal_basis: Law on Personal Data, art. 8
    consent_text: {az: ..., en: ..., ru: ...}

It is given to a text, a register, a purpose and a law: whoever changes one of them asks anew. It is taken back at any
time; no look-up is made after that, and what was found before stays lawful (GDPR, Art. 7(3)).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

REQUIRED: Final = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule:
    """What a person consents to before a register is asked."""

    text: Mapping[str, str]
    """In every language of the passport."""
    legal_basis: str
    version: str
    """Hash of all of it, in hex."""

    @classmethod
    def of(cls, text: Mapping[str, str], legal_basis: str, *asked: Any) -> ConsentRule:
        """The rule; `asked` is what else it is about: register, purpose, the look-up's own law."""
        said = json.dumps([*asked, legal_basis, text], ensure_ascii=False, sort_keys=True)
        return cls(text=text, legal_basis=legal_basis, version=hashlib.sha256(said.encode()).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One that was given."""

    account_id: str
    id: str
    service_key: str
    evidence: str
    """Key of the requirement in the service's passport."""
    version: str
    """Of what it was given to."""
    legal_basis: str
    given_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether it was not taken back."""
        return self.withdrawn_at is None


def persons_chain(account: str) -> str:
    """The journal's chain of what a person allowed, was looked up for before there is a case, and took with her."""
    return f"person-{account}"
