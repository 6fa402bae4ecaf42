"""An account is told what happened to it: in its inbox, and by mail where it wants mail. No case stands behind it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.casework.account_notice import LANGUAGES, AccountNews, account_wording
from engine.casework.contact import language_of
from engine.casework.notice import Notice
from engine.casework.passport import LANGUAGES as ORDER
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.notice_jobs import let_deliver, mail_of


def tell_account(act: Act, account: str, news: AccountNews, browser: str) -> None:
    """Lay a notice into an inbox and let its mail begin, at once, also at night: it may be about a thief."""
    contact = act.work.notices.contact_of(account)
    language = language_of(None, contact, None, LANGUAGES, ORDER)
    zone = ZoneInfo((contact.time_zone if contact else None) or act.runtime.calendar.timezone)
    wording = account_wording(news, language, act.at, zone, browser)
    key = new_key(int(act.at.timestamp() * 1_000))  # by its age it is removed one day
    notice = Notice(
        id=key,
        job_id=key,  # no job made it; the table takes one notice for each
        instance_id="",
        case_id="",
        agency="",
        service_key="",
        recipient=account,
        template=f"account-{news}",
        language=wording.language,
        subject=wording.subject,
        text=wording.text,
        is_urgent=True,
        created_at=act.at,
    )
    deliveries = mail_of(act, notice, contact)
    act.work.notices.add(notice, deliveries)
    let_deliver(act, deliveries)
