"""A form that registers fill in before the applicant does ("once only"): who is asked, what came, what to tell.

Nothing is asked that concerns anybody but the applicant: the only value that a look-up may take is the national number
of the account that signed in. An answer is kept until the form is submitted, and forgotten soon where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from engine.casework.evidence import MessageProof

KEPT_FOR: Final = timedelta(hours=2)
"""How long an answer waits for the form to be submitted."""
ANSWERED_WITHIN: Final = timedelta(seconds=30)
"""Then the applicant is told to type it; who waits for a form does not wait longer."""


class AnswerState(StrEnum):
    """Where one look-up stands."""

    asked = "asked"
    answered = "answered"
    no_record = "no-record"
    no_answer = "no-answer"
    no_consent = "no-consent"
    no_number = "no-number"


_TOLD: Final[Mapping[AnswerState, Mapping[str, str]]] = {
    AnswerState.asked: {
        "az": "Reyestrdən soruşulur.",
        "en": "The register is being asked.",
        "ru": "Запрашивается регистр.",
    },
    AnswerState.answered: {
        "az": "Reyestrdən götürülüb; yoxlayın və lazım gələrsə düzəldin.",
        "en": "Taken from the register; check it, and correct it if need be.",
        "ru": "Взято из регистра; проверьте и при необходимости исправьте.",
    },
    AnswerState.no_record: {
        "az": "Reyestrdə məlumat yoxdur; özünüz yazın.",
        "en": "The register knows nothing; please type it.",
        "ru": "В регистре нет сведений; введите сами.",
    },
    AnswerState.no_answer: {
        "az": "Reyestr cavab vermədi; özünüz yazın.",
        "en": "The register did not answer; please type it.",
        "ru": "Регистр не ответил; введите сами.",
    },
    AnswerState.no_consent: {
        "az": "Reyestrdən yalnız razılığınızla soruşulur; özünüz yazın və ya razılıq verin.",
        "en": "The register is asked with your consent only; please type it, or consent.",
        "ru": "Регистр запрашивается только с вашего согласия; введите сами или дайте согласие.",
    },
    AnswerState.no_number: {
        "az": "Hesabınızda FİN yoxdur; özünüz yazın.",
        "en": "Your account has no personal number; please type it.",
        "ru": "В вашей учётной записи нет ФИН; введите сами.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillAnswer:
    """One look-up for one form."""

    prefill_id: str
    evidence: str
    """Key of the requirement in the service's passport."""
    operation: str
    state: AnswerState
    register: str
    purpose: str
    legal_basis: str
    fields: Mapping[str, str]
    """Path in the answer by key of the form's field."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON by key of the form's field."""
    fetched_at: datetime | None = None
    is_reused: bool = False
    proof: MessageProof | None = None

    def state_at(self, made_at: datetime, now: datetime) -> AnswerState:
        """Where it stands for one who waits: who did not answer in time, did not answer."""
        is_late = self.state is AnswerState.asked and now - made_at > ANSWERED_WITHIN
        return AnswerState.no_answer if is_late else self.state

    def taken_from(self, answer: Any) -> dict[str, Any]:
        """The values of the fields in an answer; what is not there, or is no plain value, is left to be typed."""
        found = {}
        for key, path in self.fields.items():
            value = answer
            for name in path.split("."):
                value = value.get(name) if isinstance(value, Mapping) else None
            if isinstance(value, str | int | float | bool):
                found[key] = value
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """What registers were asked for one form of one person."""

    id: str
    account_id: str
    service_key: str
    made_at: datetime
    expires_at: datetime
    answers: tuple[PrefillAnswer, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    """By field: what the account itself fills in, without any register; found anew each time and not kept."""


def told(state: AnswerState, language: str) -> str:
    """What the applicant is told of a look-up, in az, en or ru."""
    words = _TOLD[state]
    return words.get(language, words["en"])
