"""One evaluation: its bounds, its moment, its warnings, and the names in sight.

A compiled expression is a function of an `Env`; all `Env`s of one evaluation share one `Run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.feel.effort import SLICE, Effort
from engine.feel.errors import FeelBudgetExceeded
from engine.feel.temporal import DateTime
from engine.feel.values import CHARACTERS_PER_OPERATION, NATIVE, HostFunction, Value, admit

if TYPE_CHECKING:
    from engine.feel.types import FeelType

MOST_WARNINGS = 100


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of one evaluation."""

    operations: int = 100_000
    """Items looked at, rounds of loops and calls, all together."""
    characters: int = 1_000_000
    """Of one text."""
    calls: int = 100
    """Calls of functions within each other."""


DEFAULT_BUDGET = Budget()
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801  (`Warning` is Python's own)
    """Why something became null, where the standard is silent."""

    code: str
    """Stable name of the reason, such as `unknown-name`."""
    message: str
    """In plain words: expected what, found what."""
    at: int | None = None
    """Place in the text, in characters, when known."""
    place: str = ""
    """Where in the model, such as "decision `Fee`"; empty for an expression alone."""


class Env:
    """Names in sight: a mapping, and an outer one behind it."""

    __slots__ = ("names", "outer", "run")

    def __init__(self, names: Mapping[str, Value], outer: Env | None, run: Run) -> None:
        self.names = names
        self.outer = outer
        self.run = run

    def find(self, name: str) -> Any:
        """The value of a name; MISSING when nobody knows it."""
        env: Env | None = self
        while env is not None:
            if name in env.names:
                value = env.names[name]
                return value if value.__class__ in NATIVE else admit(value)
            env = env.outer
        functions = self.run.functions
        return functions[name].as_function() if functions and name in functions else MISSING


class Run(Env):
    """One evaluation: its state, and the outermost names that it sees.

    One object for both, and the moment and the functions made only when asked for: a short condition takes no longer
    than making two objects more.
    """

    __slots__ = ("budget", "depth", "functions", "left", "now", "types", "warnings")

    def __init__(
        self,
        names: Mapping[str, Value] = _NONE,
        now: datetime | None = None,
        functions: Mapping[str, HostFunction] | None = None,
        types: Mapping[str, FeelType] | None = None,
        budget: Budget = DEFAULT_BUDGET,
    ) -> None:
        self.names = names
        self.outer = None
        self.budget = budget
        self.left = budget.operations
        self.depth = 0
        self.now: datetime | DateTime | None = now
        self.functions = functions
        self.types: Mapping[str, FeelType] = types or _NONE
        self.warnings: list[Warning_] = []

    @property
    def run(self) -> Run:  # type: ignore[override]
        """Itself."""
        return self

    def moment(self) -> DateTime | None:
        """The moment that was passed in, which now() and today() tell."""
        if isinstance(self.now, datetime):
            self.now = DateTime.from_python(self.now)
        return self.now

    def charge(self, operations: int = 1) -> None:
        """Count work. Raises FeelBudgetExceeded."""
        self.left -= operations
        if self.left < 0:
            self.spent()

    def spent(self) -> None:
        """No operation is left. Raises FeelBudgetExceeded."""
        raise FeelBudgetExceeded("operations", self.budget.operations)

    def room_for(self, characters: int) -> None:
        """Check the length of a text before it is made, and count the work. Raises FeelBudgetExceeded."""
        if characters > self.budget.characters:
            raise FeelBudgetExceeded("characters in one text", self.budget.characters)
        if characters > CHARACTERS_PER_OPERATION:
            self.charge(characters // CHARACTERS_PER_OPERATION)

    def null(self, code: str, message: str, at: int | None = None) -> None:
        """Null, with the reason noted."""
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(Warning_(code, message, at))

    def enter(self) -> None:
        """Go into a function. Raises FeelBudgetExceeded when too many wait for each other."""
        self.depth += 1
        self.charge()
        if self.depth > self.budget.calls:
            raise FeelBudgetExceeded("calls within each other", self.budget.calls)


class SharingRun(Run):
    """One of several evaluations that share an effort. Operations are given out in slices, its clock between them."""

    __slots__ = ("_rest", "effort")

    def __init__(
        self,
        names: Mapping[str, Value] = _NONE,
        now: datetime | None = None,
        functions: Mapping[str, HostFunction] | None = None,
        types: Mapping[str, FeelType] | None = None,
        budget: Budget = DEFAULT_BUDGET,
        effort: Effort | None = None,
    ) -> None:
        """Raises FeelBudgetExceeded when nothing is left of the effort."""
        super().__init__(names, now, functions, types, budget)
        self.effort = effort
        self._rest = 0
        if effort is not None:
            effort.begin()
            self._rest = max(0, self.left - SLICE)
            self.left -= self._rest

    def spent(self) -> None:
        """No operation is left of a slice: take another one. Raises FeelBudgetExceeded."""
        if self.effort is None or self._rest + self.left < 0:
            super().spent()
            return
        self._rest += self.left
        self.effort.look(self.budget.operations - self._rest)
        self.left = min(SLICE, self._rest)
        self._rest -= self.left

    def close(self) -> None:
        """The evaluation has ended, one way or another."""
        if self.effort is not None:
            self.effort.end(self.budget.operations - self._rest - self.left)


MISSING: Any = object()
"""What `Env.find` gives for an unknown name."""
