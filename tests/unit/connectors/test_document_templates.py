"""Templates of documents: what is certainly wrong stops the deployment, what fails when filled names file and line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.connectors.document.templates import DocumentTemplates, TemplateFault
from engine.connectors.document.words import words

TEMPLATES = DocumentTemplates()


def seen(language: str = "az", **data: Any) -> dict[str, Any]:
    """What a template sees."""
    return {
        "document": {"number": "city-2026-000001-5", "code": "AAAAA", "verify_url": "https://x", "qr": "data:,",
                     "proof_qr": None, "issued_on": date(2026, 3, 2), "outcome": "refused"},
        "case": {"number": "AZ-2026-000001-5", "submitted_on": date(2026, 3, 1), "channel": "online"},
        "service": {"key": "permit", "title": "İcazə", "remedy": "Şikayət", "legal_basis": []},
        "agency": {"key": "city"}, "words": words(language), "data": data, "language": language,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "rule", "line"),
    [
        pytest.param("a\n{% if %}", "template-syntax", 2, id="syntax"),
        pytest.param("a\n\n{{ x|nothing }}", "template-syntax", 3, id="unknown-filter"),
        pytest.param("{{ a_name }}", "template-unknown-name", 1, id="unknown-name"),
        pytest.param("\n{{ case.nmber }}", "template-unknown-name", 2, id="unknown-attribute"),
        pytest.param('{{ document["nmber"] }}', "template-unknown-name", 1, id="unknown-item"),
        pytest.param('{% include "secrets.html" %}', "template-unknown-template", 1, id="other-template"),
        pytest.param("{% extends data.layout %}", "template-unknown-template", 1, id="template-by-data"),
        pytest.param("{{ namespace() }}", "template-unknown-name", 1, id="global-that-is-not-given"),
    ],
)
def test_what_is_certainly_wrong_is_told_with_its_line(source: str, rule: str, line: int) -> None:
    found = TEMPLATES.inspect(source.encode(), "decision.html")

    assert [(one.rule, one.line, one.file) for one in found] == [(rule, line, "decision.html")]


def test_what_may_be_right_is_not_refused() -> None:
    source = "{% if data.a %}{% set b = 1 %}{% endif %}{{ b }}{% for one in data.rows %}{{ one.x }}{% endfor %}"

    assert TEMPLATES.inspect(source.encode(), "decision.html") == ()


def test_data_that_a_task_does_not_give_are_told() -> None:
    source = b"{{ data.given.name }}\n{{ data.missing }}\n{{ data.other|default('') }}"

    assert list(TEMPLATES.unknown_data(source, {"given"})) == [("missing", 2)]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("a\n{{ data.nothing }}", 2, id="missing"),
        pytest.param("{{ data.person.name }}\n\n{{ data.person.age }}", 3, id="missing-inside"),
        pytest.param("{{ 1 / 0 }}", 1, id="division"),
        pytest.param("{{ 'x' * 1000000000 }}", 1, id="text-that-fills-the-memory"),
        pytest.param("{{ 9 ** 999999999 }}", 1, id="number-that-fills-the-memory"),
        pytest.param("{{ data.person.__class__ }}", 1, id="class-of-a-context"),
        pytest.param("{{ ''.__class__.__mro__ }}", 1, id="class-of-a-text"),
        pytest.param("{{ data.person.name.upper() }}", 1, id="method"),
        pytest.param("{{ range(1000000000) }}", 1, id="endless-range"),
        pytest.param("{{ data.person.name|day }}", 1, id="no-date"),
    ],
)
def test_what_fails_when_it_is_filled_names_file_and_line(source: str, line: int) -> None:
    with pytest.raises(TemplateFault, match=f"^decision.html, line {line}: "):
        TEMPLATES.fill(source, "decision.html", seen(person={"name": "Rəşad"}))


def test_a_page_that_grows_without_end_is_cut_off() -> None:
    source = "{% for a in range(10000) %}{% for b in range(10000) %}xxxxxxxxxx{% endfor %}{% endfor %}"

    with pytest.raises(TemplateFault, match="grows"):
        TEMPLATES.fill(source, "decision.html", seen())


def test_all_that_is_written_is_escaped_and_nothing_is_written_for_null() -> None:
    html = TEMPLATES.fill("{{ data.name }}|{{ data.none }}", "a.html", seen(name="<b>&", none=None))

    assert html == "&lt;b&gt;&amp;|"


@pytest.mark.parametrize(
    ("language", "told"), [("az", "2 mart 2026"), ("en", "2 March 2026"), ("ru", "2 марта 2026 г.")]
)
def test_dates_are_written_as_the_reader_writes_them(language: str, told: str) -> None:
    assert TEMPLATES.fill("{{ document.issued_on|day }}", "a.html", seen(language)) == told


def test_the_layout_asks_for_nothing_but_what_every_template_sees() -> None:
    source = '{% extends "layout.html" %}{% block title %}Qərar{% endblock %}'

    assert TEMPLATES.inspect(source.encode(), "a.html") == ()
    assert "<title>Qərar</title>" in TEMPLATES.fill(source, "a.html", seen())
