"""Staff open a case for a stated reason; supervisors of its agency are told, and review it."""

from __future__ import annotations

from collections.abc import Collection

from engine.casework.actor import Actor
from engine.casework.case import Case
from engine.casework.opening import (
    DAY,
    MOST_A_DAY,
    OBJECTED,
    OPEN_FOR,
    OPENED,
    Opening,
    ReviewVerdict,
    TooManyOpenings,
    checked_reason,
    opening_wording,
)
from engine.casework.policy import Action, permit
from engine.casework.step_up import require_second_factor
from engine.errors import Invalid, NotFound
from engine.identity import CaseNumber, new_key
from engine.runtime.act import Act, transact
from engine.runtime.stepping import save_noted
from engine.runtime.tell_of_case import tell_of_case
from engine.runtime.wiring import Runtime
from engine.store.records import InstanceRecord


def open_case(runtime: Runtime, number: str, reason: str, *, by: Actor) -> Opening:
    """Open a case of the actor's agency for a few hours. The journal tells it in the same transaction.

    Raises NotFound (also for a case of another agency), StepUpNeeded, Invalid for a reason that is none,
    TooManyOpenings.
    """

    def change(act: Act) -> Opening:
        record, case = _locked(act, number)
        permit(by, Action.open_case, case.thing)
        require_second_factor(by, act.at, "open a case without a task")
        said = checked_reason(reason)
        act.work.accounts.lock_key(by.account)  # of two openings at once, each counts the other
        if act.work.openings.number_since(by.account, act.at - DAY) >= MOST_A_DAY:
            raise TooManyOpenings
        opening = Opening(
            id=new_key(),
            case_id=case.id,
            agency=case.agency,
            account=by.account,
            reason=said,
            opened_at=act.at,
            until_at=act.at + OPEN_FOR,
        )
        act.work.openings.add(opening)
        act.journal(record.id, "case.opened", opening.id, until=opening.until_at.isoformat())
        _tell(act, case, OPENED, act.work.accounts.supervisors_of(case.agency) - {by.account})
        save_noted(act, record)
        return opening

    return transact(runtime, by, change)


def review_opening(
    runtime: Runtime, number: str, opening_id: str, verdict: ReviewVerdict, remark: str | None, *, by: Actor
) -> Opening:
    """Say whether an opening was right; an objection ends it, and who opened it is told.

    Raises NotFound (also for who does not supervise the agency), OwnOpening, OpeningReviewed, Invalid.
    """

    def change(act: Act) -> Opening:
        record, case = _locked(act, number)
        permit(by, Action.review_opening, case.thing)
        opening = act.work.openings.get(case.id, opening_id).reviewed(verdict, remark, by, act.at)
        act.work.openings.save(opening)
        act.journal(record.id, "opening.reviewed", opening.id, verdict=str(verdict))
        if verdict is ReviewVerdict.objected:
            _tell(act, case, OBJECTED, {opening.account})
        save_noted(act, record)
        return opening

    return transact(runtime, by, change)


def _locked(act: Act, number: str) -> tuple[InstanceRecord, Case]:
    try:
        wanted = CaseNumber.parse(number)
    except Invalid as malformed:
        raise NotFound.of("case", number) from malformed
    record = act.work.instances.lock(act.work.cases.instance_with(wanted))
    assert record.case is not None
    return record, record.case


def _tell(act: Act, case: Case, what: str, accounts: Collection[str]) -> None:
    number = str(case.number)
    tell_of_case(act, case, what, accounts, lambda language: opening_wording(what, language, number))
