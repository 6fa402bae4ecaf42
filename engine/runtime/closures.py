"""The working days of an agency: those of its country without its own closures; and who enters closures."""

from __future__ import annotations

from datetime import date
from typing import Final

from engine.calendar import WorkingCalendar
from engine.casework.actor import Actor
from engine.casework.closure import Closure, closed_days
from engine.casework.policy import Action, Thing, decide, permit
from engine.errors import Forbidden, Invalid, Place
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime
from engine.store.unit_of_work import UnitOfWork

_CHAIN: Final = "closures"


def agency_calendar(runtime: Runtime, work: UnitOfWork, agency: str) -> WorkingCalendar:
    """The calendar that terms of an agency are counted by. One statement."""
    return runtime.calendar.closed_on(closed_days(work.closures.of_agency(agency)))


def add_closure(runtime: Runtime, agency: str, first_day: date, last_day: date, reason: str, *, by: Actor) -> Closure:
    """Enter days on which an agency is closed; its running terms are reckoned anew. Raises Forbidden, Invalid."""

    def change(act: Act) -> Closure:
        _require_keeper(by, agency)
        if not reason.strip():
            raise Invalid(
                "A closure needs a reason.",
                places=[Place("/reason", "Expected a reason.", "missing")],
                remedy="Say why; it stands in the explanation of deadlines.",
            )
        closure = Closure(
            id=new_key(),
            agency=agency,
            first_day=first_day,
            last_day=last_day,
            reason=reason.strip(),
            created_by=by.account,
            created_at=act.at,
        )
        act.work.closures.add(closure)
        _changed(act, agency, "closure.added", closure)
        return closure

    return transact(runtime, by, change)


def remove_closure(runtime: Runtime, closure_id: str, *, by: Actor) -> None:
    """Take a closure back. Raises NotFound, also for who does not oversee the agency."""

    def change(act: Act) -> None:
        closure = act.work.closures.get(closure_id)
        permit(by, Action.remove_closure, Thing(kind="closure", key=closure_id, agency=closure.agency))
        act.work.closures.remove(closure_id)
        _changed(act, closure.agency, "closure.removed", closure)

    transact(runtime, by, change)


def _require_keeper(by: Actor, agency: str) -> None:
    if not decide(by, Action.enter_closure, Thing(kind="agency", agency=agency)).allowed:
        raise Forbidden(
            f"Closures of {agency!r:.80} are entered by its supervisors.", remedy="Ask a supervisor of the agency."
        )


def _changed(act: Act, agency: str, action: str, closure: Closure) -> None:
    act.work.closures.look_again(agency, act.at)
    days = {"first": closure.first_day.isoformat(), "last": closure.last_day.isoformat()}
    act.journal(_CHAIN, action, closure.id, agency=agency, **days)
