"""Puts together what accounts prove themselves with: sessions, second factors, tokens, identity providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine.runtime.wiring import Runtime
from onewindow.breached import read_list
from onewindow.callers import Callers
from onewindow.federation.access_tokens import SignedTokens
from onewindow.federation.arrivals import Arrivals
from onewindow.federation.calls import ProviderCalls
from onewindow.federation.code_flow import CodeFlow
from onewindow.federation.providers_file import read_providers_file
from onewindow.passkeys import RelyingParty
from onewindow.password_codes import OneTimeCodes
from onewindow.password_rules import PRODUCT, PasswordRules
from onewindow.sealed_secrets import SealedSecrets
from onewindow.second_factors import AccountFactors
from onewindow.settings import Settings
from onewindow.sign_in import BrowserSessions
from onewindow.throttling import Throttle
from onewindow.tokens import ApiTokens

FACTOR_SEAL: Final = "factor-seal"
"""Reference of the secret that secrets of authenticator apps are sealed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """All of them, for one process."""

    callers: Callers
    sessions: BrowserSessions
    factors: AccountFactors
    tokens: ApiTokens
    codes: OneTimeCodes
    federation: CodeFlow


def credentials(settings: Settings, runtime: Runtime) -> Credentials:
    """What the settings make of them. Raises SealTooShort, UnreadableList, BadSettings (the file of providers)."""
    idle, required = timedelta(minutes=settings.idle_minutes), settings.identity.second_factor_is_required
    throttle, rules = Throttle(runtime.database), password_rules(settings)
    sessions = BrowserSessions(
        runtime=runtime,
        throttle=throttle,
        idle=idle,
        absolute=timedelta(hours=settings.session_hours),
        factor_is_required=required,
        rules=rules,
    )
    providers = read_providers_file(settings.identity.providers_file, settings.secrets)
    calls = ProviderCalls(providers)
    return Credentials(
        callers=Callers(
            database=runtime.database,
            clock=runtime.clock,
            idle=idle,
            factor_is_required=required,
            signed=SignedTokens(
                database=runtime.database,
                clock=runtime.clock,
                providers=providers,
                calls=calls,
                factor_is_required=required,
            ),
        ),
        sessions=sessions,
        factors=AccountFactors(
            runtime=runtime,
            sessions=sessions,
            throttle=throttle,
            seals=SealedSecrets(settings.secrets, FACTOR_SEAL),
            party=RelyingParty.at(settings.address),
        ),
        tokens=ApiTokens(runtime=runtime, sessions=sessions),
        codes=OneTimeCodes(runtime=runtime, sessions=sessions, throttle=throttle, rules=rules),
        federation=CodeFlow(
            runtime=runtime,
            providers=providers,
            calls=calls,
            arrivals=Arrivals(runtime=runtime, sessions=sessions),
            secret_of=lambda name: settings.secrets[name].value,
            address=settings.address,
        ),
    )


def password_rules(settings: Settings) -> PasswordRules:
    """What new passwords are held to. Raises UnreadableList."""
    path = settings.identity.breached_passwords
    return PasswordRules(
        breached=None if path is None else read_list(path),
        words=frozenset({PRODUCT, *settings.identity.password_words}),
    )


def ways_exist(settings: Settings) -> bool:
    """Whether a second factor can be added: an app, or a passkey."""
    return FACTOR_SEAL in settings.secrets or bool(RelyingParty.at(settings.address).id)
