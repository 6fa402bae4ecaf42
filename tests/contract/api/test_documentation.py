"""The OpenAPI document and its page; health, figures and logs."""

from __future__ import annotations

import json
import re

import pytest
from openapi_spec_validator import validate

from onewindow import logs
from tests.builders.an_api import PASSWORD, Api


def test_the_document_is_openapi_3_1_and_holds_every_route_of_the_api(api: Api) -> None:
    document = api.get("/openapi.json").json

    validate(document)
    assert document["openapi"].startswith("3.1")
    rules = {
        re.sub("<(?:key:|name:|task:|int:)?", "{", rule.rule).replace(">", "}")
        for rule in api.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith("documentation.")
    }
    assert set(document["paths"]) == rules


def test_every_operation_is_described_names_its_problems_and_has_examples(api: Api) -> None:
    document = api.get("/openapi.json").json
    operations = [
        operation for item in document["paths"].values() for name, operation in item.items() if name != "parameters"
    ]

    assert all(one["summary"] and one["description"] and one["operationId"] for one in operations)
    assert all("default" in one["responses"] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert json.dumps(document).count('"example"') > 100


def test_every_post_but_sign_in_try_outs_and_callbacks_honours_the_idempotency_key(api: Api) -> None:
    document = api.get("/openapi.json").json

    without = {
        path
        for path, item in document["paths"].items()
        if "post" in item and "Idempotency-Key" not in [one.get("name") for one in item["post"].get("parameters", [])]
    }

    assert without == {
        "/api/v1/session",
        "/api/v1/decisions/{decision_id}/evaluate",
        "/api/v1/decisions/{decision_id}/explain",
        # partners repeat their news as often as they like
        "/api/v1/payments/callback",
        "/api/v1/notices/callback",
        # looks at a file and changes nothing
        "/api/v1/verify",
    }


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(api: Api) -> None:
    answer = api.get("/docs")

    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.text.count("<details") == api.get("/openapi.json").text.count('"operationId"')
    assert "//" not in answer.text.replace("http://", "").replace("https://", "").partition("<main")[0]


@pytest.mark.parametrize("name", ["docs.css", "docs.js"])
def test_the_pages_own_files_are_served(api: Api, name: str) -> None:
    with api.get(f"/docs/{name}") as answer:
        assert answer.status_code == 200


def test_figures_tell_requests_by_route_and_the_engines_state(api: Api) -> None:
    api.get("/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z-1", "clerk")

    figures = api.client.get("/metrics").text

    assert 'route="/api/v1/tasks/<task:task_id>",status="404"' in figures
    assert "01hk3v8b6s9e4w2m7q5t0x1y2z" not in figures
    assert "onewindow_job_lag_seconds" in figures
    assert "onewindow_open_incidents" in figures


def test_a_request_id_goes_through_and_logs_hold_no_personal_data(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", "json")

    answer = api.post(
        "/session", body={"name": "planted-marker", "password": PASSWORD}, headers={"X-Request-Id": "trace-0001"}
    )
    api.get("/tasks?search=planted-marker", "clerk")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert answer.headers["X-Request-Id"] == "trace-0001"
    assert any(line.get("request_id") == "trace-0001" and line["event"] == "request" for line in lines)
    assert "planted-marker" not in json.dumps(lines)
