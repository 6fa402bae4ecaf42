"""Officials are told of a term that ends soon or has ended: in their inbox, and by mail where they want it.

Who works on the case is reminded: who holds a task, else all members of the queue it lies in. When the term has passed
it goes to the supervisors of the agency, too. Each is told once; a look that comes again finds nothing new to tell.
"""

from __future__ import annotations

from datetime import datetime

from engine.casework.case import Case
from engine.casework.notice import Notice
from engine.casework.term_notice import PASSED, term_wording
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.definitions import SERVICE
from engine.runtime.notice_jobs import let_deliver, mail_of


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
    contacts = act.work.notices.contacts_of(told)
    for account in sorted(told):
        contact = contacts.get(account)
        wording = term_wording(what, contact.language if contact else None, str(case.number), passport.title, day)
        key = new_key()
        notice = Notice(
            id=key,
            job_id=key,  # no service call made it
            instance_id=case.instance_id,
            case_id=case.id,
            agency=case.agency,
            service_key=case.service_key,
            recipient=account,
            template=what,
            language=wording.language,
            subject=wording.subject,
            text=wording.text,
            created_at=act.at,
        )
        deliveries = mail_of(act, notice, contact)
        act.work.notices.add(notice, deliveries)
        let_deliver(act, deliveries)
    act.journal(case.instance_id, "officials.told", case.id, about=what, number=len(told))
