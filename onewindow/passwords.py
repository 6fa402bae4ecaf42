"""Passwords: argon2id, at most two computed at a time, and the same effort whether or not the account exists.

Source: RFC 9106, second recommended option (64 MiB, 3 passes); OWASP ASVS 5.0, 11.4.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Invalid, Place, Unavailable

SHORTEST: Final = 12
LONGEST: Final = 200
_PATIENCE_SECONDS: Final = 5.0

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
# each takes 64 MiB: without a bound, many sign-ins at once would take all memory
_turn = threading.BoundedSemaphore(2)


class WeakPassword(Invalid):
    """A password is too short or too long."""

    code = "weak-password"


def hash_password(password: str) -> str:
    """The hash to keep. Raises WeakPassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(
            f"A password has {SHORTEST} to {LONGEST} characters.",
            places=[Place("/password", f"Expected {SHORTEST} to {LONGEST} characters.", "length")],
            remedy="Take a sentence you can remember.",
        )
    with _Turn():
        return _hasher.hash(password)


def password_fits(kept_hash: str | None, password: str) -> bool:
    """Whether a password is the one kept. With no hash it takes as long and is False: nobody learns who exists."""
    if len(password) > LONGEST:
        return False
    with _Turn():
        try:
            _hasher.verify(kept_hash or _of_nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept_hash is not None


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _hasher.hash("no account has this password")


class _Turn:
    """A place among the few that compute at the same time. Raises Unavailable when none gets free."""

    def __enter__(self) -> None:
        if not _turn.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable("Too many sign-ins at once.", retry_after_seconds=5)

    def __exit__(self, *_: object) -> None:
        _turn.release()
