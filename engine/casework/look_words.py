"""Looks at personal data in plain sentences, in az, en and ru, for the person whose data they were.

Who is told by office, never by name: `An official of the Traffic Police (examiner) saw your answers ...`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.casework.look import Ground, LookKind

_WHAT: Final[Mapping[str, Mapping[LookKind, str]]] = {
    "az": {
        LookKind.case: "müraciətinizin gedişinə",
        LookKind.case_in_list: "siyahıda müraciətinizə",
        LookKind.task: "müraciətinizdəki cavablara",
        LookKind.task_in_list: "siyahıda sizdən gözlənilən işə",
        LookKind.evidence: "reyestrlərdən alınmış sübutlara",
        LookKind.reasons: "qərarın əsaslandırmasına",
        LookKind.term: "müddətin hesablanmasına",
        LookKind.payments: "ödənişlərinizə",
        LookKind.notices: "sizə göndərilmiş bildirişlərə",
        LookKind.attachments: "fayllarınızın siyahısına",
        LookKind.attachment: "faylınızın məzmununa",
        LookKind.attachment_details: "faylınız haqqında məlumata",
        LookKind.document: "sənədinizin məzmununa",
        LookKind.document_details: "sənədiniz haqqında məlumata",
        LookKind.holds: "işinizin saxlanılması barədə qeydlərə",
        LookKind.record: "arxivləşdirilmiş işinizin tam məzmununa",
        LookKind.values: "müraciətinizin emal olunan məlumatlarına",
        LookKind.history: "müraciətinizin emal tarixçəsinə",
        LookKind.work: "iş üçün lazım olan məlumatlarınıza",
        LookKind.register: "reyestrdəki məlumatlarınıza",
        LookKind.sessions: "hesabınızın açıq seanslarına",
        LookKind.tokens: "hesabınızın açarlarına",
        LookKind.account: "hesabınızın adına",
    },
    "en": {
        LookKind.case: "the progress of your application",
        LookKind.case_in_list: "your application in a list",
        LookKind.task: "the answers in your application",
        LookKind.task_in_list: "in a list, what you are asked to do",
        LookKind.evidence: "what registers proved",
        LookKind.reasons: "the reasons of the decision",
        LookKind.term: "how the deadline is counted",
        LookKind.payments: "your payments",
        LookKind.notices: "the notices that were sent to you",
        LookKind.attachments: "the list of your files",
        LookKind.attachment: "the content of your file",
        LookKind.attachment_details: "the particulars of your file",
        LookKind.document: "the content of your document",
        LookKind.document_details: "the particulars of your document",
        LookKind.holds: "why your record is kept",
        LookKind.record: "the whole archived record of your case",
        LookKind.values: "the data your application is handled with",
        LookKind.history: "how your application was handled",
        LookKind.work: "those of your data that a piece of work needs",
        LookKind.register: "your data in a register",
        LookKind.sessions: "where you are signed in",
        LookKind.tokens: "the tokens of your account",
        LookKind.account: "the name of your account",
    },
    "ru": {
        LookKind.case: "ход вашего заявления",
        LookKind.case_in_list: "ваше заявление в списке",
        LookKind.task: "ответы в вашем заявлении",
        LookKind.task_in_list: "в списке, что от вас требуется",
        LookKind.evidence: "сведения из регистров",
        LookKind.reasons: "обоснование решения",
        LookKind.term: "расчёт срока",
        LookKind.payments: "ваши платежи",
        LookKind.notices: "отправленные вам уведомления",
        LookKind.attachments: "список ваших файлов",
        LookKind.attachment: "содержание вашего файла",
        LookKind.attachment_details: "сведения о вашем файле",
        LookKind.document: "содержание вашего документа",
        LookKind.document_details: "сведения о вашем документе",
        LookKind.holds: "основания хранения вашего дела",
        LookKind.record: "всё архивное дело",
        LookKind.values: "данные, с которыми обрабатывается заявление",
        LookKind.history: "историю обработки заявления",
        LookKind.work: "те ваши данные, которые нужны для работы",
        LookKind.register: "ваши данные в регистре",
        LookKind.sessions: "где выполнен вход в вашу учётную запись",
        LookKind.tokens: "ключи вашей учётной записи",
        LookKind.account: "имя вашей учётной записи",
    },
}
_WHO: Final[Mapping[str, Mapping[Ground, str]]] = {
    "az": {
        Ground.task: "Əməkdaş",
        Ground.deputy: "Əvəz edən əməkdaş",
        Ground.supervision: "Rəhbər",
        Ground.operation: "Sistemin operatoru",
        Ground.modelling: "Analitik",
        Ground.mandate: "Nümayəndəniz",
        Ground.reason: "Əməkdaş",
        Ground.lookup: "Sistem",
    },
    "en": {
        Ground.task: "An official",
        Ground.deputy: "An official who stands in for a colleague",
        Ground.supervision: "A supervisor",
        Ground.operation: "An operator of the system",
        Ground.modelling: "An analyst",
        Ground.mandate: "Your representative",
        Ground.reason: "An official",
        Ground.lookup: "The system",
    },
    "ru": {
        Ground.task: "Сотрудник",
        Ground.deputy: "Сотрудник, замещающий коллегу",
        Ground.supervision: "Руководитель",
        Ground.operation: "Оператор системы",
        Ground.modelling: "Аналитик",
        Ground.mandate: "Ваш представитель",
        Ground.reason: "Сотрудник",
        Ground.lookup: "Система",
    },
}
_WHY: Final[Mapping[str, Mapping[Ground, str]]] = {
    "az": {
        Ground.task: "işinizə baxmaq üçün",
        Ground.deputy: "olmayan həmkarının yerinə işinizə baxmaq üçün",
        Ground.supervision: "işlərə baxılmasına nəzarət üçün",
        Ground.operation: "sistemin işini təmin etmək üçün",
        Ground.modelling: "prosedurun modelini yoxlamaq üçün",
        Ground.mandate: "etibarnamə əsasında sizin adınızdan",
        Ground.reason: "qeyd etdiyi səbəbə görə",
        Ground.lookup: "prosedur bunu tələb etdiyi üçün",
    },
    "en": {
        Ground.task: "to work on your case",
        Ground.deputy: "to work on your case in place of an absent colleague",
        Ground.supervision: "to supervise how cases are handled",
        Ground.operation: "to keep the system running",
        Ground.modelling: "to check the model of the procedure",
        Ground.mandate: "on your behalf, under a mandate",
        Ground.reason: "for a reason that was stated",
        Ground.lookup: "because the procedure asks for it",
    },
    "ru": {
        Ground.task: "для рассмотрения вашего дела",
        Ground.deputy: "для рассмотрения дела вместо отсутствующего коллеги",
        Ground.supervision: "для надзора за рассмотрением дел",
        Ground.operation: "для обеспечения работы системы",
        Ground.modelling: "для проверки модели процедуры",
        Ground.mandate: "от вашего имени, по доверенности",
        Ground.reason: "по указанной причине",
        Ground.lookup: "так как этого требует процедура",
    },
}
_SENTENCE: Final[Mapping[str, str]] = {
    "az": "{who} {what} baxıb: {why}.",
    "en": "{who} saw {what}, {why}.",
    "ru": "{who} видел(а) {what}: {why}.",
}
_CALL: Final[Mapping[str, str]] = {
    "az": "Sistem {what} sorğu göndərib: {why}.",
    "en": "The system asked for {what}, {why}.",
    "ru": "Система запросила {what}: {why}.",
}


def what_of(kind: LookKind, language: str) -> str:
    """What was shown, as it stands in the sentence."""
    return _WHAT[language][kind]


def purpose_of(ground: Ground, language: str) -> str:
    """Why."""
    return _WHY[language][ground]


def sentence_of(kind: LookKind, ground: Ground, language: str, *, agency: str = "", role: str = "") -> str:
    """One look in one sentence; `agency` and `role` are names in that language, empty where there are none."""
    words = {"what": what_of(kind, language), "why": purpose_of(ground, language)}
    if kind is LookKind.register:
        return _CALL[language].format(**words)
    office = ", ".join(part for part in (agency, role) if part)
    who = _WHO[language][ground]
    return _SENTENCE[language].format(who=f"{who} ({office})" if office else who, **words)
