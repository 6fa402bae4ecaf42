"""What the use cases need and may not import: forms, and the settings of connectors, handed in by `onewindow`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.diagnostics import Diagnostic
from engine.errors import Refused


class ReadForm(Protocol):
    """A form that was read; shared and never changed."""

    @property
    def id(self) -> str: ...

    @property
    def keys(self) -> frozenset[str]:
        """First names of all its keys."""
        ...


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


class FormPrefill(Protocol):
    """What fills in one field before the applicant does."""

    @property
    def key(self) -> str:
        """Of the field."""
        ...

    @property
    def path(self) -> str:
        """In a register's answer, or `case.applicant.pin` and the like."""
        ...

    @property
    def evidence(self) -> str | None:
        """Key of the proof; None for what the account itself says."""
        ...

    @property
    def operation(self) -> str: ...


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

    def value_types(self, form: Any) -> Any:
        """What is known of its values beforehand, as the lint of models takes it (`engine.bpmn.lint`)."""
        ...

    def files_named(self, form: Any, values: Mapping[str, Any]) -> Iterator[NamedFiles]:
        """The files that valid values of a form name."""
        ...

    def restricted(self, form: Any) -> Mapping[tuple[str, ...], frozenset[str]]:
        """Who may see which of its values, where not everybody may; `*` in a path is every row of a list."""
        ...

    def shown_to(self, form: Any, sees: Callable[[frozenset[str]], bool]) -> Any:
        """The form without the fields that somebody may not see."""
        ...

    def prefills(self, form: Any) -> Iterator[FormPrefill]:
        """What fills in its fields before the applicant does."""
        ...


class Templates(Protocol):
    """Reads the templates of documents."""

    def inspect(self, content: bytes, file: str) -> tuple[Diagnostic, ...]:
        """What is wrong with the template in a file. Raises nothing."""
        ...

    def unknown_data(self, content: bytes, given: Collection[str]) -> Iterator[tuple[str, int]]:
        """The names and lines of data that a template uses and a task that gives these only does not give."""
        ...


class WebhookSecrets(Protocol):
    """Makes, seals and opens the secrets that webhooks are signed with. What is kept is never the secret itself."""

    def make(self) -> str:
        """A fresh secret, as the subscriber is shown it once."""
        ...

    def seal(self, secret: str) -> str:
        """What is kept of a secret. Raises Refused where no key to seal with is set up."""
        ...

    def refer(self, name: str) -> str:
        """What is kept of a secret that an operator has set up under a name. Raises Invalid for one that is none."""
        ...


class NoWebhookSecrets:
    """Where nothing is set up: nobody can subscribe."""

    def make(self) -> str:
        """Raises Refused."""
        raise NoWebhooks

    def seal(self, secret: str) -> str:
        """Raises Refused."""
        del secret
        raise NoWebhooks

    def refer(self, name: str) -> str:
        """Raises Refused."""
        del name
        raise NoWebhooks


class NoWebhooks(Refused):
    """Webhooks are not set up."""

    code = "no-webhooks"

    def __init__(self) -> None:
        super().__init__(
            "Webhooks are not set up here: there is no key to seal their secrets with.",
            remedy="An operator sets ONEWINDOW_SECRET_WEBHOOK_SEAL, a random text of 32 characters or more.",
        )


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
