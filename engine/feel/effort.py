"""What several evaluations may cost together: operations and, by a clock that is passed in, seconds of work.

`Budget` bounds one evaluation, an `Effort` all those of one element of a process, one decision or one form. Whoever
evaluates on behalf of something makes one, hands it to each evaluation, and reads the totals to know when to pause.
Operations are looked at every `SLICE`, so that counting costs nothing to speak of. Not for several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.feel.errors import FeelBudgetExceeded

SLICE = 1_000
"""After so many operations of one evaluation its clock is looked at."""


class Effort:
    """Work done and work allowed."""

    __slots__ = (
        "_began",
        "_clock",
        "_operations",
        "_seconds",
        "most_operations",
        "most_seconds",
        "total_operations",
        "total_seconds",
    )

    def __init__(
        self, *, operations: int, seconds: float | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        """So much may be done until `renew`. The clock gives seconds that only grow, best those of the processor."""
        self.most_operations = operations
        self.most_seconds = seconds
        self.total_operations = 0
        """Since it was made, also before it was renewed."""
        self.total_seconds = 0.0
        self._clock = clock
        self._operations = 0
        self._seconds = 0.0
        self._began = 0.0

    def renew(self) -> None:
        """Something else begins, which may do as much again. The totals go on."""
        self._operations = 0
        self._seconds = 0.0

    def begin(self) -> None:
        """An evaluation begins. Raises FeelBudgetExceeded when nothing is left."""
        if self._clock is not None:
            self._began = self._clock()
        self.look(1)

    def look(self, operations: int) -> None:
        """The evaluation under way has done so much. Raises FeelBudgetExceeded when that is too much in all."""
        if self._operations + operations > self.most_operations:
            raise FeelBudgetExceeded("operations in all its expressions", self.most_operations)
        if self.most_seconds is not None and self._seconds + self._passed() > self.most_seconds:
            raise FeelBudgetExceeded("seconds of work", self.most_seconds)

    def end(self, operations: int) -> None:
        """The evaluation under way has ended, one way or another, after so many operations."""
        passed = self._passed()
        self._operations += operations
        self._seconds += passed
        self.total_operations += operations
        self.total_seconds += passed

    def _passed(self) -> float:
        return 0.0 if self._clock is None else self._clock() - self._began
