"""The passport of a public service: what `service.yaml` says about law, fee, term, evidence, channels and languages.

Read from plain values (the YAML is parsed at the edge) with all faults at once. The vocabulary follows CPSV-AP 3:
competent authority (`agency`), legal resource, evidence, cost, processing time, channel, output.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from engine.calendar import Counting, Length
from engine.casework.consent import REQUIRED, ConsentRule
from engine.casework.retention import Retention
from engine.casework.retention_words import read_retention
from engine.casework.term import ExtensionRule, Silence, TermRule
from engine.diagnostics import Diagnostic, ModelRefused
from engine.errors import OnewindowError

LANGUAGES: Final = ("az", "en", "ru")
LAW_LANGUAGE: Final = "az"
"""Laws are named so where one language must do, such as on a tombstone."""

Made = TypeVar("Made")
Text = Mapping[str, str]
"""One text in all of `LANGUAGES`."""


class Fallback(StrEnum):
    """Who supplies a proof when its register stays down."""

    clerk = "clerk"
    applicant = "applicant"
    none = "none"
    """Nobody: the case waits for the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalResource:
    """A law or act the service rests on."""

    title: Text
    article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRequirement:
    """A proof the service needs, and where it comes from."""

    key: str
    title: Text
    register: str | None = None
    """The register that replaces the paper; None when the applicant must bring it."""
    purpose: str = ""
    legal_basis: str = ""
    fallback: Fallback = Fallback.none
    shows: tuple[str, ...] | None = None
    """Fields of the answer that people are shown; None shows all."""
    masks: tuple[str, ...] = ()
    """Fields of which people are shown only that they are there."""
    consent: ConsentRule | None = None
    """The applicant's consent that the law asks for; None where the law itself allows the look-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A step as the citizen sees it."""

    key: str
    title: Text
    description: Text = field(default_factory=dict)
    shown_ahead: bool = True
    """Whether the citizen sees it before it is reached; not so for refusals and waits that need not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """What the service costs: a decision definition, and the words for it."""

    decision: str | None
    description: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOfFact:
    """Where a fact of the passport comes from."""

    fact: str
    seen: bool
    """True when seen in a public page, false for an assumption."""
    source: str = ""
    seen_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePassport:
    """A public service, as published."""

    key: str
    agency: str
    process_id: str
    form_id: str | None
    """The form an applicant fills in; None when nothing is asked."""
    title: Text
    description: Text
    may_apply: Text
    output: Text
    """What the applicant gets."""
    remedy: Text
    """How to appeal against a decision."""
    country: str
    legal_basis: tuple[LegalResource, ...]
    terms: Mapping[str, TermRule]
    fee: FeeRule | None
    evidence: Mapping[str, EvidenceRequirement]
    milestones: Mapping[str, Milestone]
    channels: tuple[str, ...]
    sources: tuple[SourceOfFact, ...]
    retention: Retention | None
    """How long the record of a closed case is kept; None leaves it to the operator."""

    @property
    def statutory_term(self) -> TermRule | None:
        """The term within which the law wants a decision: the one named `statutory`."""
        return self.terms.get("statutory")


def read_passport(said: Any, *, file: str = "service.yaml") -> ServicePassport:
    """The passport of a parsed `service.yaml`. Raises ModelRefused with every fault, by path."""
    reader = _Reader(file)
    passport = reader.passport(said)
    if reader.faults or passport is None:
        raise ModelRefused(reader.faults)
    return passport


_KEYS: Final = frozenset(
    [
        "key",
        "agency",
        "process",
        "form",
        "title",
        "description",
        "may_apply",
        "output",
        "remedy",
        "country",
        "legal_basis",
        "terms",
        "fee",
        "evidence",
        "milestones",
        "channels",
        "languages",
        "sources",
        "retention",
    ]
)
_ABSENT: Final = object()


class _Reader:
    """Collects faults while it reads, so that all are told at once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Diagnostic] = []

    def passport(self, said: Any) -> ServicePassport | None:
        """The passport, or None when faults stand against it."""
        top = self._map(said, "")
        for unknown in sorted(str(name) for name in set(top) - _KEYS):
            self._fault(unknown, "is not known here", "Remove it, or check its spelling.")
        key, agency = self._name(top, "key"), self._name(top, "agency")
        country = self._str(top, "country")
        if country and re.fullmatch("[A-Z]{2}", country) is None:
            self._fault("country", "must be a code of two capitals", "Write AZ or such.")
        if self._many(top, "languages") != list(LANGUAGES):
            self._fault("languages", f"must be {list(LANGUAGES)}", "Every text needs all of them.")
        values: dict[str, Any] = {
            "process_id": self._str(top, "process"),
            "form_id": self._str(top, "form", None),
            **{
                name: self._text(top.get(name), name)
                for name in ("title", "description", "may_apply", "output", "remedy")
            },
            "legal_basis": tuple(
                LegalResource(
                    title=self._text(one.get("title"), f"{at}/title"), article=self._str(one, "article", "", at)
                )
                for at, one in self._list_of_maps(top, "legal_basis")
            ),
            "terms": dict(self._each(top, "terms", self._term)),
            "fee": self._fee(top.get("fee")),
            "evidence": dict(self._each(top, "evidence", self._evidence)),
            "milestones": dict(self._each(top, "milestones", self._milestone)),
            "channels": tuple(str(channel) for channel in self._many(top, "channels")),
            "sources": tuple(self._source(at, one) for at, one in self._list_of_maps(top, "sources")),
        }
        law = values["legal_basis"][0] if values["legal_basis"] else LegalResource(title={})
        words = ", ".join(filter(None, [law.title.get(LAW_LANGUAGE), law.article]))
        values["retention"] = read_retention(top.get("retention"), words, self._fault)
        if not values["legal_basis"]:
            self._fault("legal_basis", "must name at least one law", "A service without a law cannot be published.")
        if self.faults:
            return None
        return ServicePassport(key=key, agency=agency, country=country, **values)

    def _term(self, name: str, one: Mapping[str, Any]) -> TermRule | None:
        at = f"terms/{name}"
        length = self._read(Length.parse, one, "length", at)
        counting = self._read(Counting, one, "counting", at, Counting.calendar_days)
        silence = self._read(Silence, one, "silence", at, Silence.nothing)
        legal_basis = self._str(one, "legal_basis", "", at)
        if length and counting is Counting.working_days and length != Length(days=length.days):
            self._fault(f"{at}/length", "must be in days, for it counts working days", "Write P10D or such.")
        if length is None or counting is None or silence is None:
            return None
        reminder = self._read(Length.parse, one, "reminder", at) if "reminder" in one else None
        if reminder is not None and (reminder != Length(days=reminder.days) or reminder.is_zero):
            self._fault(f"{at}/reminder", "must be a number of days", "Write P3D: three counted days before the end.")
        return TermRule(
            name=name,
            length=length,
            counting=counting,
            silence=silence,
            legal_basis=legal_basis,
            extension=self._extension(one, counting, at),
            reminder=reminder,
        )

    def _extension(self, one: Mapping[str, Any], counting: Counting, at: str) -> ExtensionRule | None:
        if "extension" not in one:
            return None
        said, at = self._map(one["extension"], f"{at}/extension"), f"{at}/extension"
        at_most = self._read(Length.parse, said, "at_most", at)
        times = said.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 10:
            self._fault(f"{at}/times", "must be a number from 1 to 10", "Write how often the law allows it.")
            return None
        legal_basis = self._str(said, "legal_basis", "", at)
        if not legal_basis:
            self._fault(f"{at}/legal_basis", "is missing", "An extension needs a law that allows it.")
        if at_most is None:
            return None
        if counting is Counting.working_days and at_most != Length(days=at_most.days):
            self._fault(f"{at}/at_most", "must be in days, for the term counts working days", "Write P10D or such.")
        return ExtensionRule(at_most=at_most, times=times, legal_basis=legal_basis)

    def _evidence(self, name: str, one: Mapping[str, Any]) -> EvidenceRequirement | None:
        at = f"evidence/{name}"
        register = self._str(one, "register", None, at)
        fallback = self._read(Fallback, one, "fallback", at, Fallback.none)
        if register and not (one.get("purpose") and one.get("legal_basis")):
            self._fault(at, "names a register without purpose and legal_basis", "A look-up needs both by law.")
        return EvidenceRequirement(
            key=name,
            title=self._text(one.get("title"), f"{at}/title"),
            register=register,
            purpose=self._str(one, "purpose", "", at),
            legal_basis=self._str(one, "legal_basis", "", at),
            fallback=fallback or Fallback.none,
            shows=tuple(map(str, self._many(one, "shows"))) if "shows" in one else None,
            masks=tuple(map(str, self._many(one, "masks"))),
            consent=self._consent(one, register, at),
        )

    def _consent(self, one: Mapping[str, Any], register: str | None, at: str) -> ConsentRule | None:
        if "consent" not in one:
            return None
        if one["consent"] != REQUIRED or register is None:
            self._fault(
                f"{at}/consent", "must be `required`, beside a register", "Leave it out where the law allows it."
            )
            return None
        text = self._text(one.get("consent_text"), f"{at}/consent_text")
        law = self._str(one, "consent_legal_basis", within=at)
        return ConsentRule.of(text, law, register, one.get("purpose"), one.get("legal_basis"))

    def _milestone(self, name: str, one: Mapping[str, Any]) -> Milestone:
        at = f"milestones/{name}"
        description = self._text(one["description"], f"{at}/description") if "description" in one else {}
        shown_ahead = one.get("shown_ahead", True)
        if not isinstance(shown_ahead, bool):
            self._fault(f"{at}/shown_ahead", "must be true or false", "Write one of the two.")
        return Milestone(
            key=name,
            title=self._text(one.get("title"), f"{at}/title"),
            description=description,
            shown_ahead=bool(shown_ahead),
        )

    def _fee(self, said: Any) -> FeeRule | None:
        if said is None:
            return None
        fee = self._map(said, "fee")
        return FeeRule(
            decision=self._str(fee, "decision", None, "fee"),
            description=self._text(fee.get("description"), "fee/description"),
        )

    def _source(self, at: str, one: Mapping[str, Any]) -> SourceOfFact:
        mark = self._str(one, "status", within=at)
        if mark not in ("V", "A", ""):
            self._fault(f"{at}/status", "must be V (seen) or A (assumed)", "Say which of the two it is.")
        seen_on = one.get("seen")
        if isinstance(seen_on, str):
            seen_on = self._read(date.fromisoformat, one, "seen", at)
        elif seen_on is not None and not isinstance(seen_on, date):
            self._fault(f"{at}/seen", "must be a date", "Write 2026-05-04.")
        return SourceOfFact(
            fact=self._str(one, "fact", within=at),
            seen=mark == "V",
            source=self._str(one, "source", "", at),
            seen_on=seen_on,
        )

    # Parts that stand anywhere.

    def _fault(self, at: str, what: str, remedy: str) -> None:
        self.faults.append(
            Diagnostic(rule="passport", message=f"{at or 'The passport'} {what}.", remedy=remedy, file=self._file)
        )

    def _map(self, said: Any, at: str) -> Mapping[str, Any]:
        if isinstance(said, Mapping):
            return said
        self._fault(at, "must be a map of names to values", "Indent its parts below it.")
        return {}

    def _many(self, said: Mapping[str, Any], name: str) -> Sequence[Any]:
        found = said.get(name) or []
        if isinstance(found, list):
            return found
        self._fault(name, "must be a list", "Begin each entry with a hyphen.")
        return []

    def _list_of_maps(self, said: Mapping[str, Any], name: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
        return [(f"{name}/{n}", self._map(one, f"{name}/{n}")) for n, one in enumerate(self._many(said, name))]

    def _each(
        self, said: Mapping[str, Any], name: str, make: Callable[[str, Mapping[str, Any]], Made | None]
    ) -> Sequence[tuple[str, Made]]:
        found = self._map(said.get(name) or {}, name)
        made = [(str(key), make(str(key), self._map(one, f"{name}/{key}"))) for key, one in found.items()]
        return [(key, one) for key, one in made if one is not None]

    def _read(
        self,
        read: Callable[[str], Made],
        said: Mapping[str, Any],
        name: str,
        within: str = "",
        otherwise: Made | None = None,
    ) -> Made | None:
        """What `read` makes of a text; None when it cannot."""
        if otherwise is not None and said.get(name) is None:
            return otherwise
        text = self._str(said, name, within=within)
        try:
            return read(text) if text else None
        except (OnewindowError, ValueError) as wrong:
            self._fault(f"{within}/{name}".lstrip("/"), f"cannot be read: {wrong}", "Mend the value.")
            return None

    def _str(self, said: Mapping[str, Any], name: str, otherwise: Any = _ABSENT, within: str = "") -> Any:
        found = said.get(name)
        if found is None and otherwise is not _ABSENT:
            return otherwise
        if isinstance(found, str) and found.strip():
            return found.strip()
        wrong = "is missing" if found is None else f"must be a text, found {found!r:.40}"
        self._fault(f"{within}/{name}".lstrip("/"), wrong, "Write a text.")
        return ""

    def _name(self, said: Mapping[str, Any], name: str) -> str:
        # A service's key and an agency are written as in a queue's name.
        found = str(self._str(said, name))
        if found and re.fullmatch("[a-z0-9][a-z0-9-]{0,62}", found) is None:
            self._fault(name, f"must be small letters, digits and hyphens, found {found!r:.70}", "Write it so.")
        return found

    def _text(self, said: Any, at: str) -> Text:
        if isinstance(said, Mapping) and all(isinstance(said.get(lang), str) and said[lang] for lang in LANGUAGES):
            return {language: said[language].strip() for language in LANGUAGES}
        self._fault(at, f"must have a text in each of {', '.join(LANGUAGES)}", "Add the languages that are missing.")
        return {}
