"""An applicant withdraws an application that is not decided yet."""

from __future__ import annotations

from typing import Final

from engine.bpmn.kernel.port import DeliverMessage
from engine.casework.actor import Actor
from engine.casework.case import Case, CaseClosed
from engine.casework.policy import Action, decide
from engine.errors import Forbidden, Refused
from engine.runtime.act import Act, transact
from engine.runtime.stepping import advance
from engine.runtime.wiring import Runtime

WITHDRAWAL: Final = "withdrawal"
"""The message a procedure waits for, with the case number as its key, as long as the applicant may withdraw."""


class CannotWithdraw(Refused):
    """The procedure has no way back at this point."""

    code = "cannot-withdraw"


def withdraw(runtime: Runtime, case_id: str, *, by: Actor) -> Case:
    """Withdraw the actor's own application, or that of whom she represents.

    Raises NotFound, Forbidden, CaseClosed, CannotWithdraw.
    """

    def change(act: Act) -> Case:
        instance_id = act.work.cases.instance_of(case_id)
        record = act.work.instances.lock(instance_id)
        case = record.case
        assert case is not None
        case.require_seen_by(by)
        if not decide(by, Action.withdraw, case.thing).allowed:
            raise Forbidden(
                "Only the applicant, or who holds her mandate, withdraws an application.", remedy="Ask the applicant."
            )
        if not case.is_open:
            raise CaseClosed(case)
        waits = act.work.messages.waiting(WITHDRAWAL, str(case.number))
        wait = next((number for owner, number in waits if owner == instance_id), None)
        if wait is None:
            raise CannotWithdraw(
                f"The application {case.number} cannot be withdrawn at this point.",
                remedy="Wait for the decision; a remedy against it is told there.",
            )
        act.journal(instance_id, "case.withdrawal", case.id, **case.acting(by))
        advance(act, record, DeliverMessage(wait=wait))
        assert record.case is not None
        return record.case

    return transact(runtime, by, change)
