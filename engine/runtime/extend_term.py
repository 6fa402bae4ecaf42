"""A supervisor extends the statutory term of a case, as often and as far as the law of its service allows."""

from __future__ import annotations

from engine.calendar import Length
from engine.casework.actor import Actor
from engine.casework.case import Case, CaseClosed
from engine.casework.look import LookKind
from engine.casework.policy import Action, permit
from engine.errors import Invalid, NotFound, Place
from engine.runtime.act import Act, transact
from engine.runtime.closures import agency_calendar
from engine.runtime.definitions import SERVICE
from engine.runtime.look import looking
from engine.runtime.wiring import Runtime


def extend_term(runtime: Runtime, case_id: str, length: str, reason: str, *, by: Actor) -> Case:
    """Make the term longer, with a reason that the applicant reads.

    Raises NotFound (also for who does not oversee the agency), Invalid, ExtensionRefused, CaseClosed.
    """

    def change(act: Act) -> Case:
        record = act.work.instances.lock(act.work.cases.instance_of(case_id))
        case = record.case
        if case is None:
            raise NotFound.of("application", case_id)
        permit(by, Action.extend_term, case.thing)
        if not case.is_open:
            raise CaseClosed(case)
        if not reason.strip():
            raise Invalid(
                "A term is extended for a reason.",
                places=[Place("/reason", "Expected a reason.", "missing")],
                remedy="Say why; the applicant reads it.",
            )
        term = case.term
        if term is None:
            raise Invalid("The case has no statutory term.", remedy="Nothing to extend.")
        definitions = runtime.definitions
        passport = definitions.passport(act.work, act.work.deployments.find(SERVICE, case.service_key))
        rule = passport.terms.get(term.name)
        longer = term.extended(Length.parse(length), reason.strip(), act.at, rule.extension if rule else None)
        after = case.with_term(longer, agency_calendar(runtime, act.work, case.agency), act.at)
        if after.deadline_at is not None:
            act.work.jobs.move_term(record.id, term.name, after.deadline_at)
        act.work.cases.save(after)
        record.case = after
        deadline = after.deadline_at.isoformat() if after.deadline_at else None
        act.journal(record.id, "deadline.extended", case.id, length=length, deadline=deadline)
        act.work.journal.append(record, act.entries(record.id))
        act.work.instances.save(record)
        looking(act).at_case(LookKind.case, case_id)
        return after

    return transact(runtime, by, change)
