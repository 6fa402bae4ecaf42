"""Child processes of `onewindow run`: started in order, watched, stopped together.

Children get their own session, so that Ctrl-C reaches only the parent, which then stops them in order. On Linux the
kernel ends them when the parent dies, however it dies.
"""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.errors import Unavailable

_PR_SET_PDEATHSIG: Final = 1
_INTERRUPTIONS: Final = (signal.SIGINT, signal.SIGTERM)
_MARGIN_SECONDS: Final = 5.0
"""What a child may take beyond the time it gives its own work."""
_PATIENCE_SECONDS: Final = 120.0
"""How long a child may take to start beside others, on a machine that is busy. One that ends is told at once."""


class PortInUse(Unavailable):
    """Another program listens where ours wants to."""

    code = "port-in-use"


class ChildFailed(Unavailable):
    """A child process ended by itself, or never answered."""

    code = "child-failed"


def check_port_is_free(host: str, port: int, setting: str) -> None:
    """Raises PortInUse with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise PortInUse(
                f"Port {port} of {host} cannot be used: {fault.strerror}.",
                remedy=f"Stop the program that holds it, or choose another port with {setting}.",
            ) from fault


def wait_until_listening(
    host: str, port: int, child: subprocess.Popen[bytes], name: str, seconds: float = _PATIENCE_SECONDS
) -> None:
    """Return as soon as somebody accepts connections there. Raises ChildFailed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _has_ended(child):
            raise ChildFailed(
                f"The {name} ended at once with exit code {child.returncode}.", remedy="See its lines above."
            )
        try:
            with socket.create_connection((host, port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise ChildFailed(f"The {name} did not answer at {host}:{port} within {seconds:.0f} seconds.")


@dataclass(slots=True)
class Children:
    """The processes started so far, by name, in order."""

    stop_seconds: float = 8.0
    """How long a child waits for its work before it ends."""
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _starting: list[tuple[str, int, str]] = field(default_factory=list)
    """Host, port and name of those that were started and not waited for."""

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start one, with exactly this environment."""
        child = subprocess.Popen(  # noqa: S603 (our own modules)
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._running[name] = child
        return child

    def start_listener(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], host: str, port: int
    ) -> None:
        """Start one that will listen; `wait_for_listeners` waits for it, so that several start side by side."""
        self.start(name, command, environment)
        self._starting.append((host, port, name))

    def wait_for_listeners(self) -> None:
        """Return when all that were started to listen do. Raises ChildFailed."""
        while self._starting:
            host, port, name = self._starting[0]
            wait_until_listening(host, port, self._running[name], name)
            del self._starting[0]

    def wait_for_one_to_end(self) -> str:
        """Sleep until any ends by itself; gives its name."""
        while True:
            for name, child in self._running.items():
                if _has_ended(child):
                    return name
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask all to stop, the last started first; end those that do not. Safe to call twice."""
        for child in reversed(self._running.values()):
            if not _has_ended(child):
                child.send_signal(signal.SIGTERM)
        until = time.monotonic() + self.stop_seconds + _MARGIN_SECONDS
        for child in self._running.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._running.clear()


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether it has; Ctrl-C and SIGTERM are held back meanwhile.

    `poll` takes a lock that an exception in the wrong moment would leave taken: nobody could wait for the child then.
    """
    if threading.current_thread() is not threading.main_thread():
        return child.poll() is not None  # signals interrupt the main thread alone
    held: list[int] = []
    before = {number: signal.signal(number, lambda at, _frame: held.append(at)) for number in _INTERRUPTIONS}
    try:
        return child.poll() is not None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for interruption in held:
            signal.raise_signal(interruption)


def _die_with_parent() -> None:
    """Runs in the child before it becomes another program: the kernel sends SIGTERM when the parent is gone."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
