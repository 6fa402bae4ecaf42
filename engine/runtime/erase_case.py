"""The record of a closed case is erased: all that tells of a person goes, a tombstone in the journal stays.

What stays: number, service, agency, days, how it ended, whether in time, and the money in the books. Content of files
is forgotten by the storage after the commit (`erased_content`).
"""

from __future__ import annotations

from typing import Any

from engine.casework.case import Case
from engine.casework.retention import RetentionPlan
from engine.runtime.act import Act
from engine.store.records import InstanceRecord


def erase_case(act: Act, record: InstanceRecord, case: Case, plan: RetentionPlan) -> None:
    """Erase the record of a locked case, and note what went, when and by which law."""
    assert plan.erase_at is not None
    assert case.closed_at is not None
    facts = {**facts_of(case), "legal_basis": plan.legal_basis, "erased_at": act.at}
    counts = act.work.records.erase(case, facts, act.at)
    act.journal(
        record.id,
        "case.erased",
        case.id,
        number=str(case.number),
        service=case.service_key,
        agency=case.agency,
        closed=case.closed_at.isoformat(),
        due=plan.erase_at.isoformat(),
        legal_basis=plan.legal_basis,
        counts=counts,
    )
    act.work.journal.append(record, act.entries(record.id))
    # What was visited is gone with the history.
    record.visits = 0
    act.work.instances.save(record, {})


def facts_of(case: Case) -> dict[str, Any]:
    """What stays of a closed case for statistics."""
    in_time = None if case.deadline_at is None or case.closed_at is None else case.closed_at <= case.deadline_at
    return {"outcome": case.end, "is_in_time": in_time, "legal_basis": ""}
