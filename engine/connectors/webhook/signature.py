"""The signature of Standard Webhooks: `v1,` and the HMAC-SHA256 of `id.timestamp.body`, in base64.

A secret is `whsec_` and 24 to 64 random bytes in base64; the bytes are the key. While a secret is being changed a
message carries two signatures, parted by a blank, the present one's first: either will do for who receives it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from engine.errors import Invalid

LEAD: Final = "whsec_"
_LEAST, _MOST = 24, 64


class SecretMalformed(Invalid):
    """A secret is not one of Standard Webhooks."""

    code = "webhook-secret-malformed"

    def __init__(self) -> None:
        super().__init__(
            f"Expected a secret of {LEAD} and {_LEAST} to {_MOST} bytes in base64.",
            remedy='Make one with: python -c "import base64, secrets; '
            "print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\"",
        )


def signing_key(secret: str) -> bytes:
    """The key in a secret. Raises SecretMalformed, which does not show it."""
    try:
        key = base64.b64decode(secret.removeprefix(LEAD), validate=True)
    except (binascii.Error, ValueError):
        raise SecretMalformed from None
    if not (secret.startswith(LEAD) and _LEAST <= len(key) <= _MOST):
        raise SecretMalformed
    return key


def sign(keys: Iterable[bytes], id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` of a message; `timestamp` in seconds since 1970."""
    said = f"{id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, said, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def verify(keys: Iterable[bytes], id: str, timestamp: int, body: bytes, header: str) -> bool:
    """Whether a header holds a signature by any of the keys. The age of the timestamp is the receiver's to judge."""
    known = [sign([key], id, timestamp, body).encode() for key in keys]
    found = [one.encode("utf-8", "replace") for one in header.split(" ")[:10]]
    return any(hmac.compare_digest(one, other) for one in known for other in found)
