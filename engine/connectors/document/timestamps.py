"""Time-stamps of a service by RFC 3161, over HTTP, by pyHanko."""

from __future__ import annotations

from typing import Any, Final

_TIMEOUT_SECONDS: Final = 10


def timestamper(url: str) -> Any:
    """What asks a service for time-stamps. Whatever it cannot give, pyHanko tells as TimestampRequestError."""
    from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

    class OrNone(HTTPTimeStamper):
        """An answer without a time-stamp, or one that is none, is a refusal of the service and not a fault of ours."""

        async def async_request_tsa_response(self, req: Any) -> Any:
            """The answer, with a time-stamp in it."""
            try:
                answer = await super().async_request_tsa_response(req)
                granted = answer["status"]["status"].native in ("granted", "granted_with_mods")
                answer["time_stamp_token"]["content"].native  # noqa: B018 (it is read only when it is asked for)
            except (ValueError, KeyError, TypeError) as fault:
                raise TimestampRequestError("the answer holds no time-stamp") from fault
            if not granted:
                raise TimestampRequestError("the time-stamp was not granted")
            return answer

    return OrNone(url, timeout=_TIMEOUT_SECONDS)
