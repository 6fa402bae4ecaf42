"""What the use cases need and may not import: forms, and the settings of connectors, handed in by `onewindow`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.diagnostics import Diagnostic


class ReadForm(Protocol):
    """A form that was read; shared and never changed."""

    @property
    def id(self) -> str: ...


class Forms(Protocol):
    """Reads forms and validates what was filled in."""

    def inspect(self, content: bytes, file: str | None) -> tuple[ReadForm | None, tuple[Diagnostic, ...]]:
        """The form in a file, with all findings; None when it cannot be used. Raises nothing."""
        ...

    def validate(
        self, form: Any, answers: Mapping[str, Any], variables: Mapping[str, Any], now: datetime, *, draft: bool
    ) -> Mapping[str, Any]:
        """The values of a form that was filled in, by variable. Raises Invalid with a place for every fault.

        `variables` is what the task sees; a `draft` may be incomplete.
        """
        ...


class JobSettings(Protocol):
    """What deployment must know of one kind of job: which task headers it takes."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task, each fault in one sentence."""
        ...


class AnyHeaders:
    """Of work that a program outside fetches: its headers are its own matter."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """None."""
        del headers
        return ()
