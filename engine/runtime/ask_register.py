"""A service call wants to ask a register: is the answer there, does another job fetch it, or is it this one's turn?

Each is a transaction of its own, around the call and never across it. The instance is locked, so that of two workers
one asks and the other waits. An answer is kept as soon as it comes: a worker that dies before the job is completed
leaves it to the next one. Who dies while it asks is asked again under the same idempotency key.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.casework.actor import SYSTEM
from engine.casework.evidence import MessageProof
from engine.casework.lookup import ASKING_FOR, LookupAnswer, Question, Turn
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime

_FOUND = 200


def take_turn(runtime: Runtime, question: Question) -> Turn:
    """Get the answer, or the turn to ask. Safe to repeat. Raises NotFound."""

    def change(act: Act) -> Turn:
        _, record = act.work.jobs.lock_with_instance(question.job_id)
        key = question.idempotency_key(record.id)
        known = act.work.lookups.of_case(record.id, question.hash)
        if known is not None and known.answered_at is not None:
            return Turn(idempotency_key=key, answer=known)
        if known is not None and known.asked_by != question.job_id and known.asked_until > act.at:
            return Turn(idempotency_key=key, is_taken=True)
        person = record.case.applicant if record.case is not None else None
        if person is not None and not question.asks_again:
            earlier = act.work.lookups.of_person(person, question.hash, act.at)
            if earlier is not None:
                return Turn(idempotency_key=key, answer=_reuse(act, earlier, record.id, question, known))
        asked = LookupAnswer(
            instance_id=record.id,
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
        _, record = act.work.jobs.lock_with_instance(question.job_id)
        known = act.work.lookups.of_case(record.id, question.hash)
        if known is not None and known.answered_at is not None:
            return known
        answer = LookupAnswer(
            instance_id=record.id,
            question=question.hash,
            person=record.case.applicant if record.case is not None else None,
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
        _, record = act.work.jobs.lock_with_instance(question.job_id)
        act.work.lookups.let_go(record.id, question.hash, question.job_id)

    transact(runtime, SYSTEM, change)


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
