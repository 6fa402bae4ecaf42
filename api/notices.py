"""News of notices: what the SMS gateway tells of a delivery, and mail that came back."""

from __future__ import annotations

from typing import Any, Final

from flask import request

from api.operation import Noun
from api.schemas.notices import NoticeCallbackAnswer
from api.wiring import services
from door.json_door import BodyTooLarge
from engine.casework.policy import Action
from engine.runtime.take_delivery_news import LONGEST, MAIL, take_delivery_news

_SIGNATURE: Final = {
    "in": "header",
    "name": "Notice-Signature",
    "required": True,
    "description": "`t=<seconds since 1970>,v1=<hex>` with v1 = HMAC-SHA-256(secret, `<t>.<body>`).",
    "schema": {"type": "string"},
}
_BODY: Final = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["reference", "status"],
                "properties": {
                    "reference": {"type": "string", "example": "01hk3v8b6s9e4w2m7q5t0x1y2z"},
                    "status": {"type": "string", "example": "delivered"},
                    "code": {"type": "string", "example": "absent-subscriber"},
                },
            }
        },
        MAIL: {"schema": {"type": "string", "description": "A delivery status notification (RFC 3464)."}},
    },
}

blueprint = Noun("notices", __name__, description="What partners tell of notices that were sent.")


@blueprint.operation(
    "POST",
    "/callback",
    rule=Action.call_back,
    summary="Take news of a delivery",
    answer=NoticeCallbackAnswer,
    status=202,
    parameters=(_SIGNATURE,),
    documentation={"requestBody": _BODY},
)
def callback() -> Any:
    """The SMS gateway tells a status as JSON, or a mail server's bounce is posted as it came.

    It must be signed: a bad signature is 401. The first end of a delivery counts; what comes twice or late changes
    nothing.
    """
    wired = services()
    if (request.content_length or 0) > LONGEST:
        raise BodyTooLarge(f"The callback has more than {LONGEST:,} bytes.", remedy="Send the headers only.")
    body, signature = request.get_data(cache=True), request.headers.get("Notice-Signature", "")
    secret = wired.notice_callback_secret
    return {"known": take_delivery_news(wired.runtime, body, request.mimetype, signature, secret)}
