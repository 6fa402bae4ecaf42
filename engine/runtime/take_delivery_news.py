"""A partner tells later what became of a delivery: the SMS gateway, or a mail that came back.

A callback is signed (`engine.runtime.signed_callback`, header `Notice-Signature`), names the delivery by the key that
we gave, and may come twice, late, or before our own record of the sending: the first end of a delivery counts.
"""

from __future__ import annotations

from typing import Final

from engine.casework.actor import SYSTEM
from engine.casework.bounce import read_json_news, read_report
from engine.casework.notice import DeliveryNews, DeliveryState
from engine.errors import Invalid, NotFound
from engine.runtime.act import Act, transact
from engine.runtime.keep_notice import save_delivery
from engine.runtime.signed_callback import CallbackMalformed, require_signed
from engine.runtime.wiring import Runtime

CHAIN: Final = "notices"
"""The journal of what concerns the notices of no single case."""
MAIL: Final = "message/rfc822"
LONGEST: Final = 1_000_000
"""Bytes: a mail may come back whole."""
_REFUSED: Final = "notice.callback-refused"


def take_delivery_news(runtime: Runtime, body: bytes, media_type: str, signature: str, secret: str | None) -> bool:
    """Keep what a partner tells; gives whether the delivery is one of ours.

    A body of `message/rfc822` is a delivery status notification, any other a gateway's JSON. Raises SignatureWrong
    (after a journal entry, one a second), CallbackMalformed.
    """
    require_signed(runtime, body, signature, secret, chain=CHAIN, action=_REFUSED, longest=LONGEST)
    try:
        news = read_report(body) if media_type == MAIL else read_json_news(body)
    except Invalid as fault:
        raise CallbackMalformed(fault.message, remedy=fault.remedy) from fault
    if news is None:
        return True
    return transact(runtime, SYSTEM, lambda act: _keep(act, news))


def _keep(act: Act, news: DeliveryNews) -> bool:
    try:
        before = act.work.notices.lock_delivery(news.delivery_id)
    except NotFound:
        return False
    if news.state is DeliveryState.delivered:
        save_delivery(act, before, before.delivered(act.at))
    else:
        save_delivery(act, before, before.failed(news.code, news.reason, act.at))
    return True
