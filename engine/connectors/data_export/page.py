"""An export as a page to be read: headings, tables and lists, every value escaped. Pure.

Long lists are cut for the page (the JSON has them whole), and it says so: a PDF has at most 200 pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

MOST_ACCESSES: Final = 300
MOST_ITEMS: Final = 100
_LONGEST: Final = 2_000
_DEEPEST: Final = 8
_TITLE: Final[Mapping[str, str]] = {"az": "Məlumatlarım", "en": "My data", "ru": "Мои данные"}
_SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "account": {"az": "Hesab", "en": "Account", "ru": "Учётная запись"},
    "cases": {"az": "Müraciətlər", "en": "Applications", "ru": "Заявления"},
    "notices": {"az": "Bildirişlər", "en": "Notices", "ru": "Уведомления"},
    "mandates": {"az": "Etibarnamələr", "en": "Mandates", "ru": "Доверенности"},
    "consents": {"az": "Razılıqlar", "en": "Consents", "ru": "Согласия"},
    "accesses": {"az": "Məlumatlarıma baxışlar", "en": "Looks at my data", "ru": "Просмотры моих данных"},
    "answers": {"az": "Cavablar", "en": "Answers", "ru": "Ответы"},
    "evidence": {"az": "Sübutlar", "en": "Evidence", "ru": "Доказательства"},
    "attachments": {"az": "Fayllar", "en": "Files", "ru": "Файлы"},
    "documents": {"az": "Sənədlər", "en": "Documents", "ru": "Документы"},
    "payments": {"az": "Ödənişlər", "en": "Payments", "ru": "Платежи"},
    "decision": {"az": "Qərar", "en": "Decision", "ru": "Решение"},
    "contact": {"az": "Əlaqə", "en": "Contact", "ru": "Контакты"},
}
_MADE: Final[Mapping[str, str]] = {"az": "Hazırlanıb", "en": "Made", "ru": "Составлено"}
_MORE: Final[Mapping[str, str]] = {
    "az": "Daha {number}: tam siyahı JSON faylındadır.",
    "en": "{number} more: the JSON file has the whole list.",
    "ru": "Ещё {number}: полный список в файле JSON.",
}
_NOTHING: Final[Mapping[str, str]] = {"az": "Yoxdur.", "en": "None.", "ru": "Нет."}
_STYLE: Final = """@page { size: A4; margin: 20mm; @bottom-right { content: counter(page) " / " counter(pages); } }
html { font: 9.5pt/1.4 "DejaVu Sans", "Liberation Sans", "Noto Sans", sans-serif; color: #111; }
h1 { font-size: 16pt; } h2 { font-size: 13pt; margin: 6mm 0 2mm; } h3 { font-size: 10.5pt; margin: 4mm 0 1mm; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2mm; }
th, td { border-bottom: 0.3pt solid #888; padding: 1mm 2mm 1mm 0; text-align: left; vertical-align: top; }
th { font-weight: normal; color: #444; width: 32%; } td { overflow-wrap: anywhere; }"""


def page_of_data(data: Mapping[str, Any], language: str) -> str:
    """The page, in a language of `az`, `en`, `ru`."""
    title = _TITLE[language]
    parts = [
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{_MADE[language]}: {_text(data.get('made_at'))}</p>"
    ]
    for key in ("account", "cases", "notices", "mandates", "consents"):
        parts.append(f"<h2>{_named(key, language)}</h2>")
        parts += _shown(data.get(key), language, 0)
    parts.append(f"<h2>{_named('accesses', language)}</h2>")
    parts += _accesses(data.get("accesses") or [], language)
    return "".join([*parts, "</main></body></html>"])


def _accesses(looks: Sequence[Mapping[str, Any]], language: str) -> Iterator[str]:
    """One line a look: when, and what as a sentence."""
    if not looks:
        yield f"<p>{_NOTHING[language]}</p>"
        return
    yield "<table>"
    for look in looks[:MOST_ACCESSES]:
        law = f" ({_text(look.get('legal_basis'))})" if look.get("legal_basis") else ""
        yield f'<tr><th scope="row">{_text(look.get("at"))}</th><td>{_text(look.get("sentence"))}{law}</td></tr>'
    yield "</table>"
    yield from _rest(len(looks) - MOST_ACCESSES, language)


def _shown(value: Any, language: str, depth: int) -> Iterator[str]:
    """A value: a map as a table, a list one after the other, anything else as text."""
    if depth > _DEEPEST:
        yield "<p>...</p>"
    elif isinstance(value, Mapping):
        simple = {key: part for key, part in value.items() if not isinstance(part, Mapping | list)}
        yield "<table>"
        for key, part in simple.items():
            if part not in (None, ""):
                yield f'<tr><th scope="row">{_named(key, language)}</th><td>{_text(part)}</td></tr>'
        yield "</table>"
        for key, part in value.items():
            if key not in simple and part:
                yield f"<h3>{_named(key, language)}</h3>"
                yield from _shown(part, language, depth + 1)
    elif isinstance(value, list):
        if not value:
            yield f"<p>{_NOTHING[language]}</p>"
        for part in value[:MOST_ITEMS]:
            yield from _shown(part, language, depth + 1)
        yield from _rest(len(value) - MOST_ITEMS, language)
    else:
        yield f"<p>{_text(value)}</p>"


def _rest(number: int, language: str) -> Iterator[str]:
    if number > 0:
        yield f"<p>{_MORE[language].format(number=number)}</p>"


def _named(key: str, language: str) -> str:
    words = _SECTIONS.get(key)
    return words[language] if words else escape(str(key).replace("_", " ")[:100])


def _text(value: Any) -> str:
    """As text of a page; what a PDF cannot show, such as control signs, is left out."""
    said = "".join(sign for sign in str(value)[:_LONGEST] if sign.isprintable() or sign in "\n\t")
    return escape(said).replace("\n", "<br>")
