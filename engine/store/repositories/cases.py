"""Cases, their milestones and evidence, of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine.casework.case import Case
from engine.casework.evidence import Evidence
from engine.casework.retention import RecordState
from engine.errors import NotFound
from engine.identity import CaseNumber, new_key
from engine.store.encryption import owners
from engine.store.encryption.columns import protected
from engine.store.rows import insert_into, of_case, plain, table_of
from engine.store.sent_together import SENT_TOGETHER
from engine.store.tables import cases as tables

_CASE = table_of(tables.Case)
_COUNTER = table_of(tables.CaseCounter)
_MILESTONE = table_of(tables.MilestoneReached)
_EVIDENCE = table_of(tables.Evidence)

_CHANGED = ("state", "milestone", "term", "deadline_at", "look_at", "decision", "closed_at", "retain_at")
_ADD = insert(_CASE).execution_options(**SENT_TOGETHER)
_ADD_MILESTONE = insert(_MILESTONE).execution_options(**SENT_TOGETHER)
_ADD_EVIDENCE = insert(_EVIDENCE).execution_options(**SENT_TOGETHER)
_SAVE = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
    .execution_options(**SENT_TOGETHER)
)
_NEWEST_OF = select(_CASE.c.submitted_at).where(_CASE.c.applicant == bindparam("applicant")).order_by(_CASE.c.id.desc())
_INSTANCE_WITH = select(_CASE.c.instance_id).where(_CASE.c.number == bindparam("number"))
_INSTANCE_OF = select(_CASE.c.instance_id).where(_CASE.c.id == bindparam("key"))


class Cases:
    """Cases of one transaction. A case is locked by locking its instance, which gives the case with it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_number(self, country: str, year: int) -> CaseNumber:
        """The next case number of a country and year; others who want one wait until this transaction ends."""
        statement = (
            insert_into(_COUNTER, self._connection)
            .values(country=country, year=year, last=1)
            .on_conflict_do_update(index_elements=["country", "year"], set_={"last": _COUNTER.c.last + 1})
            .returning(_COUNTER.c.last)
        )
        return CaseNumber(country, year, self._connection.execute(statement).scalar_one())

    def applicant_of(self, case_id: str) -> str:
        """The account of the applicant of a case; empty once its record is erased. Raises NotFound."""
        found = self._connection.execute(select(_CASE.c.applicant).where(_CASE.c.id == case_id)).scalar()
        if found is None:
            raise NotFound.of("case", case_id)
        return str(found)

    def instance_of(self, case_id: str) -> str:
        """The instance behind a case. Raises NotFound."""
        found = self._connection.execute(_INSTANCE_OF, {"key": case_id}).scalar()
        if found is None:
            raise NotFound.of("application", case_id)
        return str(found)

    def nth_newest(self, applicant: str, number: int) -> datetime | None:
        """When the case was submitted that is this far from an applicant's newest, which is 1; None without so many."""
        found = self._connection.execute(_NEWEST_OF.limit(1).offset(number - 1), {"applicant": applicant}).scalar()
        return found if isinstance(found, datetime) else None

    def instance_with(self, number: CaseNumber) -> str:
        """The instance behind the case with a number. Raises NotFound."""
        found = self._connection.execute(_INSTANCE_WITH, {"number": str(number)}).scalar()
        if found is None:
            raise NotFound.of("case", number)
        return str(found)

    def number_kept_of(self, account: str) -> int:
        """How many cases of a person, or that she applied for others in, have a record that is not erased."""
        hers = (_CASE.c.applicant == account) | (_CASE.c.representative == account)
        counted = select(func.count()).where(hers, _CASE.c.record != str(RecordState.erased))
        return int(self._connection.execute(counted).scalar_one())

    def add(self, case: Case) -> None:
        """Keep a new case."""
        self._connection.execute(_ADD, of_case(case))

    def save(self, case: Case) -> None:
        """Keep a case as it is now."""
        row = of_case(case)
        self._connection.execute(_SAVE, {"key": case.id, **{f"new_{name}": row[name] for name in _CHANGED}})

    def reach(self, case_id: str, milestones: Sequence[tuple[int, str, datetime]]) -> None:
        """Write the milestones a step reached: (visit, milestone, moment)."""
        if milestones:
            self._connection.execute(
                _ADD_MILESTONE,
                [
                    {"case_id": case_id, "seq": visit, "milestone": milestone, "reached_at": at}
                    for visit, milestone, at in milestones
                ],
            )

    def add_evidence(self, evidence: Sequence[Evidence], instance_id: str) -> None:
        """Keep proofs of one case, which an instance stands behind."""
        if evidence:
            rows = [
                {
                    **plain(one),
                    "provenance": str(one.provenance),
                    "proof": one.proof.to_json() if one.proof else None,
                    "outcome": str(one.outcome),
                    "compared": [asdict(pair) for pair in one.compared] or None,
                    "id": new_key(),
                }
                for one in evidence
            ]
            owner = owners.case(instance_id)
            self._connection.execute(_ADD_EVIDENCE, [protected(_EVIDENCE, row, owner=owner) for row in rows])
