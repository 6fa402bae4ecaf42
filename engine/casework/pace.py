"""How often one account may apply: more than a person can mean is a program that fills the queues of clerks.

Source: OWASP ASVS 5.0, 2.4.1.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from engine.errors import Unavailable

SPAN: Final = timedelta(days=1)


class TooManyApplications(Unavailable):
    """An account applied as often as it may in a day."""

    code = "too-many-applications"


def require_pace(most: int, oldest_of_most: datetime | None, now: datetime) -> None:
    """See that an account did not apply `most` times within a day; `oldest_of_most` is when the first of these was.

    Raises TooManyApplications, with the seconds until that one is a day old.
    """
    if oldest_of_most is not None and now - oldest_of_most < SPAN:
        left = oldest_of_most + SPAN - now
        raise TooManyApplications(
            f"{most} applications came from this account within a day, and no more are taken.",
            retry_after_seconds=max(1, round(left.total_seconds())),
            remedy="Go on tomorrow. Whoever must send more asks the operator.",
        )
