"""What browsers are told with every answer, and what callers cannot tell us: hosts, addresses, origins, methods."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask, request
from werkzeug.test import Client, TestResponse

from onewindow import logs
from onewindow.settings import Settings
from onewindow.web import application
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.an_api import PASSWORD, Api, an_api

EVIL = "evil.example.org"
KEY = "01hk3v8b6s9e4w2m7q5t0x1y2z"


@pytest.fixture(scope="module")
def api(sqlite_url: str) -> Iterator[Api]:
    made = an_api(sqlite_url)
    yield made
    made.composed.database.close()


def answers(api: Api) -> Iterator[tuple[str, TestResponse]]:
    """One answer of every kind: well, empty, refused, not found, unreadable, failed, a page, a file, figures."""
    yield "200", api.get("/services")
    yield "201", api.post("/session", None, {"name": "citizen", "password": PASSWORD})
    yield "400", api.ask("POST", "/instances", "operator", data=b"{", content_type="application/json")
    yield "401", api.get("/me")
    yield "403", api.get("/jobs", "citizen")
    yield "404 of an id", api.get(f"/applications/{KEY}", "citizen")
    yield "404 of an address", api.client.get("/nowhere")
    yield "405", api.ask("PATCH", "/services")
    yield "415", api.ask("POST", "/instances", "operator", data=b"x", content_type="text/plain")
    yield "422", api.post("/instances", "operator", {})
    yield "options", api.ask("OPTIONS", "/services")
    yield "page", api.get("/docs")
    yield "figures", api.client.get("/metrics")
    yield "health", api.client.get("/health/live")
    with api.get("/docs/docs.js") as script:
        yield "script", script


def test_every_answer_carries_every_header_of_safety(api: Api) -> None:
    for name, answer in answers(api):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "object-src 'none'" in policy, name
        assert "base-uri 'none'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert answer.headers["X-Frame-Options"] == "DENY", name
        assert answer.headers["Referrer-Policy"] == "no-referrer", name
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert "Server" not in answer.headers, name


def test_an_error_that_nobody_foresaw_carries_them_too_and_tells_nothing(sqlite_url: str) -> None:
    logs.configure("error", "json")
    api = an_api_that_breaks(sqlite_url)

    answer = api.get("/api/v1/services")

    assert answer.status_code == 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "planted" not in answer.text
    assert "Traceback" not in answer.text
    assert json.loads(answer.text)["type"] == "urn:onewindow:problem:internal"


def an_api_that_breaks(url: str) -> Client:
    """The API whose database fails in a way that nobody foresaw."""
    app = application(Settings.load({"ONEWINDOW_DATABASE_URL": url, **MASTER_KEY_SET}))

    def fail(**_: object) -> None:
        raise ZeroDivisionError("planted secret of the inside")

    endpoint = next(rule.endpoint for rule in app.url_map.iter_rules() if rule.rule == "/api/v1/services")
    fail.access_rule = app.view_functions[endpoint].access_rule  # type: ignore[attr-defined]
    app.view_functions[endpoint] = fail  # type: ignore[assignment]
    return app.test_client()


def test_answers_with_data_are_kept_by_no_cache(api: Api) -> None:
    for path in ("/me", "/applications", "/tasks", "/inbox", f"/applications/{KEY}"):
        assert "no-store" in api.get(path, "citizen").headers["Cache-Control"], path


def test_no_other_origin_may_read_an_answer(api: Api) -> None:
    asked = {"Origin": f"https://{EVIL}", "Access-Control-Request-Method": "POST"}
    for _, answer in (
        ("plain", api.get("/services", headers=asked)),
        ("preflight", api.ask("OPTIONS", "/applications", headers=asked)),
        ("null", api.get("/me", "citizen", headers={"Origin": "null"})),
    ):
        assert [name for name, _ in answer.headers if name.lower().startswith("access-control-")] == []


@pytest.mark.parametrize("path", ["/services", "/nowhere", "/docs", "/openapi.json", "/me"])
def test_the_host_a_caller_names_comes_back_nowhere(api: Api, path: str) -> None:
    said = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "Forwarded": f"host={EVIL}"}
    answer = api.get(path, "citizen", headers=said)

    assert EVIL not in answer.text
    assert EVIL not in str(answer.headers)
    # nobody in front is trusted: a caller cannot say that it came by TLS
    assert "Strict-Transport-Security" not in answer.headers


def test_forwarded_headers_count_from_as_many_proxies_as_are_trusted_and_no_further(sqlite_url: str) -> None:
    seen: dict[str, str | None] = {}
    for hops in (0, 1):
        app = application(
            Settings.load(
                {"ONEWINDOW_DATABASE_URL": sqlite_url, **MASTER_KEY_SET, "ONEWINDOW_TRUSTED_PROXIES": str(hops)}
            )
        )
        watch(app, seen)
        said = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"}
        answer = app.test_client().get("/health/live", headers=said)
        assert seen["address"] == ("127.0.0.1" if hops == 0 else "203.0.113.9")
        assert ("Strict-Transport-Security" in answer.headers) is (hops == 1)
        if hops:
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def watch(app: Flask, seen: dict[str, str | None]) -> None:
    """Note whom the application takes for the caller."""

    @app.before_request
    def note() -> None:
        seen["address"] = request.remote_addr


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"])
def test_methods_that_nobody_serves_are_refused(api: Api, method: str) -> None:
    answer = api.ask(method, "/services")

    assert answer.status_code == 405
    assert "X-Probe" not in answer.text


def test_no_answer_redirects_to_another_place(api: Api) -> None:
    for path in (f"//{EVIL}/", f"/api/v1//{EVIL}", f"/api/v1/docs?next=https://{EVIL}", f"/\\{EVIL}"):
        answer = api.client.get(path)
        assert EVIL not in answer.headers.get("Location", ""), path


def test_a_line_end_in_what_a_caller_sends_forges_no_line_of_a_log(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug", "json")
    forged = '\n{"event": "forged"}'
    api.post("/session", None, {"name": f"x{forged}", "password": PASSWORD})
    api.get(f"/services?cursor=x%0A{'{'}%22event%22:%20%22forged%22{'}'}")
    api.get("/me", headers={"X-Request-Id": "abcdefgh"}, environ_overrides={"HTTP_X_REQUEST_ID": f"x{forged}"})

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.strip()]
    logs.configure("error", "console")
    assert lines
    assert [line for line in lines if line["event"] == "forged"] == []


def test_the_same_name_twice_in_a_query_is_refused(api: Api) -> None:
    assert api.get("/tasks?mine=true&mine=false", "clerk").status_code == 422
