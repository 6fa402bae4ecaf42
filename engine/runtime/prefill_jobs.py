"""Jobs that ask registers for a form; no step of a process waits for them, and no operator need repair them.

They are service jobs of the connector `register` without an instance: asked outside of any transaction, once, by the
same workers as all else. One that fails leaves the field to be typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from engine.casework.evidence import MessageProof
from engine.casework.job import Job, JobKind
from engine.casework.prefill import AnswerState, Prefill, PrefillAnswer
from engine.errors import NotFound
from engine.feel.plain import to_json
from engine.identity import new_key
from engine.runtime.act import Act

CONNECTOR: Final = "register"
PREFILL_HEADER: Final = "ow:prefill"
"""Holds the key of the evidence; no connector knows it, so no model can set it."""
_ANSWER: Final = "answer"
_PIN: Final = "pin"


def let_ask(act: Act, made: Prefill, procedure: str, pin: str) -> None:
    """Let workers ask the registers for all that is to be asked."""
    jobs = [_job(act, answer, procedure, pin) for answer in made.answers if answer.state is AnswerState.asked]
    act.work.jobs.enqueue_many(jobs)
    act.jobs_are_due = act.jobs_are_due or bool(jobs)


def keep_answered(
    act: Act,
    job: Job,
    variables: Mapping[str, Any],
    *,
    fetched_at: Any = None,
    is_reused: bool = False,
    proof: MessageProof | None = None,
) -> None:
    """A register answered; a form that was forgotten or submitted meanwhile needs it no more."""
    known = _asked_by(act, job)
    if known is None:
        return
    answer = to_json(variables.get(_ANSWER))
    state = AnswerState.no_record if answer is None else AnswerState.answered
    act.work.prefills.save(
        replace(
            known,
            state=state,
            values=known.taken_from(answer),
            fetched_at=fetched_at or act.at,
            is_reused=is_reused,
            proof=proof,
        )
    )


def keep_unanswered(act: Act, job: Job) -> None:
    """A register did not answer."""
    known = _asked_by(act, job)
    if known is not None:
        act.work.prefills.save(replace(known, state=AnswerState.no_answer))


def _asked_by(act: Act, job: Job) -> PrefillAnswer | None:
    try:
        made = act.work.prefills.lock(job.element_id)
    except NotFound:
        return None
    asked = (job.headers[PREFILL_HEADER], job.headers["operation"])
    return next((one for one in made.answers if (one.evidence, one.operation) == asked), None)


def _job(act: Act, answer: PrefillAnswer, procedure: str, pin: str) -> Job:
    return Job(
        id=new_key(),
        kind=JobKind.service,
        type=CONNECTOR,
        element_id=answer.prefill_id,
        headers={
            "register": answer.register,
            "operation": answer.operation,
            "purpose": answer.purpose,
            "legalBasis": answer.legal_basis,
            "resultVariable": _ANSWER,
            "userVariable": _PIN,
            "missing": "null",
            PREFILL_HEADER: answer.evidence,
        },
        payload={_PIN: pin},
        due_at=act.at,
        retries=1,
        created_at=act.at,
        procedure=procedure,
    )
