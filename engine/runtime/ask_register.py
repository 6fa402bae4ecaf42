"""A service call wants to ask a register: is the answer there, does another job fetch it, or is it this one's turn?

Each is a transaction of its own, around the call and never across it. The instance is locked, so that of two workers
one asks and the other waits. An answer is kept as soon as it comes: a worker that dies before the job is completed
leaves it to the next one. Who dies while it asks is asked again under the same idempotency key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from engine.casework.actor import SYSTEM
from engine.casework.evidence import MessageProof
from engine.casework.lookup import ASKING_FOR, LookupAnswer, Question, Turn
from engine.casework.prefill import Prefill
from engine.errors import NotFound, Refused
from engine.runtime.act import Act, transact
from engine.runtime.consents import missing_consents
from engine.runtime.definitions import SERVICE
from engine.runtime.prefill_jobs import PREFILL_HEADER
from engine.runtime.wiring import Runtime

_FOUND = 200


@dataclass(frozen=True, slots=True)
class _Asker:
    """For whom a register is asked: a case, or a form that is not submitted yet."""

    id: str
    """Key of the instance, or of the form; the answers of a form go to the instance when it is submitted."""
    person: str | None


def take_turn(runtime: Runtime, question: Question) -> Turn:
    """Get the answer, or the turn to ask. Safe to repeat. Raises NotFound."""

    def change(act: Act) -> Turn:
        asker = _asker(act, question)
        key = question.idempotency_key(asker.id)
        known = act.work.lookups.of_case(asker.id, question.hash)
        if known is not None and known.answered_at is not None:
            return Turn(idempotency_key=key, answer=known)
        if known is not None and known.asked_by != question.job_id and known.asked_until > act.at:
            return Turn(idempotency_key=key, is_taken=True)
        person = asker.person
        if person is not None and not question.asks_again:
            earlier = act.work.lookups.of_person(person, question.hash, act.at)
            if earlier is not None:
                return Turn(idempotency_key=key, answer=_reuse(act, earlier, asker.id, question, known))
        asked = LookupAnswer(
            instance_id=asker.id,
            question=question.hash,
            person=person,
            register=question.register,
            asked_by=question.job_id,
            asked_until=act.at + ASKING_FOR,
        )
        (act.work.lookups.add if known is None else act.work.lookups.save)(asked)
        return Turn(idempotency_key=key)

    return transact(runtime, SYSTEM, change)


def keep_answer(
    runtime: Runtime,
    question: Question,
    status: int,
    body: str,
    valid_for: timedelta | None,
    proof: MessageProof | None = None,
) -> LookupAnswer:
    """Keep what a register answered; gives the answer that holds: the first one that came. Raises NotFound."""

    def change(act: Act) -> LookupAnswer:
        asker = _asker(act, question)
        known = act.work.lookups.of_case(asker.id, question.hash)
        if known is not None and known.answered_at is not None:
            return known
        answer = LookupAnswer(
            instance_id=asker.id,
            question=question.hash,
            person=asker.person,
            register=question.register,
            asked_by=question.job_id,
            asked_until=act.at,
            status=status,
            body=body,
            answered_at=act.at,
            valid_until=act.at + valid_for if valid_for and status == _FOUND and not question.asks_again else None,
            proof=proof,
        )
        (act.work.lookups.add if known is None else act.work.lookups.save)(answer)
        return answer

    return transact(runtime, SYSTEM, change)


def let_go(runtime: Runtime, question: Question) -> None:
    """The register did not answer: whoever comes next may ask. Raises NotFound."""

    def change(act: Act) -> None:
        act.work.lookups.let_go(_asker(act, question).id, question.hash, question.job_id)

    transact(runtime, SYSTEM, change)


def _asker(act: Act, question: Question) -> _Asker:
    """The one who is locked meanwhile. Raises NotFound, also for a form that was submitted or forgotten."""
    try:
        _, record = act.work.jobs.lock_with_instance(question.job_id)
    except NotFound:
        job = act.work.jobs.lock(question.job_id)
        if PREFILL_HEADER not in job.headers:
            raise
        made = act.work.prefills.lock(job.element_id)
        _require_consent(act, made, job.headers[PREFILL_HEADER])
        return _Asker(made.id, made.account_id)
    return _Asker(record.id, record.case.applicant if record.case is not None else None)


def _require_consent(act: Act, made: Prefill, evidence: str) -> None:
    """Of the person whose form it is, also when it was taken back since. Raises Refused."""
    passport = act.runtime.definitions.passport(act.work, act.work.deployments.find(SERVICE, made.service_key))
    if evidence in missing_consents(act, passport, made.account_id):
        raise Refused("The consent to this look-up was taken back.", remedy="Let the applicant type the value.")


def _reuse(
    act: Act, earlier: LookupAnswer, instance_id: str, question: Question, known: LookupAnswer | None
) -> LookupAnswer:
    """The answer of an earlier case, kept with this one; it is not lent on from here, so that no validity grows."""
    answer = replace(
        earlier, instance_id=instance_id, asked_by=question.job_id, asked_until=act.at, valid_until=None, is_reused=True
    )
    if known is not None:
        act.work.lookups.let_go(instance_id, question.hash, known.asked_by)
    act.work.lookups.add(answer)
    return answer
