"""A case: the agency's handling of an application, from submission to decision.

submitted --> in_progress <--> awaiting_applicant
any of these --> decided | withdrawn | cancelled
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.calendar import WorkingCalendar
from engine.casework.actor import Actor
from engine.casework.decision import Decision, Outcome
from engine.casework.policy import Action, Thing, decide, permit
from engine.casework.retention import CANCELLED, RecordState
from engine.casework.term import Term
from engine.errors import Refused
from engine.identity import CaseNumber


class CaseState(StrEnum):
    """Where a case stands."""

    submitted = "submitted"
    in_progress = "in_progress"
    awaiting_applicant = "awaiting_applicant"
    decided = "decided"
    withdrawn = "withdrawn"
    cancelled = "cancelled"


_ENDS: Final = frozenset({CaseState.decided, CaseState.withdrawn, CaseState.cancelled})
CASE_MOVES: Final[Mapping[CaseState, frozenset[CaseState]]] = {
    CaseState.submitted: frozenset({CaseState.in_progress, CaseState.awaiting_applicant}) | _ENDS,
    CaseState.in_progress: frozenset({CaseState.awaiting_applicant}) | _ENDS,
    CaseState.awaiting_applicant: frozenset({CaseState.in_progress}) | _ENDS,
    CaseState.decided: frozenset(),
    CaseState.withdrawn: frozenset(),
    CaseState.cancelled: frozenset(),
}
"""From each state, the states it may go to."""


class CaseClosed(Refused):
    """The case has ended."""

    code = "case-closed"

    def __init__(self, case: Case) -> None:
        super().__init__(
            f"Expected case {case.number} to be open, but it is {case.state}.",
            remedy="Read the decision; a remedy against it is told there.",
            state=str(case.state),
        )


class CaseMoveRefused(Refused):
    """A case cannot go from one state to the other."""

    code = "case-move-refused"

    def __init__(self, case: Case, state: CaseState) -> None:
        super().__init__(
            f"Case {case.number} is {case.state} and cannot become {state}.", remedy="Look at the case again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case."""

    id: str
    number: CaseNumber
    service_key: str
    agency: str
    """The agency that answers for it."""
    applicant: str
    """Account of the applicant; under a mandate, of the one it is acted for."""
    representative: str | None = None
    """Account that applied for the applicant under a mandate."""
    mandate_id: str | None = None
    instance_id: str
    state: CaseState = CaseState.submitted
    milestone: str | None = None
    """Key of the citizen-facing step reached."""
    channel: str = "online"
    term: Term | None = None
    """The statutory term and its clock."""
    deadline_at: datetime | None = None
    """The legal deadline; None while the clock stands still or the law sets none."""
    look_at: datetime | None = None
    """When the term must be looked at next: to remind, or because it passes."""
    decision: Decision | None = None
    submitted_at: datetime
    closed_at: datetime | None = None
    record: RecordState = RecordState.live
    """What is left of it (`engine.casework.retention`)."""
    retain_at: datetime | None = None
    """When its record must be looked at next: to plan, to archive, to erase."""
    archive_at: datetime | None = None
    erase_at: datetime | None = None
    """The record is kept until then; None when it is not planned yet, or kept for good."""

    @property
    def end(self) -> str:
        """How it ended: the outcome, or `cancelled`."""
        return str(self.decision.outcome) if self.decision else CANCELLED

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state not in _ENDS

    @property
    def thing(self) -> Thing:
        """As the policy knows it."""
        return Thing(
            kind="application", key=self.id, agency=self.agency, person=self.applicant, service=self.service_key
        )

    def may_be_seen_by(self, actor: Actor) -> bool:
        """Its applicant, who holds her mandate for its service now, and supervisors of its agency.

        A clerk sees it through a task, or when she opens it for a stated reason.
        """
        return decide(actor, Action.see_case, self.thing).allowed

    def is_acted_for_by(self, actor: Actor) -> bool:
        """Whether the actor is the applicant, or acts for her under a mandate that is valid now."""
        return actor.acts_for(self.applicant, self.service_key)

    def acting(self, actor: Actor) -> dict[str, str]:
        """What the journal says besides of an act that is done for the applicant under a mandate."""
        is_for_another = self.applicant != actor.account and actor.represents_in(self.applicant, self.service_key)
        return {"acting_for": self.applicant} if is_for_another else {}

    def require_seen_by(self, actor: Actor) -> None:
        """Raises NotFound for who may not know that it exists."""
        permit(actor, Action.see_case, self.thing)

    def moved_to(self, state: CaseState) -> Case:
        """The case in another state; staying where it is is no move. Raises CaseClosed, CaseMoveRefused."""
        if state is self.state:
            return self
        if not self.is_open:
            raise CaseClosed(self)
        if state not in CASE_MOVES[self.state]:
            raise CaseMoveRefused(self, state)
        return replace(self, state=state)

    def reached(self, milestone: str) -> Case:
        """The case at a milestone of its service."""
        return replace(self, milestone=milestone)

    def decided(self, decision: Decision) -> Case:
        """The case with its decision, closed. Raises CaseClosed."""
        state = CaseState.withdrawn if decision.outcome is Outcome.withdrawn else CaseState.decided
        return replace(self._closed(state, decision.decided_at), decision=decision, closed_at=decision.decided_at)

    def cancelled(self, at: datetime) -> Case:
        """The case ended by an operator, without a decision. Raises CaseClosed."""
        return replace(self._closed(CaseState.cancelled, at), closed_at=at)

    def with_term(self, term: Term, calendar: WorkingCalendar, at: datetime) -> Case:
        """The case with its clock set, stopped or running again; `calendar` is that of its agency."""
        return replace(self, term=term, deadline_at=term.deadline(calendar), look_at=term.look_at(calendar, after=at))

    def _closed(self, state: CaseState, at: datetime) -> Case:
        """In a state that ends it: a case ends once, and what ended it stays. How long it is kept is planned next."""
        if not self.is_open:
            raise CaseClosed(self)
        return replace(self.moved_to(state), look_at=None, retain_at=at)
