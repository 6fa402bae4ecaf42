"""What the use cases need and may not import: forms, and the settings of connectors, handed in by `onewindow`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.diagnostics import Diagnostic


class ReadForm(Protocol):
    """A form that was read; shared and never changed."""

    @property
    def id(self) -> str: ...


class NamedFiles(Protocol):
    """The files that one answer names."""

    @property
    def path(self) -> str:
        """JSON pointer within the answers."""
        ...

    @property
    def keys(self) -> tuple[str, ...]: ...

    @property
    def accept(self) -> tuple[str, ...]:
        """Endings and media types that are taken there; all where there are none."""
        ...


class Forms(Protocol):
    """Reads forms and validates what was filled in."""

    def inspect(self, content: bytes, file: str | None) -> tuple[ReadForm | None, tuple[Diagnostic, ...]]:
        """The form in a file, with all findings; None when it cannot be used. Raises nothing."""
        ...

    def validate(
        self,
        form: Any,
        answers: Mapping[str, Any],
        variables: Mapping[str, Any],
        now: datetime,
        *,
        language: str | None,
        draft: bool,
    ) -> Mapping[str, Any]:
        """The values of a form that was filled in, by variable. Raises Invalid with a place for every fault.

        `variables` is what the task sees; faults are told in `language`, in English when it is not known; a `draft`
        may be incomplete.
        """
        ...

    def files_named(self, form: Any, values: Mapping[str, Any]) -> Iterator[NamedFiles]:
        """The files that valid values of a form name."""
        ...


class Templates(Protocol):
    """Reads the templates of documents."""

    def inspect(self, content: bytes, file: str) -> tuple[Diagnostic, ...]:
        """What is wrong with the template in a file. Raises nothing."""
        ...

    def unknown_data(self, content: bytes, given: Collection[str]) -> Iterator[tuple[str, int]]:
        """The names and lines of data that a template uses and a task that gives these only does not give."""
        ...


class JobSettings(Protocol):
    """What deployment must know of one kind of job: which task headers it takes."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """What is wrong with the static headers of a task, each fault in one sentence."""
        ...

    def named(self, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Definitions that the headers name, as kind and key: they must be deployed too."""
        ...


class AnyHeaders:
    """Of work that a program outside fetches: its headers are its own matter."""

    def faults(self, headers: Mapping[str, str]) -> tuple[str, ...]:
        """None."""
        del headers
        return ()

    def named(self, headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """None."""
        del headers
        return iter(())
