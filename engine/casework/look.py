"""A look: somebody, or a program, was shown data of a person. What the journal says of it.

Whoever is shown data of somebody else makes an entry, in the transaction that read them: no entry, no data. An entry
holds keys and words only: who looked (`Entry.actor`), at what (`Entry.action`, a `LookKind`, and `Entry.subject`), on
which ground, in whose place, from where, and the version of the service's passport that the legal basis stands in. Its
chain says whose data they were: `looks_chain` of a case, or of an account where no case stands behind them.

Source: GDPR, art. 15 (1) and 30; Law of the Republic of Azerbaijan on Personal Data, art. 7; OWASP ASVS 5.0, 16.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from engine.casework.actor import Actor
from engine.identity import QueueName

_LONGEST_PURPOSE: Final = 500


class LookKind(StrEnum):
    """What was shown; the value is the action in the journal."""

    case = "case.read"
    """State, steps, names, evidence, payments and documents of a case, as the applicant follows it."""
    case_in_list = "case.listed"
    """Service, state and names, in a list."""
    task = "task.read"
    """A task with its form and the answers it shows."""
    task_in_list = "task.listed"
    """That a person has something to do, in a list."""
    evidence = "evidence.read"
    reasons = "reasons.read"
    term = "term.read"
    payments = "payments.read"
    notices = "notices.read"
    attachments = "attachments.listed"
    attachment = "attachment.read"
    attachment_details = "attachment.shown"
    document = "document.read"
    document_details = "document.shown"
    holds = "holds.read"
    record = "record.read"
    """The package of an archived case."""
    values = "values.read"
    """The values a process works with."""
    history = "history.read"
    """What a process went through, with what its decision definitions said."""
    work = "work.fetched"
    """A program fetched work, with the values it needs."""
    register = "register.asked"
    """A register was asked about the person."""
    sessions = "sessions.read"
    tokens = "tokens.read"
    account = "account.listed"
    """Name and duties of an account."""


class Ground(StrEnum):
    """Why somebody was shown data of another."""

    task = "task"
    """She works in the queue of the task, or of a task of the case."""
    deputy = "deputy"
    """The same, for an absent colleague."""
    supervision = "supervision"
    operation = "operation"
    """She keeps Onewindow running: incidents, jobs, payments, accounts."""
    modelling = "modelling"
    """She looks after the models."""
    mandate = "mandate"
    """She acts for the person under a mandate."""
    reason = "reason"
    """A reason that she stated, where neither task nor duty led to it."""
    lookup = "lookup"
    """Onewindow itself, where the procedure asks a register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCase:
    """Whose data were shown: a case, or an instance that no case stands behind."""

    chain_of: str
    """Key of the case; of the instance where there is none."""
    applicant: str | None
    agency: str | None
    service: str | None
    law: str | None
    """Key of the definition of the service's passport that holds now: the legal basis stands in it."""


def looks_chain(key: str) -> str:
    """The journal's chain of looks at a case, or at an account: one each, so that no reader waits for another's."""
    return f"readings-{key}"


def ground_of(by: Actor, seen: SeenCase, queue: QueueName | None = None) -> Ground | None:
    """Why the actor is shown this; None when the data are her own, which is no look.

    `queue` is that of the task that is shown. What somebody sees by several grounds is told by the nearest one.
    """
    if queue is None and seen.applicant == by.account:
        return None
    if queue is None and by.represents_in(seen.applicant, seen.service):
        return Ground.mandate
    if by.purpose:
        return Ground.reason
    if queue is not None:
        return _in_queue(by, queue) or (Ground.supervision if by.oversees(queue.agency) else Ground.operation)
    if by.oversees(seen.agency):
        return Ground.supervision
    if by.queues or by.stands_in:
        return Ground.task if by.queues else Ground.deputy
    return Ground.operation if by.operator else Ground.modelling


def told_of_look(
    by: Actor, ground: Ground, seen: SeenCase | None, queue: QueueName | None = None, element: str | None = None
) -> dict[str, Any]:
    """What an entry says of a look besides who, when and at what; parts that say nothing are left out."""
    agency = queue.agency if queue is not None else seen.agency if seen is not None else None
    told: dict[str, Any] = {"ground": str(ground), "agency": agency, "origin": by.origin}
    if seen is not None:
        told |= {"service": seen.service, "law": seen.law}
    if queue is not None:
        told |= {"queue": str(queue), "element": element}
    if by.purpose:
        told["purpose"] = by.purpose[:_LONGEST_PURPOSE]
    if ground is Ground.mandate and seen is not None:
        told["acting_for"] = seen.applicant
    if ground is Ground.deputy and queue is not None:
        told["in_place_of"] = sorted(by.stands_in_for(queue))
    return {name: value for name, value in told.items() if value}


def _in_queue(by: Actor, queue: QueueName) -> Ground | None:
    if by.works_in(queue):
        return Ground.task
    return Ground.deputy if by.stands_in_for(queue) else None
