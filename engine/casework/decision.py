"""A decision: the administrative act that ends a case, with its reasons and legal basis.

Every refusal is a written act with reasons (Law on Administrative Proceedings of Azerbaijan, 1036-IIQ, 2005); a
decision without reasons that should have them is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.errors import Invalid


class Outcome(StrEnum):
    """How a case ended."""

    granted = "granted"
    partly = "partly"
    refused = "refused"
    inadmissible = "inadmissible"
    withdrawn = "withdrawn"
    tacit_granted = "tacit-granted"
    tacit_refused = "tacit-refused"


NEEDS_REASONS = frozenset({Outcome.partly, Outcome.refused, Outcome.inadmissible})


class ReasonsMissing(Invalid):
    """A negative decision came without reasons."""

    code = "reasons-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case was decided so."""

    code: str
    text: str
    article: str = ""
    """Article of law it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided."""

    outcome: Outcome
    decided_at: datetime
    reasons: tuple[Reason, ...] = ()
    text: str = ""
    details: Mapping[str, Any] | None = None
    """Plain JSON that belongs to the act, such as the number and validity of what was issued."""

    def __post_init__(self) -> None:
        if self.outcome in NEEDS_REASONS and not self.reasons:
            raise ReasonsMissing(
                f"Expected reasons for a decision of outcome {self.outcome}, found none.",
                remedy="The model must set variable `decision` with `reasons` before the case ends so.",
            )

    @classmethod
    def of(cls, outcome: Outcome, said: Any, at: datetime) -> Decision:
        """From the variable `decision` (plain JSON): {reasons: [{code, text, article}], text, ...}.

        A reason may be a text alone; one that says nothing is none. Everything beside reasons and text is kept as
        details. Raises ReasonsMissing.
        """
        facts = dict(said) if isinstance(said, Mapping) else {}
        listed = facts.pop("reasons", None) or []
        given = [_reason(entry) for entry in (listed if isinstance(listed, list | tuple) else [listed])]
        reasons = tuple(reason for reason in given if reason.text)
        text = facts.pop("text", None)
        return cls(outcome=outcome, decided_at=at, reasons=reasons, text=str(text or ""), details=facts or None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the store and the API."""
        return {
            "outcome": str(self.outcome),
            "decided_at": self.decided_at.isoformat(),
            "reasons": [{"code": r.code, "text": r.text, "article": r.article} for r in self.reasons],
            "text": self.text,
            "details": dict(self.details) if self.details else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Decision:
        """The decision that `to_json` wrote."""
        return cls(
            outcome=Outcome(stored["outcome"]),
            decided_at=datetime.fromisoformat(stored["decided_at"]),
            reasons=tuple(Reason(**reason) for reason in stored["reasons"]),
            text=stored["text"],
            details=stored.get("details"),
        )


def _reason(entry: Any) -> Reason:
    if isinstance(entry, Mapping):
        return Reason(
            code=str(entry.get("code") or "reason"),
            text=str(entry.get("text") or entry.get("code") or "").strip(),
            article=str(entry.get("article") or ""),
        )
    return Reason(code="reason", text="" if entry is None else str(entry).strip())
