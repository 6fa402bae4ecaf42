"""Second factors at work: authenticator apps (TOTP, RFC 6238), passkeys, recovery codes.

A code of an app is taken once, and none before it; a challenge and a recovery code are used up whether or not they were
answered rightly. Wrong proofs are counted, for who guesses here has the password already.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import pyotp

from door.sign_in import AddedFactor, Ceremony, NewApp, Proof, SignedIn, Way, Who, WrongProof
from engine.casework.account_notice import AccountNews
from engine.casework.step_up import is_official, require_own_proof, require_second_factor
from engine.errors import NotFound, Refused
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.wiring import Runtime
from engine.store.records import ChallengeRecord, FactorRecord
from onewindow.account_journal import Notes, act_on_accounts, security
from onewindow.passkeys import RelyingParty
from onewindow.sealed_secrets import SealedSecrets
from onewindow.sign_in import BrowserSessions, renewed
from onewindow.throttling import Throttle, subjects_of_factor

T = TypeVar("T")

CHALLENGE_LIFE: Final = timedelta(minutes=5)
RECOVERY_CODES: Final = 10
MOST_FACTORS: Final = 10
_STEP: Final = timedelta(seconds=30)
_DRIFT: Final = (0, -1, 1)
"""Steps that a clock may be off (RFC 6238, 5.2)."""
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_LENGTH: Final = 16
"""Letters of a recovery code: 80 random bits, which nobody guesses, so that a plain hash suffices to keep them."""
_REGISTER: Final = "register"
_PROVE: Final = "prove"


class LastFactor(Refused):
    """An official must keep one second factor."""

    code = "last-second-factor"


class NoFactor(Refused):
    """The account has no such second factor."""

    code = "no-second-factor"


class TooManyFactors(Refused):
    """An account has as many second factors as it may."""

    code = "too-many-second-factors"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFactors:
    """Second factors of accounts (see `door.sign_in.SecondFactors`)."""

    runtime: Runtime
    sessions: BrowserSessions
    throttle: Throttle
    seals: SealedSecrets
    party: RelyingParty

    def begin_app(self, who: Who, name: str) -> NewApp:
        """An authenticator app to be; what began before and was never confirmed goes."""
        self._step_up(who, "add a second factor")
        secret = pyotp.random_base32()
        factor = FactorRecord(
            id=new_key(),
            account_id=who.actor.account,
            kind=str(Way.totp),
            name=name,
            secret=self.seals.seal(secret),
            created_at=self.runtime.clock.now(),
        )

        def change(act: Act, _notes: Notes) -> None:
            known = act.work.credentials.factors_of(who.actor.account)
            _check_number(known)
            for one in known:
                if one.confirmed_at is None:
                    act.work.credentials.remove_factor(one.id, one.account_id)
            act.work.credentials.add_factor(factor)

        act_on_accounts(self.runtime, who.actor, change)
        uri = pyotp.TOTP(secret).provisioning_uri(name=who.actor.name, issuer_name=self.party.name)
        return NewApp(id=factor.id, secret=secret, uri=uri)

    def confirm_app(self, who: Who, factor_id: str, code: str) -> AddedFactor:
        """Show that it works; from then on it counts."""
        self._step_up(who, "add a second factor")
        self._admit(who)

        def change(act: Act, notes: Notes) -> AddedFactor | None:
            known = act.work.credentials.factors_of(who.actor.account)
            new = next((one for one in known if one.id == factor_id and one.confirmed_at is None), None)
            if new is None:
                raise NotFound.of("second factor to confirm", factor_id)
            if not self._code_fits(act, new, code):
                self._count_wrong(act, who)
                return None
            act.work.credentials.confirm_factor(new.id, act.at)
            return self._added(act, notes, who, new, known)

        return self._told(act_on_accounts(self.runtime, who.actor, change), who)

    def begin_passkey(self, who: Who) -> Ceremony:
        """What a browser is asked for a new passkey."""
        self._step_up(who, "add a second factor")

        def change(act: Act, _notes: Notes) -> Ceremony:
            known = act.work.credentials.factors_of(who.actor.account)
            _check_number(known)
            challenge = self._challenge(act, who, _REGISTER)
            asked = self.party.ask_for_new(challenge.value, who.actor.account, who.actor.name, _credentials(known))
            return Ceremony(challenge=challenge.id, options=asked)

        return act_on_accounts(self.runtime, who.actor, change)

    def add_passkey(self, who: Who, challenge: str, name: str, credential: Mapping[str, Any]) -> AddedFactor:
        """Keep a new passkey."""
        self._step_up(who, "add a second factor")
        self._admit(who)

        def change(act: Act, notes: Notes) -> AddedFactor | None:
            value = self._taken(act, who, challenge, _REGISTER)
            try:
                made = None if value is None else self.party.new(value, credential)
            except WrongProof:
                made = None
            if made is None:
                self._count_wrong(act, who)
                return None
            known = act.work.credentials.factors_of(who.actor.account)
            factor = FactorRecord(
                id=new_key(),
                account_id=who.actor.account,
                kind=str(Way.passkey),
                name=name,
                credential=made.credential,
                public_key=made.public_key,
                sign_count=made.sign_count,
                created_at=act.at,
                confirmed_at=act.at,
                last_used_at=act.at,
            )
            act.work.credentials.add_factor(factor)
            return self._added(act, notes, who, factor, known)

        return self._told(act_on_accounts(self.runtime, who.actor, change), who)

    def remove(self, who: Who, factor_id: str) -> None:
        """Take a factor away."""
        self._step_up(who, "remove a second factor")

        def change(act: Act, notes: Notes) -> None:
            known = _confirmed(act.work.credentials.factors_of(who.actor.account))
            factor = next((one for one in known if one.id == factor_id), None)
            if factor is None:
                raise NotFound.of("second factor", factor_id)
            if len(known) == 1:
                if self.sessions.factor_is_required and is_official(who.actor):
                    raise LastFactor("This is your last second factor, and you need one.", remedy="Add another first.")
                act.work.credentials.set_recovery_codes(who.actor.account, (), act.at)
                act.work.accounts.forget_proofs(who.actor.account)
            act.work.credentials.remove_factor(factor_id, who.actor.account)
            notes("factor.removed", who.actor.account, factor=factor_id, kind=factor.kind)
            self.sessions.tell(act, who.actor.account, AccountNews.factor_removed, who.came)

        act_on_accounts(self.runtime, who.actor, change)

    def new_recovery_codes(self, who: Who) -> Sequence[str]:
        """Codes in place of those before."""
        require_second_factor(who.actor, self.runtime.clock.now(), "get new recovery codes")

        def change(act: Act, notes: Notes) -> Sequence[str]:
            if not _confirmed(act.work.credentials.factors_of(who.actor.account)):
                raise NoFactor("Recovery codes stand in for a second factor, and you have none.", remedy="Add one.")
            notes("recovery-codes.made", who.actor.account)
            return self._fresh_codes(act, who.actor.account)

        return act_on_accounts(self.runtime, who.actor, change)

    def ask_passkey(self, who: Who) -> Ceremony:
        """What a browser is asked to prove a passkey."""

        def change(act: Act, _notes: Notes) -> Ceremony:
            known = _credentials(act.work.credentials.factors_of(who.actor.account))
            if not known:
                raise NoFactor("Your account has no passkey.", remedy="Use a code, or add a passkey.")
            challenge = self._challenge(act, who, _PROVE)
            return Ceremony(challenge=challenge.id, options=self.party.ask(challenge.value, known))

        return act_on_accounts(self.runtime, who.actor, change)

    def prove(self, who: Who, proof: Proof) -> SignedIn:
        """Prove a factor in a session, which gets a new secret."""
        self._admit(who)

        def change(act: Act, notes: Notes) -> SignedIn | None:
            known = _confirmed(act.work.credentials.factors_of(who.actor.account))
            if not known:
                raise NoFactor("Your account has no second factor.", remedy="Add one at /api/v1/me/second-factors.")
            if not self._holds(act, who, proof, known):
                self._count_wrong(act, who)
                return None
            act.work.credentials.forgive(list(subjects_of_factor(who.actor.account)))
            notes("factor.proved", who.actor.account, way=str(proof.way), session=who.actor.session)
            if proof.way is Way.recovery_code:
                self.sessions.tell(act, who.actor.account, AccountNews.recovery_code_used, who.came)
            return self._proved(act, who)

        return self._told(act_on_accounts(self.runtime, who.actor, change), who)

    def _proved(self, act: Act, who: Who) -> SignedIn:
        """The session, whole from now on."""
        was_whole = who.actor.second_factor_at is not None
        if not was_whole:
            self.sessions.settle(act, who.actor.account, who.came)
        return renewed(act, who, self.sessions.idle, second_factor_at=act.at, absolute=self.sessions.absolute)

    def _holds(self, act: Act, who: Who, proof: Proof, known: Sequence[FactorRecord]) -> bool:
        if proof.way is Way.totp:
            return any(self._code_fits(act, one, proof.code) for one in known if one.kind == str(Way.totp))
        if proof.way is Way.recovery_code:
            return act.work.credentials.use_recovery_code(
                who.actor.account, _recovery_hash(who.actor.account, proof.code)
            )
        value = self._taken(act, who, proof.challenge, _PROVE)
        shown = proof.credential.get("id")
        factor = next((one for one in known if one.credential is not None and one.credential == shown), None)
        if value is None or factor is None or factor.public_key is None:
            return False
        try:
            count = self.party.count_of(value, proof.credential, factor.public_key, factor.sign_count or 0)
        except WrongProof:
            return False
        act.work.credentials.use_passkey(factor.id, count, act.at)
        return True

    def _code_fits(self, act: Act, factor: FactorRecord, code: str) -> bool:
        """Whether an app shows this code now, and nobody used it, or a later one, before."""
        assert factor.secret is not None
        app, shown = pyotp.TOTP(self.seals.open(factor.secret)), code.replace(" ", "")
        now = int(act.at.timestamp()) // int(_STEP.total_seconds())
        fitting = [
            now + drift
            for drift in _DRIFT
            if hmac.compare_digest(app.generate_otp(now + drift).encode(), shown.encode("utf-8", "surrogatepass"))
        ]
        return any(act.work.credentials.use_code(factor.id, step, act.at) for step in fitting)

    def _added(
        self, act: Act, notes: Notes, who: Who, factor: FactorRecord, before: Sequence[FactorRecord]
    ) -> AddedFactor:
        is_first = not _confirmed(before)
        codes = self._fresh_codes(act, who.actor.account) if is_first else ()
        notes("factor.added", who.actor.account, factor=factor.id, kind=factor.kind)
        self.sessions.tell(act, who.actor.account, AccountNews.factor_added, who.came)
        act.work.credentials.forgive(list(subjects_of_factor(who.actor.account)))
        return AddedFactor(id=factor.id, recovery_codes=codes, signed_in=self._proved(act, who))

    def _fresh_codes(self, act: Act, account: str) -> Sequence[str]:
        codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
        act.work.credentials.set_recovery_codes(account, [_recovery_hash(account, one) for one in codes], act.at)
        return ["-".join(one[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for one in codes]

    def _challenge(self, act: Act, who: Who, purpose: str) -> ChallengeRecord:
        challenge = ChallengeRecord(
            id=new_key(),
            account_id=who.actor.account,
            session=who.actor.session or "",
            purpose=purpose,
            value=secrets.token_bytes(32),
            expires_at=act.at + CHALLENGE_LIFE,
        )
        act.work.credentials.add_challenge(challenge)
        return challenge

    def _taken(self, act: Act, who: Who, challenge: str, purpose: str) -> bytes | None:
        session = who.actor.session or ""
        return act.work.credentials.take_challenge(challenge, who.actor.account, session, purpose, act.at)

    def _step_up(self, who: Who, act: str) -> None:
        """A factor is changed with a fresh proof of one; the first is added with a fresh password."""
        now = self.runtime.clock.now()
        require_own_proof(who.actor, now, act, has_factor=who.has_factor, password_at=who.password_at)

    def _admit(self, who: Who) -> None:
        self.throttle.admit(subjects_of_factor(who.actor.account), self.runtime.clock.now())

    def _count_wrong(self, act: Act, who: Who) -> None:
        """Count a wrong proof; what was used up stays so."""
        until = self.throttle.count(act.work, subjects_of_factor(who.actor.account), act.at)
        if until is not None:
            act.journal(f"account-{who.actor.account}", "factor.rests", who.actor.account, until=until.isoformat())

    def _told(self, result: T | None, who: Who) -> T:
        """The result; without one the proof was wrong, and that is committed."""
        if result is None:
            security.warning("factor.failed", account=who.actor.account)
            raise WrongProof(
                "The second factor was not proved.", remedy="Try again, with the newest code or challenge."
            )
        return result


def _confirmed(factors: Sequence[FactorRecord]) -> list[FactorRecord]:
    return [one for one in factors if one.confirmed_at is not None]


def _credentials(factors: Sequence[FactorRecord]) -> list[str]:
    return [one.credential for one in factors if one.credential is not None]


def _check_number(factors: Sequence[FactorRecord]) -> None:
    if len(_confirmed(factors)) >= MOST_FACTORS:
        raise TooManyFactors(f"An account has {MOST_FACTORS} second factors at most.", remedy="Remove one first.")


def _recovery_hash(account: str, code: str) -> str:
    plain = code.lower().replace("-", "").replace(" ", "").replace("o", "0").replace("i", "1").replace("l", "1")
    return hashlib.sha256(f"{account}:{plain}".encode("utf-8", "surrogatepass")).hexdigest()
