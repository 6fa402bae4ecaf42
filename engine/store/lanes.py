"""Several acts in one transaction, side by side: what each writes is gathered, and like writes are sent as one.

An act writes a handful of rows, each by a statement of its own, and most of a statement's cost is not the row. A worker
that records eight calls at once writes the same kinds of rows eight times; gathered, each kind is one statement for all
eight (docs/decisions/0012). The writes of one lane keep their order among themselves; those of different lanes have
none, so lanes must write different rows: each is of an instance of its own. A statement that is not marked as sent
together may read what was written before it: everything gathered so far goes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import BindParameter, ClauseElement, Connection, Executable
from sqlalchemy.sql import visitors

from engine.store.faults import StaleVersion

COUNTED: Final = {"counted": True}
"""Execution options of a write that changes exactly one row, or else its version was stale."""

_Write = tuple[Executable, list[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Stands for the result of a write that is sent later."""

    rowcount: int
    """As it will be; checked when it is sent."""


class Lanes:
    """A connection whose marked writes are gathered within `lane()`; all else goes through as it is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lanes: list[list[_Write]] = []
        self._lane: list[_Write] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    @contextmanager
    def lane(self) -> Iterator[None]:
        """Gather what is written within."""
        self._lane = []
        self._lanes.append(self._lane)
        try:
            yield
        finally:
            self._lane = None

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """As `Connection.execute`; a marked write is gathered. Raises StaleVersion."""
        marks = statement.get_execution_options() if isinstance(statement, Executable) else {}
        if self._lane is None or not ("sent_together" in marks or "counted" in marks):
            self.send()
            return self._connection.execute(statement, parameters, **options)
        rows = list(parameters) if isinstance(parameters, list | tuple) else [parameters or {}]
        self._lane.append((statement, rows))
        return Gathered(len(rows))

    def send(self) -> None:
        """Send everything gathered. Raises StaleVersion when a counted write found another version."""
        lanes = [list(lane) for lane in self._lanes]
        self._lanes = []
        if self._lane is not None:
            self._lane = []
            self._lanes.append(self._lane)
        for statement, rows in merged(lanes):
            self._send(statement, rows)

    def _send(self, statement: Executable, rows: list[Mapping[str, Any]]) -> None:
        if len(rows) == 1 or _takes_lists(statement) or any(row.keys() != rows[0].keys() for row in rows):
            changed = sum(self._connection.execute(statement, row).rowcount for row in rows)
        else:
            changed = self._connection.execute(statement, rows).rowcount
        if "counted" in statement.get_execution_options() and changed != len(rows):
            raise StaleVersion("instance of", f"{len(rows)} acts")


@lru_cache(maxsize=256)
def _takes_lists(statement: Executable) -> bool:
    """Whether a parameter is a list: its statement is written out anew for each length, so rows cannot be joined."""
    parts = visitors.iterate(cast(ClauseElement, statement))
    return any(isinstance(part, BindParameter) and part.expanding for part in parts)


def merged(lanes: Sequence[Sequence[_Write]]) -> Iterator[_Write]:
    """The writes of all lanes, like ones joined, each lane's in their order: next comes what most lanes wait to send.

    Lanes `a1 b2`, `b3` and `a4 b5` are sent as `a1 a4`, `b2 b3 b5`.
    """
    waiting = [list(reversed(lane)) for lane in lanes if lane]
    while waiting:
        heads: dict[int, int] = {}
        for lane in waiting:
            heads[id(lane[-1][0])] = heads.get(id(lane[-1][0]), 0) + 1
        chosen = max(heads, key=lambda one: heads[one])
        statement: Executable | None = None
        rows: list[Mapping[str, Any]] = []
        for lane in waiting:
            while lane and id(lane[-1][0]) == chosen:
                statement, more = lane.pop()
                rows += more
        assert statement is not None
        yield statement, rows
        waiting = [lane for lane in waiting if lane]
