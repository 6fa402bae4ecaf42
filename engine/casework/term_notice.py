"""What officials are told of a term: it ends soon, or has ended. In az, en and ru; without data of the applicant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from engine.casework.notice import Wording

NEAR: Final = "deadline-near"
PASSED: Final = "deadline-passed"
_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    NEAR: {
        "az": (
            "{number}: müddət bitir",
            "{title}. {number} nömrəli işin qanuni müddəti {day} tarixində bitir. İş hələ açıqdır.",
        ),
        "en": (
            "{number}: the term ends soon",
            "{title}. The statutory term of case {number} ends on {day}. The case is still open.",
        ),
        "ru": (
            "{number}: срок истекает",
            "{title}. Законный срок по делу {number} истекает {day}. Дело ещё открыто.",
        ),
    },
    PASSED: {
        "az": (
            "{number}: müddət keçib",
            "{title}. {number} nömrəli işin qanuni müddəti {day} tarixində bitib. İşə baxın.",
        ),
        "en": (
            "{number}: the term has passed",
            "{title}. The statutory term of case {number} ended on {day}. Look at the case.",
        ),
        "ru": (
            "{number}: срок прошёл",
            "{title}. Законный срок по делу {number} истёк {day}. Займитесь делом.",
        ),
    },
}


def term_wording(what: str, language: str | None, number: str, title: Mapping[str, str], last_day: date) -> Wording:
    """The notice `NEAR` or `PASSED`, in a person's language, az where it is not known."""
    spoken = language if language is not None and language in _WORDS[what] else "az"
    subject, text = _WORDS[what][spoken]
    said = {"number": number, "title": title.get(spoken, ""), "day": last_day.isoformat()}
    return Wording(subject=subject.format(**said), text=text.format(**said), language=spoken)
