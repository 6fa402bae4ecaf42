"""How long a name, an address or a factor rests after wrong tries in a row: at first not at all, then ever longer.

Arithmetic only; who counts, and where, is the store's matter. Source: OWASP ASVS 5.0, 6.3.1; NIST SP 800-63B-4, 3.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How much is borne of one subject."""

    free: int
    """So many wrong tries in a row before the first rest begins, the last of them included."""
    first: timedelta
    longest: timedelta
    forgets_after: timedelta
    """A subject that was quiet for so long begins anew."""

    def rests_until(self, attempts: int, now: datetime) -> datetime | None:
        """Until when a subject rests after so many wrong tries in a row: twice as long with each beyond the first."""
        beyond = attempts - self.free
        if beyond < 0:
            return None
        doubled: int = 2 ** min(beyond, 20)
        return now + min(self.first * doubled, self.longest)


OF_NAME: Final = Patience(
    free=5, first=timedelta(seconds=30), longest=timedelta(minutes=15), forgets_after=timedelta(hours=24)
)
"""Of a name from one network, whether or not there is such an account."""
OF_NAME_ANYWHERE: Final = Patience(
    free=100, first=timedelta(seconds=30), longest=timedelta(minutes=15), forgets_after=timedelta(hours=24)
)
"""Of a name from all networks together: one who guesses from many is stopped, one who wants to lock the owner out is
not helped."""
OF_ADDRESS: Final = Patience(
    free=50, first=timedelta(seconds=10), longest=timedelta(minutes=15), forgets_after=timedelta(hours=1)
)
"""Of a network address: behind one there may be a whole office."""
OF_FACTOR: Final = Patience(
    free=5, first=timedelta(seconds=30), longest=timedelta(hours=1), forgets_after=timedelta(hours=24)
)
"""Of the second factors of an account: whoever guesses here has the password already."""
