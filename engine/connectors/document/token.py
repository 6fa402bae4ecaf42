"""A signing key on a token or HSM, by PKCS#11 (OASIS PKCS #11 2.40), through python-pkcs11 and pyHanko.

A process logs in to a token once, for all of its threads, and one session signs one thing at a time. The hash is made
here and the token signs it (`CKM_ECDSA`, `CKM_RSA_PKCS`): every token does that, and few more. A wrong PIN is tried
once a process, for a token locks itself after a few.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from engine.connectors.contract import PartnerUnavailable
from engine.errors import Refused

_LATER_SECONDS = 60


class SigningKeyUnusable(Refused):
    """A key that was set up cannot be used."""

    code = "signing-key-unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyToken:
    """A key on a token, by PKCS#11."""

    library: str
    """Path of the module of the token's maker."""
    token: str
    """Label of the token."""
    key: str
    """Label of the key, and of its certificate."""
    pin_reference: str


def open_token(key: KeyToken, pin: str) -> Any:
    """A signer of pyHanko over a session of its own. Raises SigningKeyUnusable with what to correct."""
    try:
        import pkcs11
        from pkcs11 import exceptions
        from pyhanko.sign.pkcs11 import PKCS11Signer
    except ImportError as missing:
        raise SigningKeyUnusable(
            "A signing key on a token is set up, but what speaks PKCS#11 is not installed.",
            remedy="pip install python-pkcs11, or use a PKCS#12 file.",
        ) from missing

    class OneAtATime(PKCS11Signer):  # type: ignore[misc, unused-ignore]
        """Signs for one thread after the other: a session of PKCS#11 has room for one operation."""

        def __init__(self, session: Any) -> None:
            super().__init__(session, cert_label=key.key, key_label=key.key, use_raw_mechanism=True)
            self.turn = threading.Lock()

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            """Each thread has a loop of its own, so that waiting holds up nobody else."""
            with self.turn:
                signed: bytes = await super().async_sign_raw(data, digest_algorithm, dry_run=dry_run)
                return signed

    session: Any = None
    try:
        session = _session(pkcs11.lib(key.library), key, pin, exceptions)
        session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=key.key)
        signer = OneAtATime(session)
        if signer.signing_cert is None:
            raise exceptions.PKCS11Error("no certificate")
    except exceptions.PKCS11Error as fault:
        if session is not None:
            session.close()
        raise _told(key, fault) from fault
    return signer


def close_token(signer: Any) -> None:
    """Let a session go that no longer works; what it says about that is of no use."""
    from pkcs11.exceptions import PKCS11Error

    try:
        signer.pkcs11_session.close()
    except PKCS11Error:
        return


def away(key: KeyToken, fault: BaseException) -> PartnerUnavailable:
    """A token that was there, and is not now: pulled out, or an HSM that restarts."""
    return PartnerUnavailable(
        f"The token {key.token!r:.80} with the signing key does not answer ({type(fault).__name__}).",
        remedy="Nothing is issued until it does; it is tried again by itself. An operator looks at the token.",
        retry_after_seconds=_LATER_SECONDS,
    )


def is_of_a_token(fault: BaseException) -> bool:
    """Whether a fault came from PKCS#11."""
    return any(kind.__module__ == "pkcs11.exceptions" for kind in type(fault).__mro__)


def _session(library: Any, key: KeyToken, pin: str, exceptions: Any) -> Any:
    library.reinitialize()  # what was plugged in since the module was loaded is seen
    token = library.get_token(token_label=key.token)
    try:
        return token.open(user_pin=pin)
    except exceptions.UserAlreadyLoggedIn:
        return token.open()


def _told(key: KeyToken, fault: BaseException) -> SigningKeyUnusable:
    """What is wrong, in words: most faults of python-pkcs11 are a name without a text."""
    kind = type(fault).__name__
    match kind:
        case "PinIncorrect" | "PinInvalid" | "PinLenRange":
            message, remedy = (
                f"The PIN of the token {key.token!r:.80} is another.",
                f"Correct the secret {key.pin_reference}, start again. It is not tried twice: tokens lock themselves.",
            )
        case "PinLocked" | "PinExpired":
            message, remedy = (
                f"The token {key.token!r:.80} has locked its PIN, or wants a new one.",
                "Unlock it with the security officer's PIN, by the tool of the token's maker.",
            )
        case "NoSuchToken" | "TokenNotPresent" | "TokenNotRecognised" | "MultipleTokensReturned":
            message, remedy = (
                f"There is not one token with the label {key.token!r:.80}.",
                "Plug it in, or correct ONEWINDOW_PKCS11_TOKEN.",
            )
        case "NoSuchKey" | "MultipleObjectsReturned":
            message, remedy = (
                f"The token {key.token!r:.80} has not one private key with the label {key.key!r:.80}.",
                "Correct ONEWINDOW_PKCS11_KEY, or put the key there.",
            )
        case "PKCS11Error" if "loading" in str(fault):
            message, remedy = (
                f"The PKCS#11 module {key.library} cannot be loaded.",
                "Correct ONEWINDOW_PKCS11_MODULE, or install the software of the token's maker.",
            )
        case "PKCS11Error":
            message, remedy = (
                f"The token {key.token!r:.80} has not one certificate with the label {key.key!r:.80}.",
                "Put the certificate of the key beside it, under the same label.",
            )
        case _:
            message, remedy = (
                f"The token {key.token!r:.80} cannot be used ({kind}).",
                "Try it with the tool of the token's maker.",
            )
    return SigningKeyUnusable(message, remedy=remedy)
