"""An opening: staff look at a case that no task or duty of theirs leads to, for a reason that they state.

Whoever works for the case's agency may open it, by a fresh second factor, for a few hours, and so often a day. Its
supervisors are told at once and review each opening; who opened it does not review it. An objection ends it. The
applicant sees when it was opened, why, and what came of the review. (GDPR, article 5(1)(b); OWASP ASVS 5.0, 8.2.2.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from engine.casework.actor import Actor
from engine.casework.notice import Wording
from engine.errors import Forbidden, Invalid, Place, Refused

OPEN_FOR: Final = timedelta(hours=4)
"""How long an opening holds."""
MOST_A_DAY: Final = 10
"""How often one account may open cases within 24 hours."""
DAY: Final = timedelta(days=1)
LEAST_REASON, LONGEST_REASON = 15, 1_000
_LEAST_WORDS: Final = 3


class ReviewVerdict(StrEnum):
    """What a supervisor says of an opening."""

    confirmed = "confirmed"
    objected = "objected"


class TooManyOpenings(Refused):
    """Somebody opened as many cases as she may in a day."""

    code = "too-many-openings"

    def __init__(self) -> None:
        super().__init__(
            f"You opened {MOST_A_DAY} cases without a task in the last 24 hours; that is the most.",
            remedy="Ask a supervisor of the agency to look at the case.",
            most=MOST_A_DAY,
        )


class OpeningReviewed(Refused):
    """The opening was reviewed before."""

    code = "opening-reviewed"

    def __init__(self, opening: Opening) -> None:
        super().__init__(
            f"The opening was {opening.verdict} already.",
            remedy="Look at the list again; what was said stays.",
            verdict=str(opening.verdict),
        )


class OwnOpening(Forbidden):
    """Nobody reviews what she opened herself."""

    code = "own-opening"

    def __init__(self) -> None:
        super().__init__("You opened this case yourself.", remedy="Leave the review to another supervisor.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One opening of one case."""

    id: str
    case_id: str
    agency: str
    account: str
    """Who opened it."""
    reason: str
    opened_at: datetime
    until_at: datetime
    """The first moment at which it holds no more."""
    verdict: ReviewVerdict | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    remark: str | None = None
    """What the reviewer wrote."""

    def holds(self, now: datetime) -> bool:
        """Whether it still opens the case."""
        return now < self.until_at

    def reviewed(self, verdict: ReviewVerdict, remark: str | None, by: Actor, at: datetime) -> Opening:
        """With the verdict of a supervisor; an objection ends it. Raises OwnOpening, OpeningReviewed, Invalid."""
        if by.account == self.account:
            raise OwnOpening
        if self.verdict is not None:
            raise OpeningReviewed(self)
        said = (remark or "").strip()
        if len(said) > LONGEST_REASON or (verdict is ReviewVerdict.objected and not said):
            raise Invalid(
                "An objection says why.",
                places=[Place("/remark", f"Expected 1 to {LONGEST_REASON} characters.", "wrong-length")],
                remedy="Write a sentence; the applicant and the colleague read it.",
            )
        until = min(self.until_at, at) if verdict is ReviewVerdict.objected else self.until_at
        return replace(
            self, verdict=verdict, remark=said or None, reviewed_by=by.account, reviewed_at=at, until_at=until
        )


def checked_reason(text: str) -> str:
    """A reason in words. Raises Invalid."""
    reason = " ".join(text.split())
    if not LEAST_REASON <= len(reason) <= LONGEST_REASON or len(reason.split()) < _LEAST_WORDS:
        raise Invalid(
            "A case is opened for a reason in words.",
            places=[Place("/reason", f"Expected {LEAST_REASON} to {LONGEST_REASON} characters.", "no-reason")],
            remedy="Say in a sentence why you must look at this case; its applicant and your supervisor read it.",
        )
    return reason


OPENED: Final = "case-opened"
OBJECTED: Final = "opening-objected"
_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    OPENED: {
        "az": (
            "{number}: iş tapşırıqsız açılıb",
            "{number} nömrəli işə tapşırığı olmayan əməkdaş baxıb. Səbəbi oxuyun, təsdiq edin və ya etiraz bildirin.",
        ),
        "en": (
            "{number}: opened without a task",
            "A colleague without a task of case {number} opened it. Read the reason, and confirm it or object.",
        ),
        "ru": (
            "{number}: дело открыто без задания",
            "Дело {number} открыл сотрудник, у которого нет задания по нему. "
            "Прочтите причину: подтвердите или возразите.",
        ),
    },
    OBJECTED: {
        "az": (
            "{number}: işə baxmağınıza etiraz edilib",
            "{number} nömrəli işi açmağınıza nəzarətçi etiraz bildirib. İş sizin üçün bağlanıb.",
        ),
        "en": (
            "{number}: an objection to your opening",
            "A supervisor objected to your opening case {number}. It is closed to you.",
        ),
        "ru": (
            "{number}: возражение против открытия дела",
            "Руководитель возразил против того, что вы открыли дело {number}. Оно для вас закрыто.",
        ),
    },
}


def opening_wording(what: str, language: str | None, number: str) -> Wording:
    """The notice `OPENED` or `OBJECTED`, in a person's language, az where it is not known; it tells no reason."""
    spoken = language if language is not None and language in _WORDS[what] else "az"
    subject, text = _WORDS[what][spoken]
    return Wording(subject=subject.format(number=number), text=text.format(number=number), language=spoken)
