"""A proof is added to a case: what was found, by whom, and where it came from."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from engine.audit import digest
from engine.casework.evidence import Compared, Evidence, EvidenceOutcome, MessageProof, Provenance
from engine.feel.plain import to_json
from engine.runtime.act import Act
from engine.store.records import InstanceRecord

_REGISTERS: Final = (Provenance.register, Provenance.prefilled)


def add_evidence(
    act: Act,
    record: InstanceRecord,
    key: str,
    provenance: Provenance,
    *,
    source: str,
    content: Any,
    purpose: str = "",
    legal_basis: str = "",
    fetched_at: datetime | None = None,
    is_reused: bool = False,
    proof: MessageProof | None = None,
    outcome: EvidenceOutcome = EvidenceOutcome.proved,
    compared: Sequence[Compared] = (),
) -> None:
    """Add a proof, or why there is none, to the case behind an instance.

    The journal holds the salted hash of what was found, not its content.
    """
    assert record.case is not None
    plain = to_json(dict(content) if content is not None else None)
    salt = secrets.token_hex(16)
    hashed = digest([salt, plain])
    act.work.cases.add_evidence(
        [
            Evidence(
                case_id=record.case.id,
                key=key,
                provenance=provenance,
                source=source[:255],
                purpose=purpose,
                legal_basis=legal_basis,
                supplied_at=act.at,
                fetched_at=fetched_at,
                is_reused=is_reused,
                proof=proof,
                supplied_by=None if provenance in _REGISTERS else act.by.account,
                content=plain,
                salt=salt,
                content_hash=hashed,
                outcome=outcome,
                compared=tuple(compared),
            )
        ],
        record.id,
    )
    told: dict[str, Any] = {"reused": True} if is_reused else {}
    if proof is not None:
        told["message"] = proof.message_id
    action = "evidence.added"
    if outcome is not EvidenceOutcome.proved:
        action, told = "evidence.missing", {**told, "outcome": str(outcome)}
    act.journal(record.id, action, key, provenance=str(provenance), hash=hashed, **told)
