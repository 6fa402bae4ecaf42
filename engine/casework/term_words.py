"""The days of a term in plain sentences, in az, en and ru: "23 March 2026: Novruz, not counted"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from engine.casework.term_days import TermDay, Why

_MONTHS: Final[Mapping[str, str]] = {
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
_WORDS: Final[Mapping[str, Mapping[Why, str]]] = {
    "az": {
        Why.event: "hadisə günü, sayılmır",
        Why.counted: "{number}-ci gün",
        Why.extra_working: "{number}-ci gün (iş günü elan edilib)",
        Why.weekend: "istirahət günü, sayılmır",
        Why.holiday: "{name}, sayılmır",
        Why.day_off: "qərarla qeyri-iş günü, sayılmır",
        Why.closed: "orqan bağlıdır ({name}), sayılmır",
        Why.stopped: "müddətin axımı dayandırılıb, sayılmır",
        Why.moved: "iş günü deyil, müddət növbəti iş gününə keçir",
        Why.last: "növbəti iş günü, müddət bu gün bitir",
    },
    "en": {
        Why.event: "day of the event, not counted",
        Why.counted: "day {number}",
        Why.extra_working: "day {number} (made a working day by decree)",
        Why.weekend: "weekend, not counted",
        Why.holiday: "{name}, not counted",
        Why.day_off: "day off by decree, not counted",
        Why.closed: "the agency is closed ({name}), not counted",
        Why.stopped: "the clock stands still, not counted",
        Why.moved: "no working day, the term moves on",
        Why.last: "the next working day, the term ends",
    },
    "ru": {
        Why.event: "день события, не считается",
        Why.counted: "{number}-й день",
        Why.extra_working: "{number}-й день (объявлен рабочим)",
        Why.weekend: "выходной, не считается",
        Why.holiday: "{name}, не считается",
        Why.day_off: "нерабочий день по решению, не считается",
        Why.closed: "орган закрыт ({name}), не считается",
        Why.stopped: "течение срока приостановлено, не считается",
        Why.moved: "нерабочий день, срок переносится",
        Why.last: "следующий рабочий день, срок истекает",
    },
}
_HOLIDAYS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"Spring Festival": "Novruz"},
    "ru": {
        "New Year's Day": "Новый год",
        "Martyrs' Day": "День всенародной скорби",
        "Women's Day": "Женский день",
        "Spring Festival": "Новруз",
        "Victory over Fascism Day": "День победы над фашизмом",
        "Independence Day": "День независимости",
        "Republic Day": "День Республики",
        "National Liberation Day": "День национального спасения",
        "Armed Forces Day": "День Вооружённых сил",
        "Victory Day": "День Победы",
        "National Flag Day": "День Государственного флага",
        "International Azerbaijanis Solidarity Day": "День солидарности азербайджанцев мира",
        "Eid al-Fitr": "Рамазан байрам",
        "Eid al-Adha": "Гурбан байрам",
        "Day off": "Перенесённый выходной",
        "observed": "перенесён",
        "estimated": "ожидается",
    },
}
"""Words of the names that the calendar gives in English, for languages it does not know."""


def day_in_words(day: date, language: str) -> str:
    """A day as people write it: `23 March 2026`."""
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


def told(day: TermDay, language: str, holiday: str = "") -> str:
    """One sentence about a day. `holiday` is its name in the language, where the calendar knows it."""
    name = holiday or _translated(day.name, language) if day.why is Why.holiday else day.name
    said = _WORDS[language][day.why].format(number=day.number, name=name)
    return f"{day_in_words(day.day, language)}: {said}"


def _translated(name: str, language: str) -> str:
    for english, word in _HOLIDAYS.get(language, {}).items():
        name = name.replace(english, word)
    return name
