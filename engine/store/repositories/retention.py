"""Records of closed cases, of one transaction: due ones, plans, holds, and the rows that a case is made of.

`PARTS` says of each table that holds something of a case how its rows are found, and until when they stay. A test holds
that no table is forgotten there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, insert, or_, select, update

from engine.casework.case import Case
from engine.casework.hold import Hold
from engine.casework.job import JobState
from engine.casework.payment import PaymentState
from engine.casework.retention import RecordState, RetentionPlan
from engine.errors import NotFound
from engine.store.encryption import owners
from engine.store.encryption.columns import keyring_of
from engine.store.rows import insert_into, plain, table_of
from engine.store.tables import (
    cases,
    evidence,
    files,
    instances,
    jobs,
    journal,
    messages,
    notices,
    openings,
    partners,
    payments,
    restrictions,
    retention,
    tasks,
    webhooks,
)

_CASE = table_of(cases.Case)
_INSTANCE = table_of(instances.Instance)
_JOB = table_of(jobs.Job)
_PAYMENT = table_of(payments.Payment)
_REFUND = table_of(payments.Refund)
_EVENT = table_of(webhooks.Event)
_ATTACHMENT = table_of(files.Attachment)
_DOCUMENT = table_of(files.Document)
_PIECE = table_of(files.AttachmentPiece)
_SUBSCRIPTION = table_of(webhooks.WebhookSubscription)
_ENTRY = table_of(journal.JournalEntry)
_RECORD = table_of(retention.CaseRecord)
_HOLD = table_of(retention.CaseHold)
_CONTENT = table_of(retention.ErasedContent)
_AT_WORK: Final = (str(JobState.waiting), str(JobState.running))
_UNPAID: Final = (str(PaymentState.created), str(PaymentState.open), str(PaymentState.refunding))


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table that belong to a case."""

    table: Table
    column: str
    """By which they are found."""
    through: str
    """What that column holds: the key of the `instance`, of the `case`, of one of its `job`s ..."""
    goes_to_archive: bool = False
    """Whether they leave the table when the case is archived; the others stay until it is erased."""

    def rows(self, case: Case) -> ColumnElement[bool]:
        """Which they are."""
        column = self.table.c[self.column]
        match self.through:
            case "instance":
                return column == case.instance_id
            case "job":
                return column.in_(select(_JOB.c.id).where(_JOB.c.instance_id == case.instance_id))
            case "attachment":
                return column.in_(select(_ATTACHMENT.c.id).where(_ATTACHMENT.c.case_id == case.id))
            case "payment":
                return column.in_(select(_PAYMENT.c.id).where(_payments(case)))
            case "event":
                of_them = column.in_(select(_EVENT.c.position).where(_EVENT.c.case_id == case.id))
                return and_(self.table.c.subscription_id.in_(select(_SUBSCRIPTION.c.id)), of_them)
        return column == case.id


def _payments(case: Case) -> ColumnElement[bool]:
    return or_(_PAYMENT.c.case_id == case.id, _PAYMENT.c.instance_id == case.instance_id)


PARTS: Final = (
    Part(table_of(instances.Activity), "instance_id", "instance", goes_to_archive=True),
    Part(table_of(tasks.Task), "instance_id", "instance", goes_to_archive=True),
    Part(table_of(partners.Exchange), "job_id", "job", goes_to_archive=True),
    Part(_JOB, "instance_id", "instance", goes_to_archive=True),
    Part(table_of(jobs.Incident), "instance_id", "instance", goes_to_archive=True),
    Part(table_of(messages.MessageWait), "instance_id", "instance", goes_to_archive=True),
    Part(table_of(messages.SignalWait), "instance_id", "instance", goes_to_archive=True),
    Part(table_of(evidence.LookupAnswer), "instance_id", "instance", goes_to_archive=True),
    Part(table_of(cases.Evidence), "case_id", "case", goes_to_archive=True),
    Part(table_of(notices.Delivery), "case_id", "case", goes_to_archive=True),
    Part(table_of(notices.Notice), "case_id", "case"),
    Part(table_of(cases.MilestoneReached), "case_id", "case"),
    Part(_PIECE, "attachment_id", "attachment"),
    Part(_ATTACHMENT, "case_id", "case"),
    Part(_DOCUMENT, "case_id", "case"),
    Part(_HOLD, "case_id", "case"),
    Part(table_of(openings.CaseOpening), "case_id", "case"),
    Part(table_of(restrictions.FieldRestriction), "instance_id", "instance"),
    Part(table_of(webhooks.WebhookAttempt), "position", "event"),
    Part(table_of(webhooks.WebhookDelivery), "position", "event"),
    Part(_EVENT, "case_id", "case"),
)
"""Tables whose rows go, in the order in which they go."""
BOOKS: Final = (Part(_PAYMENT, "case_id", "case"), Part(_REFUND, "payment_id", "payment"))
"""Tables whose rows stay for the books, without what tells of a person."""
_SHOWN: Final = (
    Part(_CASE, "id", "case"),
    Part(_INSTANCE, "id", "instance"),
    Part(_ENTRY, "chain", "instance"),
    Part(_PAYMENT, "case_id", "case"),
    Part(_REFUND, "payment_id", "payment"),
)
"""What an archived package shows beside the parts."""
_PERSON_OF_CASE: Final = {
    "applicant": "",
    "representative": None,
    "mandate_id": None,
    "term": None,
    "decision": None,
}
_PERSON_OF_PAYMENT: Final = {
    "applicant": None,
    "payer": None,
    "description": "",
    "exemption": None,
    "next_url": None,
    "watch_job_id": None,
}


class Records:
    """Records of one transaction. The case must be locked, by its instance, for whatever changes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- plans ---------------------------------------------------------------------------------------------------

    def due(self, now: datetime, most: int) -> list[str]:
        """Instances whose case's record must be looked at, the longest due first."""
        statement = select(_CASE.c.instance_id).where(_CASE.c.retain_at <= now)
        return list(self._connection.execute(statement.order_by(_CASE.c.retain_at).limit(most)).scalars())

    def plan(self, case: Case, plan: RetentionPlan, retain_at: datetime | None) -> None:
        """Keep when the record of a case is archived and erased, and when it must be looked at next."""
        self._change_case(case, {"archive_at": plan.archive_at, "erase_at": plan.erase_at, "retain_at": retain_at})

    def look_at(self, case: Case, at: datetime) -> None:
        """Look at the record of a case again."""
        self._change_case(case, {"retain_at": at})

    def plan_again(self, service_key: str | None, at: datetime) -> int:
        """Let the records of all closed cases, or those of a service, be planned anew; gives how many."""
        wanted = [_CASE.c.closed_at.is_not(None), _CASE.c.record != str(RecordState.erased)]
        if service_key is not None:
            wanted.append(_CASE.c.service_key == service_key)
        return self._connection.execute(update(_CASE).where(*wanted).values(retain_at=at)).rowcount

    def is_at_work(self, case: Case) -> bool:
        """Whether a job or payment of a closed case is still under way."""
        jobs_left = exists().where(_JOB.c.instance_id == case.instance_id, _JOB.c.state.in_(_AT_WORK))
        unpaid = exists().where(_payments(case), _PAYMENT.c.state.in_(_UNPAID))
        return bool(self._connection.execute(select(or_(jobs_left, unpaid))).scalar())

    # --- archive and erasure ---------------------------------------------------------------------------------------

    def rows(self, case: Case) -> dict[str, list[dict[str, Any]]]:
        """All that is kept of a case, by table, in the order of keys."""
        found = {}
        for part in (*_SHOWN, *PARTS):
            statement = select(part.table).where(part.rows(case)).order_by(*part.table.primary_key.columns)
            found[part.table.name] = [dict(row._mapping) for row in self._connection.execute(statement)]
        return found

    def archive(self, case: Case, facts: Mapping[str, Any]) -> None:
        """Take out what went into the package that `facts` name."""
        for part in PARTS:
            if part.goes_to_archive:
                self._connection.execute(delete(part.table).where(part.rows(case)))
        self._keep_record(case, facts)
        self._change_case(case, {"record": str(RecordState.archived)})

    def erase(self, case: Case, facts: Mapping[str, Any], now: datetime) -> dict[str, int]:
        """Take out all that tells of a person; gives how many rows of each table went.

        Content is forgotten by the storage afterwards: what to forget is kept with the transaction.
        """
        self._doom(case, now)
        counts = {}
        for part in PARTS:
            gone = self._connection.execute(delete(part.table).where(part.rows(case))).rowcount
            if gone:
                counts[part.table.name] = gone
        refunds = BOOKS[1]
        self._connection.execute(update(_REFUND).where(refunds.rows(case)).values(reason=""))
        self._connection.execute(update(_PAYMENT).where(_payments(case)).values(_PERSON_OF_PAYMENT))
        self._destroy_key(case)
        self._keep_record(case, {**facts, "package": None, "package_bytes": None, "counts": counts})
        self._change_case(case, {**_PERSON_OF_CASE, "record": str(RecordState.erased), "retain_at": None})
        return counts

    def package(self, case_id: str) -> str | None:
        """The hash of the package of an archived case."""
        return self._connection.execute(select(_RECORD.c.package).where(_RECORD.c.case_id == case_id)).scalar()

    # --- content -----------------------------------------------------------------------------------------------------

    def content_to_go(self, now: datetime, most: int) -> list[str]:
        """Content of erased cases that the storage is to forget now."""
        statement = select(_CONTENT.c.sha256).where(_CONTENT.c.try_at <= now).order_by(_CONTENT.c.try_at).limit(most)
        return list(self._connection.execute(statement).scalars())

    def content_is_gone(self, hashes: Sequence[str]) -> None:
        """It is forgotten, or something else holds it."""
        if hashes:
            self._connection.execute(delete(_CONTENT).where(_CONTENT.c.sha256.in_(hashes)))

    def try_content_again(self, hashes: Sequence[str], at: datetime) -> None:
        """The storage still has it."""
        if hashes:
            self._connection.execute(update(_CONTENT).where(_CONTENT.c.sha256.in_(hashes)).values(try_at=at))

    # --- holds -------------------------------------------------------------------------------------------------------

    def add_hold(self, hold: Hold) -> None:
        """Keep a new one."""
        self._connection.execute(insert(_HOLD), plain(hold))

    def hold(self, case_id: str, hold_id: str) -> Hold:
        """A hold of a case. Raises NotFound."""
        statement = select(_HOLD).where(_HOLD.c.id == hold_id, _HOLD.c.case_id == case_id)
        row = self._connection.execute(statement).first()
        if row is None:
            raise NotFound.of("hold", hold_id)
        return Hold(**row._mapping)

    def release(self, hold: Hold) -> None:
        """Keep a hold as it was released."""
        self._connection.execute(update(_HOLD).where(_HOLD.c.id == hold.id).values(plain(hold)))

    def is_held(self, case_id: str) -> bool:
        """Whether somebody must keep the record of a case."""
        statement = select(func.count()).where(_HOLD.c.case_id == case_id, _HOLD.c.released_at.is_(None))
        return bool(self._connection.execute(statement).scalar())

    def _destroy_key(self, case: Case) -> None:
        """What its key encrypted is noise from now on, in copies of the files too."""
        gone = {"case_key": None, "snapshot": None, "variables": None}
        self._connection.execute(update(_INSTANCE).where(_INSTANCE.c.id == case.instance_id).values(gone))
        keyring_of(self._connection).forget(owners.case(case.instance_id))

    def _doom(self, case: Case, now: datetime) -> None:
        hashes: set[str] = set()
        for statement in (
            select(_ATTACHMENT.c.sha256).where(_ATTACHMENT.c.case_id == case.id),
            select(_DOCUMENT.c.sha256).where(_DOCUMENT.c.case_id == case.id),
            select(_RECORD.c.package).where(_RECORD.c.case_id == case.id),
        ):
            hashes.update(found for found in self._connection.execute(statement).scalars() if found)
        if hashes:
            rows = [{"sha256": sha256, "try_at": now} for sha256 in sorted(hashes)]
            self._connection.execute(insert_into(_CONTENT, self._connection).on_conflict_do_nothing(), rows)

    def _keep_record(self, case: Case, facts: Mapping[str, Any]) -> None:
        known = {
            "case_id": case.id,
            "number": str(case.number),
            "agency": case.agency,
            "service_key": case.service_key,
            "submitted_at": case.submitted_at,
            "closed_at": case.closed_at,
            **facts,
        }
        statement = insert_into(_RECORD, self._connection).values(known)
        kept = statement.on_conflict_do_update(index_elements=["case_id"], set_=dict(facts))
        self._connection.execute(kept)

    def _change_case(self, case: Case, values: Mapping[str, Any]) -> None:
        self._connection.execute(update(_CASE).where(_CASE.c.id == case.id).values(values))
