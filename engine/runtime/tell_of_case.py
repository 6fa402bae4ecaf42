"""Accounts are told something of a case: in their inbox, and by mail where they want it, each in her own language."""

from __future__ import annotations

from collections.abc import Callable, Collection

from engine.casework.case import Case
from engine.casework.notice import Notice, Wording
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.notice_jobs import let_deliver, mail_of


def tell_of_case(
    act: Act, case: Case, template: str, accounts: Collection[str], wording_in: Callable[[str | None], Wording]
) -> None:
    """Lay a notice of a case into the inboxes of these accounts; `wording_in` words it in the language one reads."""
    contacts = act.work.notices.contacts_of(set(accounts))
    for account in sorted(accounts):
        contact = contacts.get(account)
        wording = wording_in(contact.language if contact else None)
        key = new_key()
        notice = Notice(
            id=key,
            job_id=key,  # no service call made it
            instance_id=case.instance_id,
            case_id=case.id,
            agency=case.agency,
            service_key=case.service_key,
            recipient=account,
            template=template,
            language=wording.language,
            subject=wording.subject,
            text=wording.text,
            created_at=act.at,
        )
        deliveries = mail_of(act, notice, contact)
        act.work.notices.add(notice, deliveries)
        let_deliver(act, deliveries)
