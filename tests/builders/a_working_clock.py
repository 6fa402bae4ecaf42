"""A clock of the processor's work that a test turns: each look at it takes so long."""

from __future__ import annotations


class WorkingClock:
    """Gives seconds that grow by `step` at every look."""

    def __init__(self, step: float = 0.0) -> None:
        self.seconds = 0.0
        self.step = step

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds
