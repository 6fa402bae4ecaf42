"""Signatures of seals: Ed25519 (RFC 8032). Keys are read and written as PEM; which is used is the operator's matter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.errors import Invalid

_KEY_ID_LENGTH: Final = 16


class UnreadableKey(Invalid):
    """A key cannot be read, or is of another kind."""

    code = "seal-key-unreadable"


@dataclass(frozen=True, slots=True)
class SealKey:
    """The key that seals are signed with."""

    _private: Ed25519PrivateKey

    @classmethod
    def made(cls) -> SealKey:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, pem: bytes) -> SealKey:
        """A key from PEM (PKCS#8, without a password). Raises UnreadableKey."""
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as fault:
            raise _unreadable("private") from fault
        if not isinstance(key, Ed25519PrivateKey):
            raise _unreadable("private")
        return cls(key)

    @property
    def verifier(self) -> VerifyKey:
        """What others check signatures with."""
        return VerifyKey(self._private.public_key())

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(message)

    def pem(self) -> bytes:
        """The private key, to be kept secret."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """The public half."""

    _public: Ed25519PublicKey

    @classmethod
    def read(cls, pem: bytes) -> VerifyKey:
        """A key from PEM. Raises UnreadableKey."""
        try:
            key = serialization.load_pem_public_key(pem)
        except ValueError as fault:
            raise _unreadable("public") from fault
        if not isinstance(key, Ed25519PublicKey):
            raise _unreadable("public")
        return cls(key)

    @property
    def id(self) -> str:
        """The beginning of SHA-256 of the key's 32 bytes, in hexadecimal digits: names it, proves nothing."""
        raw = self._public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return hashlib.sha256(raw).hexdigest()[:_KEY_ID_LENGTH]

    def pem(self) -> bytes:
        """To be published where everybody finds it and we cannot change it unseen."""
        return self._public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether a signature is this key's over this message."""
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _unreadable(kind: str) -> UnreadableKey:
    return UnreadableKey(
        f"Expected a {kind} Ed25519 key as PEM.", remedy="Make one with: openssl genpkey -algorithm ed25519"
    )
