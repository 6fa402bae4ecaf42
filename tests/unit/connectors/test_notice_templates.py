"""Templates of notices: what is wrong stops the deployment with its line; what is filled is bounded plain text."""

from __future__ import annotations

from typing import Any

import pytest

from engine.casework.notice import LONGEST_SMS
from engine.connectors.filling import TemplateFault
from engine.connectors.notice import NoticeTemplates
from engine.diagnostics import Severity

TEMPLATES = NoticeTemplates()
WHOLE = """\
subject:
  az: "{{ case.number }}: qərar"
  en: "{{ case.number }}: decision"
  ru: "{{ case.number }}: решение"
text:
  az: |
    Hörmətli {{ data.name }},
    müddət {{ case.deadline_on|day }} bitir.
  en: |
    Dear {{ data.name }},
    the term ends on {{ case.deadline_on|day }}.
  ru: Срок до {{ case.deadline_on|day }}.
sms:
  az: "Qərar: {{ portal.address }}"
"""


def seen(language: str = "az", **data: Any) -> dict[str, Any]:
    """What a template sees."""
    return {
        "case": {"number": "AZ-2026-000001-5", "submitted_on": "2026-03-01", "deadline_on": "2026-03-20"},
        "service": {"key": "permit", "title": "İcazə", "remedy": "Şikayət"},
        "agency": {"key": "city"},
        "appointment": {"starts_at": None, "ends_at": None, "place": None, "is_cancelled": False},
        "portal": {"address": "https://x.gov"},
        "data": data,
        "language": language,
    }


def test_a_notice_is_written_in_each_of_its_languages() -> None:
    assert TEMPLATES.inspect(WHOLE.encode(), "decided.notice.yaml") == ()
    assert TEMPLATES.languages(WHOLE, "f") == ("az", "en", "ru")

    az = TEMPLATES.fill(WHOLE, "f", "az", seen(name="Rəşad"))
    en = TEMPLATES.fill(WHOLE, "f", "en", seen("en", name="Rəşad"))

    assert (az.subject, az.sms) == ("AZ-2026-000001-5: qərar", "Qərar: https://x.gov")
    assert az.text == "Hörmətli Rəşad,\nmüddət 20 mart 2026 bitir."
    assert (en.text, en.sms) == ("Dear Rəşad,\nthe term ends on 20 March 2026.", None)


@pytest.mark.parametrize(
    ("source", "rule", "line"),
    [
        pytest.param("- a", "notice-malformed", None, id="a-list"),
        pytest.param("", "notice-malformed", None, id="nothing"),
        pytest.param("subject: [", "notice-malformed", 1, id="no-yaml"),
        pytest.param("subject: {az: a}\ntext: {az: b}\nbody: {az: c}", "notice-malformed", 3, id="unknown-part"),
        pytest.param("subject: {az: a, tr: b}\ntext: {az: b}", "notice-malformed", 1, id="unknown-language"),
        pytest.param("subject: {az: a}\ntext:\n  az: 3", "notice-malformed", 3, id="a-number"),
        pytest.param("subject: a\ntext: {az: b}", "notice-malformed", 1, id="no-languages"),
        pytest.param("subject: {az: a, en: b}\ntext: {az: b}", "notice-malformed", 1, id="half-a-language"),
        pytest.param("subject: {az: a}\ntext:\n  az: |\n    b\n    {% if %}", "template-syntax", 5, id="syntax"),
        pytest.param("subject: {az: a}\ntext:\n  az: |\n    {{ case.nmber }}", "template-unknown-name", 4, id="name"),
        pytest.param("subject: {az: '{{ secrets }}'}\ntext: {az: b}", "template-unknown-name", 1, id="unknown-name"),
        pytest.param("subject: {az: a}\ntext: {az: '{% include \"x\" %}'}", "template-unknown-template", 2, id="other"),
        pytest.param("subject: &a {az: a}\ntext: *a", "notice-malformed", None, id="alias"),
    ],
)
def test_what_is_certainly_wrong_is_told_with_its_line(source: str, rule: str, line: int | None) -> None:
    faults = [one for one in TEMPLATES.inspect(source.encode(), "f") if one.severity is Severity.error]
    assert (faults[0].rule, faults[0].line) == (rule, line)
    assert all(one.remedy for one in faults)


def test_a_language_it_is_not_written_in_is_a_warning_that_tells_the_stand_in() -> None:
    findings = TEMPLATES.inspect(b"subject: {en: a}\ntext: {en: b}", "f")
    assert [one.severity for one in findings] == [Severity.warning, Severity.warning]
    assert "who reads az gets it in en" in findings[0].message


def test_data_that_a_task_does_not_give_is_found() -> None:
    assert list(TEMPLATES.unknown_data(WHOLE.encode(), {"person"})) == [("name", 7), ("name", 10)]
    assert list(TEMPLATES.unknown_data(WHOLE.encode(), {"name"})) == []


def test_what_is_filled_in_is_neither_markup_nor_a_second_header() -> None:
    source = "subject: {az: 'a {{ data.x }}'}\ntext: {az: '{{ data.x }}'}"
    wording = TEMPLATES.fill(source, "f", "az", seen(x="<b>&\r\nBcc: c@d.az\x00\x1b"))
    assert wording.subject == "a <b>& Bcc: c@d.az"
    assert "\x00" not in wording.text
    assert "<b>&" in wording.text


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("subject: {az: '{{ data.x }}'}\ntext: {az: b}", id="subject-too-long"),
        pytest.param("subject: {az: b}\ntext: {az: b}\nsms: {az: '{{ data.x }}'}", id="sms-too-long"),
        pytest.param("subject: {az: '{{ data.none }}'}\ntext: {az: b}", id="missing"),
        pytest.param("subject: {az: '{{ data.empty }}'}\ntext: {az: b}", id="empty"),
        pytest.param("subject: {az: b}\ntext: {az: '{% for a in range(99999) %}aaaaa{% endfor %}'}", id="grows"),
    ],
)
def test_what_cannot_be_filled_names_the_file(source: str) -> None:
    with pytest.raises(TemplateFault, match=r"f\.notice\.yaml"):
        TEMPLATES.fill(source, "f.notice.yaml", "az", seen(x="y" * (LONGEST_SMS + 1), empty=""))
