"""A register was asked about the person of a case: an entry of its journal for each call, answered or not.

The applicant reads it among the looks at her data. A look-up that a form needs before there is a case is noted when it
is asked for (`prefill`); an answer of an earlier case that is used again is no call.
"""

from __future__ import annotations

from typing import Final

from engine.casework.job import Job
from engine.casework.look import Ground, LookKind
from engine.runtime.act import Act
from engine.runtime.record_waits import EVIDENCE_HEADER

_LOOKUPS: Final = frozenset({"register", "xroad"})
"""Connectors that ask registers."""


def note_register_asked(
    act: Act,
    chain: str,
    job: Job,
    *,
    register: str = "",
    purpose: str = "",
    legal_basis: str = "",
    answered: bool = True,
) -> bool:
    """Note the call of a job that asks a register; gives whether it is one. What is not said is in its headers."""
    if job.type not in _LOOKUPS and not register:
        return False
    headers = job.headers
    asked = f"{headers.get('register', '')} {headers.get('operation', '')}".strip()
    told = {
        "ground": str(Ground.lookup),
        "register": register or asked or job.partner or job.type,
        "purpose": purpose or headers.get("purpose", ""),
        "legal_basis": legal_basis or headers.get("legalBasis", ""),
        "evidence": headers.get(EVIDENCE_HEADER, ""),
    }
    kept = {name: value for name, value in told.items() if value}
    act.journal(chain, LookKind.register, job.id, answered=answered, **kept)
    return True
