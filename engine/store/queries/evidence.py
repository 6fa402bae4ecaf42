"""The proofs of a case as people are shown them: where each came from, what it says, and why one is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from engine.casework.actor import Actor
from engine.casework.evidence import Compared, Fact, MessageProof, facts, masked
from engine.casework.visibility import NOTHING_HIDDEN, Hidden
from engine.errors import NotFound
from engine.store.queries.files import may_read_case
from engine.store.queries.services import service_detail
from engine.store.queries.visibility import hidden_from
from engine.store.rows import table_of
from engine.store.tables import cases as tables

_EVIDENCE = table_of(tables.Evidence)
_CASE = table_of(tables.Case)
_MOST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A proof and who supplied it."""

    key: str
    provenance: str
    source: str
    purpose: str
    legal_basis: str
    recorded_at: datetime
    hash: str
    """Of the salted content; the journal holds the same."""
    outcome: str = "proved"
    """Why it is missing, where it is."""
    fetched_at: datetime | None = None
    is_reused: bool = False
    proof: MessageProof | None = None
    facts: Sequence[Fact] = ()
    """What it says, as far as the passport lets it be shown."""
    compared: Sequence[Compared] = ()
    """What was held against what the applicant stated."""


def evidence_of_case(connection: Connection, actor: Actor, case_id: str) -> list[EvidenceRow]:
    """The proofs of a case, for its applicant, supervisors of the agency, and clerks who have a task of it.

    Six statements at most, eight where fields are hidden. Raises NotFound for who may not read the case.
    """
    if not may_read_case(connection, actor, case_id):
        raise NotFound.of("application", case_id)
    case = connection.execute(select(_CASE.c.service_key, _CASE.c.instance_id).where(_CASE.c.id == case_id)).one()
    hidden = hidden_from(connection, actor, case.instance_id)
    return evidence_rows(connection, case_id, service_detail(connection, case.service_key).passport, hidden)


def evidence_rows(
    connection: Connection, case_id: str, passport: Mapping[str, Any], hidden: Hidden = NOTHING_HIDDEN
) -> list[EvidenceRow]:
    """The proofs of a case, the first one first, as its service's passport lets them be shown. One statement."""
    statement = select(_EVIDENCE).where(_EVIDENCE.c.case_id == case_id).order_by(_EVIDENCE.c.id).limit(_MOST)
    rules = passport.get("evidence") or {}
    return [_row(one, rules.get(one.key) or {}, hidden) for one in connection.execute(statement)]


def _row(one: Any, rule: Mapping[str, Any], hidden: Hidden) -> EvidenceRow:
    masks = tuple(rule.get("masks") or ())
    return EvidenceRow(
        key=one.key,
        provenance=one.provenance,
        source=one.source,
        purpose=one.purpose,
        legal_basis=one.legal_basis,
        recorded_at=one.supplied_at,
        hash=one.content_hash,
        outcome=one.outcome,
        fetched_at=one.fetched_at,
        is_reused=one.is_reused,
        proof=MessageProof.from_json(one.proof),
        facts=facts(_shown(one.content, hidden), shows=rule.get("shows"), masks=masks),
        compared=[
            masked(Compared(**hidden.scrubbed(pair)), masks)
            for pair in one.compared or ()
            if not hidden.has_field(pair["what"].replace(".", "/"))
        ],
    )


def _shown(content: Any, hidden: Hidden) -> Any:
    return hidden.without(content) if isinstance(content, Mapping) else hidden.scrubbed(content)
