"""Whatever file or body comes in, our own refusal or a value comes out, soon, and within bounds of memory.

Beside the texts of FEEL (`tests/property/test_fuzz.py`): BPMN, DMN, forms, passports, templates of documents and
notices, and the JSON of requests. The files that are shipped are cut, doubled and filled with what breaks readers.
`ONEWINDOW_FUZZ_EXAMPLES=20000` makes the same run longer; `make fuzz` does.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from door.json_door import JsonLimits, read_json
from engine.bpmn.lint import lint
from engine.bpmn.reader import read_bpmn
from engine.connectors.document.templates import DocumentTemplates
from engine.connectors.document.words import words
from engine.connectors.filling import TemplateFault
from engine.connectors.notice import NoticeTemplates
from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.errors import OnewindowError
from engine.runtime.passport_file import read_passport_file
from forms import inspect_form, validate

EXAMPLES = int(os.environ.get("ONEWINDOW_FUZZ_EXAMPLES", "120"))
SLOWEST_SECONDS = 2.0
"""Of the processor, for one input."""
MOST_MEGABYTES = 200
"""What the process may grow by over a whole run."""
PROCESSES = Path(__file__).parents[2] / "processes"
NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)

FUZZED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 1_000,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

XML = (
    "<", ">", "&", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "<!DOCTYPE x>", "&lt;", "&#0;", "&#x10FFFF;",
    "&x;", 'id="a"', 'sourceRef=""', 'targetRef="start"', "xmlns:x='y'", "=", '"', "'", "\x00", "\ufeff", "\u202e",
    "<task/>", "<process id='p'/>", "<subProcess><subProcess>", "</subProcess>", "= 1 +", "=for i in 1..9 return i",
    "R/PT0S", "P99999999Y", "-1", "1e400", "<decision id='d'>", "<list/>", "<context/>", "<rule/>", "UNIQUE", "COLLECT",
)  # fmt: skip
JSON = (
    "{", "}", "[", "]", ",", ":", '"', "\\", "\\u0000", "\\ud800", "null", "true", "NaN", "Infinity", "-", "1e999999",
    "0x1", "9" * 40, '"type":', '"key":"a.b"', '"key":"__proto__"', '"path":"x"', '"components":[', '"validate":{',
    '"pattern":"(a+)+$"', '"min":"x"', '"conditional":{"hide":"=1/0"}', '"values":[]', '"type":"group"', "\x00",
    "\ud83d",
)  # fmt: skip
YAML = (
    "&a", "*a", "<<: *a", "!!python/object:os.system", "!!binary", "- ", ": ", "? ", "|", ">", "---", "...", "%YAML 9",
    "{", "}", "[", "]", "'", '"', "#", "\t", "0o7", "1:1:1", "2026-13-99", "~", "\x00", "P99999999Y", "{{ 1/0 }}",
    "{% for x in range(99999999) %}", "{% endfor %}",
)  # fmt: skip
JINJA = (
    "{{", "}}", "{%", "%}", "{#", "#}", "{{ 1/0 }}", "{{ 9**9**9 }}", "{{ 'a'*999999999 }}", "{{ data.x }}",
    "{% for x in range(99999999) %}", "{% endfor %}", "{% if %}", "{% endif %}", "{{ ''.__class__.__mro__ }}",
    "{{ data|attr('__class__') }}", "{% include 'x' %}", "{% extends 'layout.html' %}", "{% block content %}",
    "{% endblock %}", "{{ cycler.__init__.__globals__ }}", "{{ data['__class__'] }}", "|day", "|safe", "|join", "~",
    "{% set x = 1 %}", "{% macro m() %}{{ m() }}{% endmacro %}", "{{ m() }}", "{{ self }}",
    "{{ '%999999999d'|format(1) }}",
)  # fmt: skip


def shipped(ending: str) -> list[str]:
    """The files of the procedures that end so, as text."""
    return [path.read_text(encoding="utf-8") for path in sorted(PROCESSES.rglob(f"*{ending}"))]


class Content(bytes):
    """Bytes that show their beginning only when a test fails."""

    def __repr__(self) -> str:
        return f"{bytes(self[:300])!r} ({len(self)} bytes)"


def mutated(seeds: list[str], tokens: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Shipped files with some places cut, doubled, moved or filled; and heaps of tokens; and any bytes at all."""
    change = st.tuples(
        st.sampled_from(["cut", "insert", "double", "replace", "move"]),
        st.integers(0, 200_000),
        st.integers(1, 400),
        st.sampled_from(tokens),
    )
    changed = st.builds(_changed, st.sampled_from(seeds), st.lists(change, min_size=1, max_size=6))
    heaps = st.lists(st.sampled_from(tokens), max_size=40).map("".join)
    deep = st.builds(lambda token, times: token * times, st.sampled_from(tokens), st.sampled_from([300, 30_000]))
    texts = (changed | heaps | deep).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return (texts | st.binary(max_size=200)).map(Content)


def _changed(text: str, changes: list[tuple[str, int, int, str]]) -> str:
    for what, place, length, token in changes:
        at = place % (len(text) + 1)
        head, taken, tail = text[:at], text[at : at + length], text[at + length :]
        match what:
            case "cut":
                text = head + tail
            case "insert":
                text = head + token + taken + tail
            case "double":
                text = head + taken + taken + tail
            case "replace":
                text = head + token + tail
            case _:
                text = tail + head + taken
    return text


def read_model(content: bytes) -> None:
    """Read and lint a BPMN file."""
    definitions, _ = read_bpmn(content, file="f.bpmn")
    lint(definitions)


def read_decisions(content: bytes) -> None:
    """Read, compile and ask a DMN file."""
    definitions = read_dmn(content, file="f.dmn")
    compiled = compile_decisions(definitions)
    for name in list(definitions.by_id)[:5]:
        with suppress(OnewindowError):  # no decision
            evaluate(compiled, name, {}, now=NOW)


def read_form(content: bytes) -> None:
    """Read a form and fill it in."""
    form, _ = inspect_form(content, "f.form")
    if form is not None:
        validate(form, {"note": "x", "pin": 1, "list": [{}, 2]}, {}, NOW, language="en", draft=False)


def read_passport(content: bytes) -> None:
    """Read a passport of a service."""
    read_passport_file(content)


def read_body(content: bytes) -> None:
    """Read the body of a request."""
    json.dumps(read_json(content, JsonLimits()), default=str)


def fill_document(content: bytes) -> None:
    """Check a template of a document, and fill it even where the check found something."""
    if any(found.rule == "template-too-large" for found in TEMPLATES.inspect(content, "f.html")):
        return
    list(TEMPLATES.unknown_data(content, ["x"]))
    TEMPLATES.fill(content.decode("utf-8", "replace"), "f.html", SEEN)


def fill_notice(content: bytes) -> None:
    """Check a notice, and fill it even where the check found something."""
    if NOTICES.inspect(content, "f.notice.yaml") and len(content) > 20_000:
        return
    list(NOTICES.unknown_data(content, ["x"]))
    text = content.decode("utf-8", "replace")
    for language in NOTICES.languages(text, "f.notice.yaml"):
        NOTICES.fill(text, "f.notice.yaml", language, SEEN)


TEMPLATES, NOTICES = DocumentTemplates(), NoticeTemplates()
SEEN = {
    "document": {"number": "1", "code": "A", "verify_url": "https://x", "qr": "data:,", "proof_qr": None,
                 "issued_on": date(2026, 3, 2), "outcome": "refused"},
    "case": {"number": "AZ-2026-000001-5", "submitted_on": date(2026, 3, 1), "channel": "online"},
    "service": {"key": "permit", "title": "x", "remedy": "x", "legal_basis": []},
    "agency": {"key": "city"}, "words": words("az"), "data": {"x": "<b>"}, "language": "az",
    "portal": {"address": "https://x"}, "appointment": None,
}  # fmt: skip
OURS = (OnewindowError, TemplateFault)


def survives(read: Callable[[bytes], None], content: bytes) -> None:
    """One input: nothing but our own errors, in time."""
    began = time.process_time()
    with suppress(*OURS):
        read(content)
    spent = time.process_time() - began
    assert spent < SLOWEST_SECONDS, f"{spent:.1f} s for {content[:200]!r}"


@pytest.fixture(autouse=True)
def _bounded_memory():  # type: ignore[no-untyped-def]
    """What a whole run takes, at its peak."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
    assert grown < MOST_MEGABYTES, f"grown by {grown:.0f} MB"


@FUZZED
@given(mutated(shipped(".bpmn"), XML))
def test_any_bpmn_file_is_read_or_refused(content: bytes) -> None:
    survives(read_model, content)


@FUZZED
@given(mutated(shipped(".dmn"), XML))
def test_any_dmn_file_is_read_or_refused(content: bytes) -> None:
    survives(read_decisions, content)


@FUZZED
@given(mutated(shipped(".form"), JSON))
def test_any_form_is_read_or_refused(content: bytes) -> None:
    survives(read_form, content)


@FUZZED
@given(mutated(shipped("service.yaml"), YAML))
def test_any_passport_is_read_or_refused(content: bytes) -> None:
    survives(read_passport, content)


@FUZZED
@given(mutated(shipped(".html"), JINJA))
def test_any_template_of_a_document_is_filled_or_refused(content: bytes) -> None:
    survives(fill_document, content)


@FUZZED
@given(mutated(shipped(".notice.yaml"), YAML + JINJA))
def test_any_notice_is_filled_or_refused(content: bytes) -> None:
    survives(fill_notice, content)


@FUZZED
@given(mutated(shipped(".form"), JSON))
def test_any_body_is_read_or_refused(content: bytes) -> None:
    survives(read_body, content)
