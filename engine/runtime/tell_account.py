"""An account is told what happened to it: in its inbox, and by mail where it wants mail. No case stands behind it."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from engine.casework.account_notice import LANGUAGES, AccountNews, account_wording
from engine.casework.contact import Channel, addresses, language_of
from engine.casework.notice import Delivery, Notice
from engine.casework.passport import LANGUAGES as ORDER
from engine.identity import new_key
from engine.runtime.act import Act
from engine.runtime.notice_jobs import let_deliver


def tell_account(
    act: Act, account: str, news: AccountNews, browser: str, channels: Collection[Channel] = (Channel.mail,)
) -> None:
    """Lay a notice into an inbox and let its mail begin, at once, also at night: it may be about a thief.

    `channels` are those that are set up here.
    """
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
    found = addresses(contact, None, None)
    deliveries = [
        Delivery(
            id=new_key(int(act.at.timestamp() * 1_000)),
            notice_id=key,
            instance_id="",
            case_id="",
            channel=channel,
            address=address,
            due_at=act.at,
        )
        for channel, address in found.items()
        if channel is Channel.mail and channel in channels
    ]
    act.work.notices.add(notice, deliveries)
    let_deliver(act, deliveries)
