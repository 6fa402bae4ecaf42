"""Webhooks as this installation has them: how secrets are kept, who may be called, who tells.

A secret that Onewindow made is kept sealed (Fernet: AES-128-CBC with HMAC-SHA256) under secret `webhook-seal`; with
`webhook-seal-former` what was sealed before the seal was changed can be opened still. A secret by reference stays in
the environment, and only its name is kept.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from cryptography.fernet import InvalidToken

from engine.connectors.webhook import InnerHosts, Sender, address_fault, signing_key
from engine.connectors.webhook.signature import LEAD, SecretMalformed
from engine.errors import Invalid, Place, Refused
from engine.jobs.messenger import Messenger, MessengerPace, Tell
from engine.runtime.ports import NoWebhooks
from engine.runtime.wiring import Runtime, WebhookRules
from onewindow import sealed_secrets
from onewindow.sealed_secrets import former, sealing_box
from onewindow.settings import Settings
from onewindow.settings_reader import Secret, variable_of
from onewindow.webhook_settings import WebhookSettings

_SEALED: Final = "sealed:"
_REFERENCE: Final = "reference:"
_MAY_BE_REFERRED: Final = "webhook-"
_SEAL: Final = "webhook-seal"


class SealTooShort(sealed_secrets.SealTooShort):
    """The seal of webhook secrets can be guessed."""

    code = "webhook-seal-too-short"


class SecretClosed(Refused):
    """A secret of a subscription cannot be opened here."""

    code = "webhook-secret-closed"


class WebhookSecrets:
    """Makes, seals, refers to and opens the secrets of subscriptions."""

    def __init__(self, known: Mapping[str, Secret]) -> None:
        self._known = known
        self._box = sealing_box(known, _SEAL, purpose="webhook-secrets", too_short=SealTooShort)

    def make(self) -> str:
        """A fresh secret of 32 random bytes."""
        return LEAD + base64.b64encode(secrets.token_bytes(32)).decode()

    def seal(self, secret: str) -> str:
        """What is kept of a secret. Raises NoWebhooks without a seal."""
        if self._box is None:
            raise NoWebhooks
        return _SEALED + self._box.encrypt(secret.encode()).decode()

    def refer(self, name: str) -> str:
        """What is kept of a secret of the environment. Raises Invalid for one that is not set, or is none."""
        found = (
            self._known.get(name) if name.startswith(_MAY_BE_REFERRED) and name not in (_SEAL, former(_SEAL)) else None
        )
        if found is None:
            raise _wrong_reference(
                f"There is no secret {name!r:.80} for webhooks.",
                f"Set {variable_of(name)} on every node; the names of such secrets begin with {_MAY_BE_REFERRED}.",
            )
        try:
            signing_key(found.value)
        except SecretMalformed as wrong:
            raise _wrong_reference(
                f"The secret {name!r:.80} is none for webhooks. {wrong.message}", wrong.remedy
            ) from None
        return _REFERENCE + name

    def open_all(self, kept: Sequence[str]) -> list[str]:
        """The secrets behind what is kept of them. Raises SecretClosed."""
        return [self._open(one) for one in kept]

    def _open(self, kept: str) -> str:
        if kept.startswith(_REFERENCE):
            name = kept.removeprefix(_REFERENCE)
            if name in self._known:
                return self._known[name].value
            raise SecretClosed(
                f"The secret {name!r:.80} of the subscription is not set on this worker.",
                remedy="Set it, then resume the subscription.",
            )
        try:
            if self._box is None:
                raise InvalidToken
            return self._box.decrypt(kept.removeprefix(_SEALED).encode()).decode()
        except InvalidToken:
            raise SecretClosed(
                "The secret of the subscription was sealed with another key than this worker has.",
                remedy="Set ONEWINDOW_SECRET_WEBHOOK_SEAL as it was, or rotate the secret; then resume it.",
            ) from None


def webhook_rules(settings: Settings, kept: WebhookSecrets) -> WebhookRules:
    """What use cases are told."""
    inner = _inner(settings.webhooks)
    return WebhookRules(
        secrets=kept,
        address_fault=lambda url: address_fault(url, inner),
        most_tries=settings.webhooks.attempts,
        kept_for=timedelta(days=settings.webhooks.days),
    )


def make_messenger(settings: Settings, runtime: Runtime, kept: WebhookSecrets, owner: str, tell: Tell) -> Messenger:
    """The messenger of a worker."""
    said = settings.webhooks
    return Messenger(
        runtime=runtime,
        sender=Sender(_inner(said)),
        open_secrets=kept.open_all,
        source=f"{settings.address}/api/v1",
        owner=owner,
        pace=MessengerPace(threads=said.threads, patience=settings.stop_seconds),
        tell=tell,
    )


def _inner(said: WebhookSettings) -> InnerHosts:
    return InnerHosts(frozenset(said.inner_hosts))


def _wrong_reference(message: str, remedy: str) -> Invalid:
    return Invalid(message, places=[Place("/secret_reference", message, "unknown-secret")], remedy=remedy)
