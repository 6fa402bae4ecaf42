"""Passwords: argon2id, at most two computed at a time, and the same effort whether or not the account exists.

They are computed in threads of their own; in a web process these have little claim to the processor, so that signing in
never slows the work of those who are. Source: RFC 9106, second recommended option (64 MiB, 3 passes); OWASP ASVS 5.0,
6.2 and 11.4.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Unavailable
from onewindow.password_rules import LONGEST, PasswordRules

T = TypeVar("T")

ANY: Final = PasswordRules()
_AT_ONCE: Final = 2
_PATIENCE_SECONDS: Final = 5.0
_NICENESS: Final = 5

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
# each takes 64 MiB: without a bound, many sign-ins at once would take all memory
_turn = threading.BoundedSemaphore(_AT_ONCE)
_serving = threading.Event()


def hash_password(password: str, rules: PasswordRules = ANY, own: Iterable[str] = ()) -> str:
    """The hash to keep; `own` are names of the account. Raises WeakPassword, GuessablePassword, BreachedPassword."""
    rules.check(password, own)
    return _computed(lambda: _hasher.hash(password))


def password_fits(kept_hash: str | None, password: str) -> bool:
    """Whether a password is the one kept. With no hash it takes as long and is False: nobody learns who exists."""
    if len(password) > LONGEST:
        return False

    def verify() -> bool:
        try:
            _hasher.verify(kept_hash or _of_nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
        return kept_hash is not None

    return _computed(verify)


def make_ready() -> None:
    """For a web process: compute what the first comparison would wait for, and yield to its other work from now on."""
    _serving.set()
    _computers.cache_clear()
    _computed(_of_nobody)


@cache
def _of_nobody() -> str:
    return _hasher.hash("no account has this password")


def _computed(work: Callable[[], T]) -> T:
    """The result of a computation, in its turn. Raises Unavailable when that does not come soon."""
    if not _turn.acquire(timeout=_PATIENCE_SECONDS):
        raise Unavailable("Too many sign-ins at once.", retry_after_seconds=5)
    try:
        return _computers().submit(work).result()
    finally:
        _turn.release()


@cache
def _computers() -> ThreadPoolExecutor:
    """Made when first needed: threads do not outlive the fork of a web process."""
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="passwords", initializer=_yield_to_others)


def _yield_to_others() -> None:
    # On Linux the priority is the thread's; elsewhere it would be the whole process's.
    if _serving.is_set() and sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
