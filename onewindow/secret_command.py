"""A secret that a vault keeps: what a program prints is the secret, for as long as the process lives.

The program is named with its whole path and run without a shell. It sees the environment, by which vaults know who
asks, but none of our other secrets. It has little time and little to say; what it writes to its error output is shown
to nobody, for it may hold what it was asked for.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

SECONDS: Final = 10.0
MOST_BYTES: Final = 65_536


class NoSecret(Exception):
    """The program gave none; the message says why, and never what it printed."""


def secret_of(command: str, environment: Mapping[str, str], *, seconds: float = SECONDS) -> str:
    """What the program prints, without the blanks around it. Raises NoSecret."""
    try:
        words = shlex.split(command)
    except ValueError as fault:
        raise NoSecret(f"the command cannot be read ({fault})") from None
    if not words or not os.path.isabs(words[0]):  # noqa: PTH117 (a word, not yet a path)
        raise NoSecret("the program must be named with its whole path")
    try:
        child = subprocess.Popen(  # noqa: S603 (an operator's own program, without a shell)
            words,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as fault:
        raise NoSecret(getattr(fault, "strerror", None) or "it cannot be started") from None
    return _read(child, seconds)


def _read(child: subprocess.Popen[bytes], seconds: float) -> str:
    late = threading.Event()

    def end() -> None:
        late.set()
        _kill(child)

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        assert child.stdout is not None
        with child.stdout as printed:
            content = printed.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            _kill(child)
        status = child.wait()
    finally:
        timer.cancel()
    if late.is_set():
        raise NoSecret(f"it did not end within {seconds:g} seconds")
    if len(content) > MOST_BYTES:
        raise NoSecret(f"it printed more than {MOST_BYTES:,} bytes")
    if status != 0:
        raise NoSecret(f"it ended with code {status}")
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise NoSecret("what it printed is not UTF-8 text") from None
    if not text:
        raise NoSecret("it printed nothing")
    return text


def _kill(child: subprocess.Popen[bytes]) -> None:
    """The program and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
