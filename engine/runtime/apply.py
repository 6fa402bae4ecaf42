"""An applicant submits an application: a case with its number, and the instance that handles it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.model import Binding
from engine.casework.actor import Actor, DutyMissing
from engine.casework.case import Case
from engine.casework.mandate import Mandate, NoMandate
from engine.casework.pace import require_pace
from engine.casework.passport import LANGUAGES, ServicePassport
from engine.casework.policy import Thing
from engine.casework.term import Term
from engine.errors import Invalid, Place
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.attach import attach_files
from engine.runtime.closures import agency_calendar
from engine.runtime.definitions import FORM, PROCESS, SERVICE, bound
from engine.runtime.foreseen import APPLICATION
from engine.runtime.ports import NamedFiles
from engine.runtime.prefill import find_prefill, submit_prefill
from engine.runtime.stepping import begin
from engine.runtime.visibility import form_for, note_restricted
from engine.runtime.wiring import Runtime


def apply(
    runtime: Runtime,
    service_key: str,
    answers: Mapping[str, Any],
    *,
    by: Actor,
    channel: str = "online",
    language: str | None = None,
    on_behalf_of: str | None = None,
) -> Case:
    """Submit an application for a public service; `language` is the one the applicant reads, az when it is not known.

    `on_behalf_of` is the account of a person or company whose mandate the actor holds: that one is the applicant, and
    the actor the representative. The answers are checked against the service's form. Raises NotFound (no such
    service), DutyMissing (no citizen), NoMandate, Invalid (answers, with places; a channel the service does not have),
    TooManyApplications.
    """

    return transact(
        runtime,
        by,
        lambda act: apply_in(act, service_key, answers, channel=channel, language=language, on_behalf_of=on_behalf_of),
    )


def apply_in(
    act: Act,
    service_key: str,
    answers: Mapping[str, Any],
    *,
    channel: str = "online",
    language: str | None = None,
    on_behalf_of: str | None = None,
    agency: str | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Case:
    """The same within an act; `agency` answers for the case in place of the service's, `variables` are told besides."""
    by = act.by
    if not by.citizen:
        raise DutyMissing("citizen", "apply for a service")
    definitions, work = act.runtime.definitions, act.work
    passport = definitions.passport(work, work.deployments.find(SERVICE, service_key))
    _check_channel(passport, channel)
    instance_id = new_key()
    values, named = _answers(act, passport, answers, language, instance_id)
    process = bound(work, PROCESS, passport.process_id, Binding.latest, None, "")
    applicant, mandate = (by, None) if on_behalf_of is None else _represented(act, on_behalf_of, service_key)
    # what registers told somebody of herself says nothing of whom she represents
    made = find_prefill(act, passport) if mandate is None else None
    if most := act.runtime.limits.applications_a_day:
        require_pace(most, work.cases.nth_newest(applicant.account, most), act.at)
    case = _new_case(act, passport, agency or passport.agency, channel, applicant, mandate, instance_id)
    attach_files(act, named, case, case.instance_id)
    under = {"acting_for": mandate.mandator, "mandate": mandate.id} if mandate is not None else {}
    act.journal(case.instance_id, "case.submitted", case.id, service=passport.key, channel=channel, **under)
    told = {
        **(variables or {}),
        APPLICATION: values,
        "case": _told(case, applicant, by if mandate is not None else None, language or LANGUAGES[0]),
    }
    record = begin(act, process.id, told, case=case, instance_id=case.instance_id)
    assert record.case is not None
    if made is not None:
        submit_prefill(act, made, record, values)
    return record.case


def _represented(act: Act, account: str, service_key: str) -> tuple[Actor, Mandate]:
    """Who is acted for, and the mandate, which cannot be revoked before this is done. Raises NoMandate."""
    mandate = act.work.mandates.valid(account, act.by.account, service_key, act.at)
    if mandate is None:
        raise NoMandate(service_key)
    return act.work.accounts.actor(account), mandate


def _check_channel(passport: ServicePassport, channel: str) -> None:
    if passport.channels and channel not in passport.channels:
        raise Invalid(
            f"The service {passport.key} has no channel {channel!r:.40}.",
            places=[Place("/channel", f"Expected one of {', '.join(passport.channels)}.", "unknown-channel")],
            remedy="Use one of the channels in its passport.",
        )


def _answers(
    act: Act, passport: ServicePassport, answers: Mapping[str, Any], language: str | None, instance_id: str
) -> tuple[dict[str, Any], list[NamedFiles]]:
    if passport.form_id is None:
        if answers:
            raise Invalid(
                "This service asks nothing.",
                places=[Place("/answers", "Expected no answers.", "unknown-field")],
                remedy="Send the application without answers.",
            )
        return {}, []
    definitions = act.runtime.definitions
    whole = definitions.form(act.work, bound(act.work, FORM, passport.form_id, Binding.latest, None, ""))
    form = form_for(act, whole, Thing(kind="application", agency=passport.agency, person=act.by.account))
    note_restricted(act, instance_id, whole, (APPLICATION,))
    forms = act.runtime.forms
    now = act.runtime.calendar.local(act.at)
    values = dict(forms.validate(form, answers, {}, now, language=language, draft=False))
    return values, list(forms.files_named(form, values))


def _new_case(
    act: Act,
    passport: ServicePassport,
    agency: str,
    channel: str,
    applicant: Actor,
    mandate: Mandate | None,
    instance_id: str,
) -> Case:
    year = act.runtime.calendar.local_day(act.at).year
    rule = passport.statutory_term
    case = Case(
        id=new_key(),
        number=act.work.cases.next_number(passport.country, year),
        service_key=passport.key,
        agency=agency,
        applicant=applicant.account,
        representative=act.by.account if mandate is not None else None,
        mandate_id=mandate.id if mandate is not None else None,
        instance_id=instance_id,
        channel=channel,
        submitted_at=act.at,
    )
    if rule is None:
        return case
    calendar = agency_calendar(act.runtime, act.work, agency)
    return case.with_term(Term.begin(rule, act.at), calendar, act.at)


def _told(case: Case, applicant: Actor, representative: Actor | None, language: str) -> dict[str, Any]:
    """The variable `case` that models read."""
    return {
        "number": str(case.number),
        "service": case.service_key,
        "agency": case.agency,
        "applicant": _person(applicant),
        "representative": _person(representative) if representative is not None else None,
        "submittedAt": case.submitted_at,
        "channel": case.channel,
        "language": language,
    }


def _person(actor: Actor) -> dict[str, Any]:
    return {"account": actor.account, "pin": actor.pin, "tin": actor.tin, "name": actor.name}
