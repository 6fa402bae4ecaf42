"""A hold: a supervisor says that the record of a case must be kept, whatever its schedule says, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from engine.errors import Invalid, Place, Refused

LONGEST_REASON: Final = 1_000


class HoldReleased(Refused):
    """The hold was released already."""

    code = "hold-released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold. A record is erased once all of its holds are released."""

    id: str
    case_id: str
    reason: str
    placed_by: str
    """Account of the supervisor."""
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether it keeps the record."""
        return self.released_at is None

    def released(self, by: str, at: datetime, reason: str) -> Hold:
        """The hold as it was released. Raises HoldReleased, Invalid."""
        if not self.is_active:
            raise HoldReleased("The hold was released already.", remedy="Look at the holds of the case again.")
        return replace(self, released_by=by, released_at=at, release_reason=required_reason(reason))


def required_reason(text: str) -> str:
    """The reason of a hold or its release. Raises Invalid."""
    reason = text.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid(
            "A hold is placed, and released, for a reason.",
            places=[Place("/reason", f"Expected 1 to {LONGEST_REASON} characters.", "wrong-length")],
            remedy="Say why, such as the court's file number; it is erased together with the record.",
        )
    return reason
