"""Passkeys by WebAuthn level 3: what a browser is asked, and whether what it gave back proves anything.

A passkey is the second factor beside a password: that somebody is there and touches it is asked for, that the device
knows her (user verification) is preferred. Attestation is not asked for: any authenticator will do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from door.sign_in import WrongProof
from engine.errors import Refused

_TIMEOUT_MS: Final = 120_000


class NoPasskeys(Refused):
    """The address of this installation allows no passkeys."""

    code = "no-passkeys"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """A passkey that was made."""

    credential: str
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """Who asks for passkeys: the site people see."""

    id: str
    """Its host name; empty where there is none."""
    origin: str
    name: str = "Onewindow"

    @classmethod
    def at(cls, address: str) -> RelyingParty:
        """Of the public address. Browsers know passkeys of names only, not of numeric addresses."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return cls(id=host, origin=f"{parts.scheme}://{parts.netloc}")
        return cls(id="", origin=address)

    def ask_for_new(self, challenge: bytes, account: str, shown: str, known: Sequence[str]) -> Mapping[str, Any]:
        """What a browser is asked for a new passkey that is none of `known`. Raises NoPasskeys."""
        self._check()
        options = webauthn.generate_registration_options(
            rp_id=self.id,
            rp_name=self.name,
            user_id=account.encode(),
            user_name=shown,
            user_display_name=shown,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            exclude_credentials=_descriptors(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
        return _plain(webauthn.options_to_json(options))

    def new(self, challenge: bytes, credential: Mapping[str, Any]) -> NewPasskey:
        """The passkey that was made for a challenge. Raises WrongProof."""
        self._check()
        try:
            made = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
            raise _wrong() from wrong
        return NewPasskey(
            credential=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
        )

    def ask(self, challenge: bytes, known: Sequence[str]) -> Mapping[str, Any]:
        """What a browser is asked to prove one of the passkeys. Raises NoPasskeys."""
        self._check()
        options = webauthn.generate_authentication_options(
            rp_id=self.id, challenge=challenge, timeout=_TIMEOUT_MS, allow_credentials=_descriptors(known)
        )
        return _plain(webauthn.options_to_json(options))

    def count_of(self, challenge: bytes, credential: Mapping[str, Any], public_key: bytes, count: int) -> int:
        """The count that a passkey shows with its proof. Raises WrongProof, also for a count that went back: a copy."""
        self._check()
        try:
            proved = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                credential_current_sign_count=count,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
            raise _wrong() from wrong
        return proved.new_sign_count

    def _check(self) -> None:
        if not self.id:
            raise NoPasskeys(
                "Passkeys need an address with a name, and this one is numeric.",
                remedy="An operator sets ONEWINDOW_PUBLIC_URL; on one machine, http://localhost with the port.",
            )


def _descriptors(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]


def _plain(options: str) -> Mapping[str, Any]:
    plain: Mapping[str, Any] = json.loads(options)
    return plain


def _wrong() -> WrongProof:
    return WrongProof("The passkey did not sign what it was asked to.", remedy="Ask for a new challenge and try again.")
