"""Before one applies: registers are asked for what they know of the applicant, and fill in the form.

What they answered is shown, may be corrected, and becomes evidence of the case when the form is submitted: with its
source and moment, and whether the applicant changed it. The look-ups of the case find it there and ask no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from engine.bpmn.model import Binding
from engine.casework.actor import Actor, DutyMissing
from engine.casework.consent import persons_chain
from engine.casework.evidence import Compared, Provenance
from engine.casework.passport import ServicePassport
from engine.casework.prefill import KEPT_FOR, AnswerState, Prefill, PrefillAnswer
from engine.errors import NotFound
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.consents import missing_consents
from engine.runtime.definitions import FORM, SERVICE, bound
from engine.runtime.evidence import add_evidence
from engine.runtime.ports import FormPrefill
from engine.runtime.prefill_jobs import let_ask
from engine.runtime.stepping import save_noted
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord

_STANDS: Final = {AnswerState.asked, AnswerState.answered, AnswerState.no_record}


def prefill_form(runtime: Runtime, service_key: str, *, by: Actor) -> Prefill:
    """Ask the registers for the form of a service; answers come a moment later (`prefilled`).

    What was asked a moment ago is not asked again, unless a register did not answer, or a consent came or went.
    Raises NotFound, DutyMissing.
    """

    def change(act: Act) -> Prefill:
        if not by.citizen:
            raise DutyMissing("citizen", "have a form filled in")
        passport = runtime.definitions.passport(act.work, act.work.deployments.find(SERVICE, service_key))
        made = _made(act, passport, by)
        known = act.work.prefills.latest(by.account, service_key, act.at)
        if known is not None and _is_same(known, made):
            return replace(known, own=made.own)
        act.work.prefills.add(made)
        if by.pin is not None:
            let_ask(act, made, passport.process_id, by.pin)
        asked = [answer.evidence for answer in made.answers if answer.state is AnswerState.asked]
        if asked:
            act.journal(persons_chain(by.account), "prefill.asked", made.id, service=service_key, evidence=asked)
        return made

    return transact(runtime, by, change)


def prefilled(runtime: Runtime, service_key: str, prefill_id: str, *, by: Actor) -> Prefill:
    """What came so far. Raises NotFound, also for who did not ask."""

    def change(act: Act) -> Prefill:
        found = act.work.prefills.lock(prefill_id)
        if (found.account_id, found.service_key) != (by.account, service_key) or found.expires_at <= act.at:
            raise NotFound.of("prefilled form", prefill_id)
        passport = runtime.definitions.passport(act.work, act.work.deployments.find(SERVICE, service_key))
        return replace(found, own=_own(_bindings(act, passport), by))

    return transact(runtime, by, change)


def find_prefill(act: Act, passport: ServicePassport) -> Prefill | None:
    """What registers filled in for the form that is submitted just now."""
    if not any(one.evidence is not None for one in _bindings(act, passport)):
        return None
    return act.work.prefills.latest(act.by.account, passport.key, act.at)


def submit_prefill(act: Act, made: Prefill, record: InstanceRecord, values: Mapping[str, Any]) -> None:
    """Let what registers answered belong to the case; the journal holds its hash and whether a value was changed."""
    act.work.prefills.submit(made.id, record.id)
    for answer in made.answers:
        if answer.state is not AnswerState.answered or not answer.values:
            continue
        compared = [
            Compared(what=key, stated=_stated(values, key), found=found) for key, found in answer.values.items()
        ]
        add_evidence(
            act,
            record,
            answer.evidence,
            Provenance.prefilled,
            source=f"{answer.register} {answer.operation}",
            purpose=answer.purpose,
            legal_basis=answer.legal_basis,
            fetched_at=answer.fetched_at,
            is_reused=answer.is_reused,
            proof=answer.proof,
            content=answer.values,
            compared=compared,
        )
    save_noted(act, record)


def _made(act: Act, passport: ServicePassport, by: Actor) -> Prefill:
    key, missing, bindings = new_key(), missing_consents(act, passport, by.account), _bindings(act, passport)
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for one in bindings:
        if one.evidence is not None:
            groups.setdefault((one.evidence, one.operation), {})[one.key] = one.path
    answers = []
    for (evidence, operation), fields in sorted(groups.items()):
        wanted = passport.evidence.get(evidence)
        if wanted is None or wanted.register is None:
            continue  # a form that was deployed before its service says so no more
        state = AnswerState.no_number if by.pin is None else AnswerState.asked
        answers.append(
            PrefillAnswer(
                prefill_id=key,
                evidence=evidence,
                operation=operation,
                state=AnswerState.no_consent if evidence in missing else state,
                register=wanted.register,
                purpose=wanted.purpose,
                legal_basis=wanted.legal_basis,
                fields=fields,
            )
        )
    return Prefill(
        id=key,
        account_id=by.account,
        service_key=passport.key,
        made_at=act.at,
        expires_at=act.at + KEPT_FOR,
        answers=tuple(answers),
        own=_own(bindings, by),
    )


def _own(bindings: tuple[FormPrefill, ...], by: Actor) -> dict[str, str]:
    own = {"case.applicant.pin": by.pin, "case.applicant.name": by.name}
    found = {one.key: own.get(one.path) for one in bindings if one.evidence is None}
    return {key: value for key, value in found.items() if value}


def _is_same(known: Prefill, made: Prefill) -> bool:
    """Whether asking again would ask the same, of registers that have not failed."""

    def asked(one: Prefill) -> list[tuple[Any, ...]]:
        return [
            (answer.evidence, answer.operation, dict(answer.fields), answer.state in _STANDS) for answer in one.answers
        ]

    late = (answer.state_at(known.made_at, made.made_at) is AnswerState.no_answer for answer in known.answers)
    return asked(known) == asked(made) and not any(late)


def _bindings(act: Act, passport: ServicePassport) -> tuple[FormPrefill, ...]:
    if passport.form_id is None:
        return ()
    definitions = act.runtime.definitions
    form = definitions.form(act.work, bound(act.work, FORM, passport.form_id, Binding.latest, None, ""))
    return tuple(act.runtime.forms.prefills(form))


def _stated(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for name in key.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
