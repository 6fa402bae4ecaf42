"""Makes the connector of notices out of settings."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from engine.casework.contact import Channel
from engine.casework.notice import Letter, NoticeBasis
from engine.connectors.contract import SecretResolver
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.notice import Mail, MailServer, NoticeConnector, Security, Sms, SmsGateway
from engine.connectors.notice.connector import Carrier
from engine.runtime.draft_notice import WantedNotice, draft_notice, letter_of
from engine.runtime.wiring import Runtime
from onewindow.hosts import host_of
from onewindow.settings import Settings


def notice_connector(settings: Settings, secret: SecretResolver, runtime: Callable[[], Runtime]) -> NoticeConnector:
    """The connector `notice`; `runtime` is asked when a notice is written or sent."""

    def draft(*, job_id: str, template: str) -> NoticeBasis:
        return draft_notice(runtime(), WantedNotice(job_id=job_id, template=template))

    def letter(delivery_id: str) -> Letter | None:
        return letter_of(runtime(), delivery_id)

    return NoticeConnector(
        draft,
        letter,
        carriers(settings, secret),
        quiet=settings.notices.quiet_hours,
        portal_address=settings.address,
    )


def notice_domain(settings: Settings) -> str:
    """What UIDs of appointments end in, by mail and from the inbox alike."""
    return settings.notices.mail_from.rpartition("@")[2] or urlsplit(settings.address).hostname or "onewindow.invalid"


def only(url: str) -> AllowedHosts:
    """The host of one address, and no other."""
    return AllowedHosts(frozenset({host_of(url)}))


def carriers(settings: Settings, secret: SecretResolver) -> dict[Channel, Carrier]:
    """The channels that are set up."""
    said, found = settings.notices, dict[Channel, Carrier]()
    if said.smtp_host:
        server = MailServer(
            host=said.smtp_host,
            port=said.smtp_port,
            security=Security(said.smtp_security),
            user=said.smtp_user,
            sender=said.mail_from,
            sender_name=said.mail_from_name,
            return_path=said.mail_return_path,
            ca_file=said.smtp_ca,
        )
        found[Channel.mail] = Mail(server, secret)
    if said.sms_url:
        found[Channel.sms] = Sms(SmsGateway(url=said.sms_url), Exchange(only(said.sms_url)), secret)
    return found
