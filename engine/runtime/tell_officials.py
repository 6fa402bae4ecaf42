"""Officials are told of a term that ends soon or has ended: in their inbox, and by mail where they want it.

Who works on the case is reminded: who holds a task, else all members of the queue it lies in. When the term has passed
it goes to the supervisors of the agency, too. Each is told once; a look that comes again finds nothing new to tell.
"""

from __future__ import annotations

from datetime import datetime

from engine.casework.case import Case
from engine.casework.term_notice import PASSED, term_wording
from engine.runtime.act import Act
from engine.runtime.definitions import SERVICE
from engine.runtime.tell_of_case import tell_of_case


def tell_officials(act: Act, case: Case, what: str, due: datetime) -> None:
    """Tell them of the term of a case: `NEAR` or `PASSED`."""
    working = act.work.tasks.holders(case.instance_id)
    told = {one for one in working.assignees if one != case.applicant}
    told |= act.work.accounts.members_of(working.queues)
    if what == PASSED:
        told |= act.work.accounts.supervisors_of(case.agency)
    if not told:
        return
    passport = act.runtime.definitions.passport(act.work, act.work.deployments.find(SERVICE, case.service_key))
    day = act.runtime.calendar.local_day(due)
    number, title = str(case.number), passport.title
    tell_of_case(act, case, what, told, lambda language: term_wording(what, language, number, title, day))
    act.journal(case.instance_id, "officials.told", case.id, about=what, number=len(told))
