"""A person allows a look-up, takes that back; and a look-up that needs it ends where it is not there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.casework.actor import SYSTEM, Actor, DutyMissing
from engine.casework.case import Case
from engine.casework.consent import Consent, persons_chain
from engine.casework.job import Job
from engine.casework.passport import EvidenceRequirement, ServicePassport
from engine.errors import Invalid, NotFound, Place
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.definitions import SERVICE
from engine.runtime.finish_job import NO_CONSENT, held_service_job, throw
from engine.runtime.record_waits import EVIDENCE_HEADER
from engine.runtime.wiring import Runtime

_MESSAGE = "The law asks for the applicant's consent to this look-up, and there is none."


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedConsent:
    """One that a service asks for, and the newest that the person gave."""

    service_key: str
    wanted: EvidenceRequirement
    given: Consent | None
    """None where none was given to the text as it is now."""

    @property
    def holds(self) -> bool:
        """Whether the register may be asked."""
        return self.given is not None and self.given.holds


def asked_consents(runtime: Runtime, service_key: str, *, by: Actor) -> list[AskedConsent]:
    """The consents that a service asks for, with what the person said. Raises NotFound."""
    return transact(runtime, by, lambda act: _asked(act, _passport(act, service_key), by.account))


def give_consent(runtime: Runtime, service_key: str, evidence: str, version: str, *, by: Actor) -> Consent:
    """Allow a look-up in the words of one version; one that holds already is given back.

    Raises DutyMissing, NotFound, Invalid for a version that is not the one that holds now.
    """

    def change(act: Act) -> Consent:
        if not by.citizen:
            raise DutyMissing("citizen", "consent to a look-up")
        wanted = _passport(act, service_key).evidence.get(evidence)
        if wanted is None or wanted.consent is None:
            raise NotFound.of("consent", evidence)
        if wanted.consent.version != version:
            raise Invalid(
                "The text that was consented to is not the one that holds now.",
                places=[Place("/version", f"Expected {wanted.consent.version}.", "other-version")],
                remedy="Show the text as it is now, and ask again.",
            )
        for known in act.work.consents.of(by.account, service_key):
            if known.evidence == evidence and known.version == version and known.holds:
                return known
        consent = Consent(
            account_id=by.account,
            id=new_key(),
            service_key=service_key,
            evidence=evidence,
            version=version,
            legal_basis=wanted.consent.legal_basis,
            given_at=act.at,
        )
        act.work.consents.add(consent)
        _note(act, "consent.given", consent)
        return consent

    return transact(runtime, by, change)


def withdraw_consent(runtime: Runtime, consent_id: str, *, by: Actor) -> Consent:
    """Take one's own consent back: no look-up is made after that. Safe to repeat. Raises NotFound."""

    def change(act: Act) -> Consent:
        consent = act.work.consents.lock(by.account, consent_id)
        if not consent.holds:
            return consent
        _note(act, "consent.withdrawn", consent)
        return act.work.consents.withdraw(consent, act.at)

    return transact(runtime, by, change)


def may_look_up(runtime: Runtime, job: Job, *, owner: str) -> bool:
    """Whether a job may ask whom it asks; else it ended in the error `no-consent`, for the model's fallback.

    Asked right before each call, so that nothing is asked after a consent was taken back. Raises NotFound, LeaseLost.
    """
    key = job.headers.get(EVIDENCE_HEADER)
    if not key:
        return True

    def change(act: Act) -> bool:
        held, record = held_service_job(act, job.id, owner)
        if record.case is None or _allows(act, record.case, key):
            return True
        throw(act, held, record, NO_CONSENT, _MESSAGE, {})
        return False

    return transact(runtime, SYSTEM, change)


def missing_consents(act: Act, passport: ServicePassport, account: str) -> Collection[str]:
    """Keys of the proofs that must not be looked up for a person."""
    if all(one.consent is None for one in passport.evidence.values()):
        return ()
    return {one.wanted.key for one in _asked(act, passport, account) if not one.holds}


def _allows(act: Act, case: Case, key: str) -> bool:
    passport = _passport(act, case.service_key)
    wanted = passport.evidence.get(key)
    return wanted is None or wanted.consent is None or key not in missing_consents(act, passport, case.applicant)


def _asked(act: Act, passport: ServicePassport, account: str) -> list[AskedConsent]:
    given = act.work.consents.of(account, passport.key)
    found = []
    for key, wanted in passport.evidence.items():
        if wanted.consent is None:
            continue
        fitting = [one for one in given if one.evidence == key and one.version == wanted.consent.version]
        found.append(AskedConsent(service_key=passport.key, wanted=wanted, given=fitting[0] if fitting else None))
    return found


def _passport(act: Act, service_key: str) -> ServicePassport:
    return act.runtime.definitions.passport(act.work, act.work.deployments.find(SERVICE, service_key))


def _note(act: Act, action: str, consent: Consent) -> None:
    said = {"service": consent.service_key, "evidence": consent.evidence, "version": consent.version}
    act.journal(persons_chain(consent.account_id), action, consent.id, **said)
