"""What operators may see of an exchange with a partner: its form, never secrets and never data of persons."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from engine.casework.exchange import MOST_BODY, Watched, shown, shown_body, shown_headers, shown_url

MARKER = "Mammadov"
PIN = "5XK2M7A"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"pin": "5XK2M7A", "age": 41, "alive": true, "spouse": null}',
         {"pin": "(text of 7)", "age": "(number)", "alive": True, "spouse": None}),
        (b'[{"name": "Mammadov"}, 1, 2, 3, 4]', [{"name": "(text of 8)"}, "(number)", "(number)", "(2 more)"]),
        (b'{"19800304": "Mammadov", "R. Mammadov": 1}', {"...": "(number)"}),
        (b'"Mammadov"', "(text of 8)"),
        (b'{"title": "Mammadov", "code": "AZ1000", "status": "widowed"}',
         {"title": "(text of 8)", "code": "(text of 6)", "status": "(text of 7)"}),
    ],
    ids=["values", "items", "names that are data", "a text", "a title is no problem's"],
)  # fmt: skip
def test_of_a_body_the_shape_is_kept(body: bytes, expected: object) -> None:
    assert json.loads(shown_body(body) or "") == expected


def test_a_problem_says_what_kind_it_is_and_no_more() -> None:
    body = json.dumps({"type": "/problems/no-record", "title": "No record", "status": 404, "detail": MARKER}).encode()

    assert json.loads(shown_body(body, is_problem=True) or "") == {
        "type": "/problems/no-record",
        "title": "No record",
        "status": 404,
        "detail": "(text of 8)",
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, None),
        (b"", None),
        (b"<h1>Mammadov</h1>", "(17 bytes that are no JSON)"),
        (b"[" * 5_000, "(5000 bytes that are no JSON)"),
        (b"x" * 300_000, "(300000 bytes)"),
    ],
    ids=["none", "empty", "page", "deep", "large"],
)
def test_of_anything_else_the_length_is_kept(body: bytes | None, expected: str | None) -> None:
    assert shown_body(body) == expected


def test_a_body_is_bounded() -> None:
    wide = json.dumps({f"field_{'x' * 50}{one}": {f"f{two}": "x" for two in range(40)} for one in range(200)}).encode()

    assert len(shown_body(wide) or "") <= MOST_BODY


def test_of_headers_only_harmless_values_are_kept() -> None:
    sent = {"X-Api-Key": "secret", "Authorization": "Bearer secret", "Content-Type": "application/json", "X-Pin": PIN}

    assert shown_headers(sent) == {
        "X-Api-Key": "...",
        "Authorization": "...",
        "Content-Type": "application/json",
        "X-Pin": "...",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://api.example.gov/v1/persons/{PIN}", "https://api.example.gov/v1/persons/..."),
        (f"https://api.example.gov/v1/persons?pin={PIN}&all=1", "https://api.example.gov/v1/persons?pin=...&all=..."),
        ("https://user:secret@api.example.gov/v1", "https://api.example.gov/v1"),
        (f"https://api.example.gov/v1/{MARKER.lower()}", "https://api.example.gov/v1/..."),
    ],
    ids=["path", "query", "password", "a name in the path"],
)
def test_of_an_address_what_the_model_says_is_kept(url: str, expected: str) -> None:
    assert shown_url(url, {"persons"}) == expected


def test_nothing_of_a_planted_person_or_secret_is_in_what_is_kept() -> None:
    seen = Watched(
        datetime(2026, 3, 2, tzinfo=UTC),
        "POST",
        f"https://api.example.gov/persons/{PIN}?name={MARKER}",
        {"X-Api-Key": "planted-secret", "Content-Type": "application/json"},
        json.dumps({"name": MARKER, "pin": PIN}).encode(),
        answer_headers={"Set-Cookie": "planted-secret", "Content-Type": "application/problem+json"},
        answer_body=json.dumps({"detail": f"{MARKER} {PIN}", MARKER: [PIN], "title": f"{PIN} 12345"}).encode(),
    )

    (kept,) = shown("job", 1, "http api.example.gov", {"url": "https://api.example.gov/persons/{pin}"}, [seen])

    text = repr(kept)
    assert "persons" in text
    assert [marker for marker in (PIN, "planted-secret") if marker in text] == []
