"""What every document says in the reader's language: the fixed words of the layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "az": {
        "number": "Sənədin nömrəsi",
        "date": "Tarix",
        "case": "Müraciətin nömrəsi",
        "service": "Xidmət",
        "agency": "Orqan",
        "applicant": "Ərizəçi",
        "decision": "Qərar",
        "reasons": "Səbəblər",
        "legal_basis": "Hüquqi əsas",
        "remedy": "Şikayət qaydası",
        "verify": "Sənədin həqiqiliyini bu ünvanda yoxlayın",
        "code": "Yoxlama kodu",
        "signed": "Sənəd elektron möhürlə təsdiq edilib.",
        "proof": "Bu kod dövlətin sənədi jurnalda qeyd etdiyini şəbəkəsiz də sübut edir.",
    },
    "en": {
        "number": "Number of the document",
        "date": "Date",
        "case": "Number of the application",
        "service": "Service",
        "agency": "Agency",
        "applicant": "Applicant",
        "decision": "Decision",
        "reasons": "Reasons",
        "legal_basis": "Legal basis",
        "remedy": "How to appeal",
        "verify": "Verify this document at",
        "code": "Verification code",
        "signed": "This document carries an electronic seal.",
        "proof": "This code proves without a network that the state noted the document in its journal.",
    },
    "ru": {
        "number": "Номер документа",
        "date": "Дата",
        "case": "Номер заявления",
        "service": "Услуга",
        "agency": "Орган",
        "applicant": "Заявитель",
        "decision": "Решение",
        "reasons": "Причины",
        "legal_basis": "Правовое основание",
        "remedy": "Порядок обжалования",
        "verify": "Проверьте подлинность документа по адресу",
        "code": "Код проверки",
        "signed": "Документ заверен электронной печатью.",
        "proof": "Этот код и без сети доказывает, что документ отмечен в журнале государства.",
    },
}


def words(language: str) -> Mapping[str, str]:
    """The fixed words in a language; English for one that is not known."""
    return _WORDS.get(language, _WORDS["en"])
