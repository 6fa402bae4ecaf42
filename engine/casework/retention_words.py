"""What a passport says under `retention`, read: `P10Y`, or archive_after, erase_after, legal_basis and outcomes.

retention:
  archive_after: P1Y
  erase_after: P10Y
  legal_basis: Law on the National Archive Fund, art. 12
  outcomes:
    withdrawn: {erase_after: P1Y}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.calendar import Length
from engine.casework.decision import Outcome
from engine.casework.retention import CANCELLED, LEAST_DAYS, Retention, RetentionRule, is_certainly_longer
from engine.errors import OnewindowError

Fault = Callable[[str, str, str], None]
"""Told a place, what is wrong there, and what to do."""
ENDS: Final = (*(str(outcome) for outcome in Outcome), CANCELLED)
"""How a case may end, as `outcomes` names it."""
_LENGTHS: Final = ("archive_after", "erase_after")
_OF_A_RULE: Final = frozenset({*_LENGTHS, "legal_basis"})
_AT: Final = "retention"


def read_retention(said: Any, law: str, fault: Fault) -> Retention | None:
    """What is said, or None where nothing is or a fault was told; `law` is the first one that the service rests on."""
    if said is None:
        return None
    reader = _Reader(fault)
    if isinstance(said, str):
        # The short form: erased after that length, by the law of the service itself.
        rule = reader.rule({"erase_after": said, "legal_basis": law}, _AT, None)
        return None if rule is None else Retention(rule=rule)
    if not isinstance(said, Mapping):
        fault(_AT, "must be a length or a map", "Write P10Y, or erase_after and legal_basis below it.")
        return None
    return reader.retention(said)


class _Reader:
    """Reads rules and counts the faults it told."""

    def __init__(self, fault: Fault) -> None:
        self._tell = fault
        self._faults = 0

    def retention(self, said: Mapping[str, Any]) -> Retention | None:
        """The long form."""
        rule = self.rule({name: value for name, value in said.items() if name != "outcomes"}, _AT, None)
        outcomes = said.get("outcomes") or {}
        if not isinstance(outcomes, Mapping):
            self._fault(f"{_AT}/outcomes", "must be a map of outcomes to rules", "Write withdrawn: {erase_after: P1Y}.")
            return None
        by_end: dict[str, RetentionRule] = {}
        for end, one in outcomes.items():
            at = f"{_AT}/outcomes/{end}"
            if end not in ENDS:
                self._fault(at, "is no way for a case to end", f"Write one of {', '.join(ENDS)}.")
            elif not isinstance(one, Mapping):
                self._fault(at, "must be a map", "Write {erase_after: P1Y}.")
            elif (other := self.rule(one, at, rule)) is not None:
                by_end[str(end)] = other
        return None if self._faults or rule is None else Retention(rule=rule, by_end=MappingProxyType(by_end))

    def rule(self, said: Mapping[str, Any], at: str, usual: RetentionRule | None) -> RetentionRule | None:
        """One rule; what it leaves out is as in the usual one."""
        before = self._faults
        for unknown in sorted(str(name) for name in set(said) - _OF_A_RULE):
            self._fault(f"{at}/{unknown}", "is not known here", "Remove it, or check its spelling.")
        lengths = {name: self._length(said, name, at) for name in _LENGTHS}
        if usual is not None:
            kept = {"archive_after": usual.archive_after, "erase_after": usual.erase_after}
            lengths = {name: lengths[name] if name in said else kept[name] for name in _LENGTHS}
        legal_basis = said.get("legal_basis", usual.legal_basis if usual else None)
        if not (isinstance(legal_basis, str) and legal_basis.strip()):
            self._fault(f"{at}/legal_basis", "is missing", "Name the law that says how long records are kept.")
            return None
        archive_after, erase_after = lengths["archive_after"], lengths["erase_after"]
        if self._faults == before:
            self._compare(archive_after, erase_after, at)
        if self._faults > before:
            return None
        return RetentionRule(archive_after=archive_after, erase_after=erase_after, legal_basis=legal_basis.strip())

    def _compare(self, archive_after: Length | None, erase_after: Length | None, at: str) -> None:
        if archive_after is None and erase_after is None:
            self._fault(at, "says neither archive_after nor erase_after", "Write at least one, or leave it out.")
        if erase_after is not None and not is_certainly_longer(erase_after, Length(days=LEAST_DAYS - 1)):
            self._fault(
                f"{at}/erase_after", f"must be at least {LEAST_DAYS} days", "An appeal must still find the record."
            )
        if archive_after and erase_after and not is_certainly_longer(erase_after, archive_after):
            self._fault(f"{at}/erase_after", "must be longer than archive_after", "A record is archived, then erased.")

    def _length(self, said: Mapping[str, Any], name: str, at: str) -> Length | None:
        text, place = said.get(name), f"{at}/{name}"
        if text is None:
            return None
        try:
            length = Length.parse(str(text))
        except OnewindowError as wrong:
            self._fault(place, f"cannot be read: {wrong}", "Write P10Y or such.")
            return None
        if length.has_time or length.is_zero:
            self._fault(place, "must be of days, weeks, months or years", "Write P1Y or such.")
            return None
        return length

    def _fault(self, at: str, what: str, remedy: str) -> None:
        self._faults += 1
        self._tell(at, what, remedy)
