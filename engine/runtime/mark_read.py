"""Somebody has read a notice in her inbox. Only her own notices; the first time counts."""

from __future__ import annotations

from engine.casework.actor import Actor
from engine.casework.notice import NoSuchNotice
from engine.errors import NotFound
from engine.runtime.act import Act, transact
from engine.runtime.keep_notice import notices_chain
from engine.runtime.wiring import Runtime


def mark_read(runtime: Runtime, notice_id: str, *, by: Actor) -> None:
    """Note that the caller read one of her notices. Safe to repeat. Raises NoSuchNotice."""

    def change(act: Act) -> None:
        try:
            notice = act.work.notices.read(notice_id)
        except NotFound:
            raise _not_there() from None
        if notice.recipient != by.account:
            raise _not_there()
        if act.work.notices.mark_read(notice.id, by.account, act.at):
            act.journal(notices_chain(notice.case_id), "notice.read", notice.id)

    transact(runtime, by, change)


def _not_there() -> NoSuchNotice:
    return NoSuchNotice("There is no such notice in your inbox.", remedy="Look at the list of your inbox.")
