"""Evidence: the proof of a fact, and where it came from.

A register's answer is kept with source, time and hash, so that nobody brings what the state already knows and everybody
can see what was relied on. When the register was down, a clerk or the applicant stands in its place, and that shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

MASK: Final = "•••"
"""Stands for a value that is not shown."""
_MOST_FACTS: Final = 200


class Provenance(StrEnum):
    """Who supplied the proof."""

    register = "register"
    clerk = "clerk"
    applicant = "applicant"
    prefilled = "prefilled"
    """A register, before the application was submitted; the applicant saw the values in the form."""


class EvidenceOutcome(StrEnum):
    """What became of it."""

    proved = "proved"
    disagrees = "disagrees"
    """The register answered something else than the applicant stated: a person must look."""
    no_answer = "no-answer"
    """The register was down, or answered what is no answer."""
    no_record = "no-record"
    """The register knows nobody of that number."""
    no_consent = "no-consent"
    """The law asks for the applicant's consent, and there was none: nobody asked the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A value that the applicant stated, and the one that the register has."""

    what: str
    """Name of the value, such as `person.birth_date` or the key of a form's field."""
    stated: Any
    found: Any
    """Both plain JSON."""

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return bool(self.stated != self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProof:
    """Names of a message that went over a data exchange layer such as X-Road.

    Both security servers keep the signed message: with these anyone can prove later what was asked and answered.
    """

    service: str
    """Identifier of the service that answered."""
    message_id: str
    """Ours, of the request."""
    request_id: str = ""
    """What the security server called the request; empty where it told none."""
    request_hash: str = ""
    """SHA-512 of the request as the provider's security server saw it, in base64; empty where it told none."""

    def to_json(self) -> dict[str, str]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, str] | None) -> MessageProof | None:
        """Back from plain JSON; None stays None."""
        return None if value is None else cls(**value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One proof in one case."""

    case_id: str
    key: str
    """Of the requirement in the service's passport."""
    provenance: Provenance
    source: str
    """The register and operation asked, or the queue or account that supplied it."""
    purpose: str = ""
    legal_basis: str = ""
    supplied_at: datetime
    fetched_at: datetime | None = None
    """When the register answered; None for what no register answered."""
    is_reused: bool = False
    """Whether the answer was fetched for an earlier case of the same person."""
    proof: MessageProof | None = None
    """By which message it came; None for what came over no data exchange layer."""
    supplied_by: str | None = None
    """Account of the person; None for a register."""
    content: Any = None
    """Plain JSON of what was found."""
    outcome: EvidenceOutcome = EvidenceOutcome.proved
    compared: tuple[Compared, ...] = ()
    """What was held against what the applicant stated."""
    salt: str = ""
    """Goes with the record when it is erased: then nobody can guess the content from its hash in the journal."""
    content_hash: str = ""
    """SHA-256 of the canonical JSON of `[salt, content]`, in hex; of `content` alone where there is no salt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value of a proof as people are shown it."""

    name: str
    """Path within what was found, such as `person.birth_date`."""
    value: Any
    """Plain JSON; `MASK` where it is not shown."""
    is_masked: bool = False


def facts(content: Any, *, shows: Collection[str] | None = None, masks: Collection[str] = ()) -> tuple[Fact, ...]:
    """What a proof says, value by value, at most 200.

    `shows` and `masks` are paths within the answer, without the name of the variable that holds it and without places
    in lists: `categories`, `permit.number`. What stands below a path belongs to it. `shows` None shows all.
    """
    found = []
    for name, path, value in _leaves(content):
        if shows is not None and not _within(path, shows):
            continue
        is_masked = value is not None and _within(path, masks)
        found.append(Fact(name=name, value=MASK if is_masked else value, is_masked=is_masked))
        if len(found) == _MOST_FACTS:
            break
    return tuple(found)


def masked(compared: Compared, masks: Collection[str]) -> Compared:
    """Both values, or neither, where the passport masks them."""
    path = compared.what.partition(".")[2] or compared.what
    return Compared(what=compared.what, stated=MASK, found=MASK) if _within(path, masks) else compared


def _leaves(content: Any) -> Iterator[tuple[str, str, Any]]:
    """Values with their name and their path; a bare value has the name of its variable as path."""
    ahead: list[tuple[str, str, Any]] = [("", "", content)]
    while ahead:
        name, path, value = ahead.pop()
        if isinstance(value, Mapping) and value:
            for key in reversed(list(value)):
                below = f"{path}.{key}".lstrip(".") if name else ""
                ahead.append((f"{name}.{key}".lstrip("."), below, value[key]))
        elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
            ahead += [(f"{name}[{n}]", path, value[n - 1]) for n in range(len(value), 0, -1)]
        elif name:
            yield name, path or name, value


def _within(path: str, paths: Collection[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in paths)
