"""Runs the same act in many threads at once, which begin together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(number: int, act: Callable[[int], T]) -> list[T]:
    """What `act(0)`, `act(1)` ... give, each in a thread of its own. Raises what one of them raised."""
    gate = threading.Barrier(number)

    def begin(one: int) -> T:
        gate.wait()
        return act(one)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(begin, range(number)))
