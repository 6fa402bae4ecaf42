"""Ports that nobody listens at, for programs that are told where to listen: `a_free_port()`.

They lie below those that the system gives to whoever calls out (from 32,768 on Linux): one of those may be taken by any
connection between the look and the start.
"""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

_LOWEST, _HIGHEST = 20_000, 32_000


def a_free_port(in_a_row: int = 1) -> int:
    """The first of some free ports in a row."""
    chance = random.SystemRandom()
    while True:
        first = chance.randrange(_LOWEST, _HIGHEST)
        with ExitStack() as held:
            try:
                for port in range(first, first + in_a_row):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return first
