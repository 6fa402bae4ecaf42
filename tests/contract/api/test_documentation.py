"""The OpenAPI document and its page; health, figures and logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
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


def test_every_operation_is_described_and_names_its_problems(api: Api) -> None:
    document = api.get("/openapi.json").json
    operations = [
        operation for item in document["paths"].values() for name, operation in item.items() if name != "parameters"
    ]

    assert all(one["summary"] and one["description"] and one["operationId"] for one in operations)
    assert all("default" in one["responses"] for one in operations)
    assert len({one["operationId"] for one in operations}) == len(operations)


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each JSON body of a request, and of an answer that succeeds, with a name for it."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            answers = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
            for what, holder in {"request": operation.get("requestBody", {}), **answers}.items():
                content = holder.get("content", {}).get("application/json")
                if content is not None:
                    yield f"{method.upper()} {path} {what}", content


def test_every_body_has_an_example_that_its_schema_takes(api: Api) -> None:
    document = api.get("/openapi.json").json
    found = dict(bodies(document))

    wrong = {
        name: [f"{list(fault.absolute_path)}: {fault.message}" for fault in faults]
        for name, content in found.items()
        if (
            faults := list(
                Draft202012Validator(
                    {**content["schema"], "components": document["components"]}, format_checker=FormatChecker()
                ).iter_errors(content.get("example"))
            )
        )
    }

    assert len(found) > 120
    assert wrong == {}


def test_every_example_was_written_for_its_schema(api: Api) -> None:
    """Not a row of stand-ins: an example stands at the body, at its schema, or at a field of it."""
    plain = api.get("/openapi.json").json
    schemas = plain["components"]["schemas"]

    def is_written(schema: dict[str, Any], depth: int = 0) -> bool:
        named = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
        whole = {**named, **schema}
        inner = [*whole.get("properties", {}).values(), *([whole["items"]] if "items" in whole else [])]
        is_empty = whole.get("type") == "object" and whole.get("properties") == {}
        return is_empty or "example" in whole or (depth < 6 and any(is_written(one, depth + 1) for one in inner))

    assert [name for name, content in bodies(plain) if not is_written(content["schema"])] == []


def test_an_example_of_a_request_is_taken_by_the_door_of_its_operation(api: Api) -> None:
    """Where all that is wanted is a body: the example is no wrong input, whatever else is missing."""
    document = api.get("/openapi.json").json
    told = {}
    for name, content in bodies(document):
        method, path, what = name.split()
        if what != "request" or method != "POST" or "{" in path or "callback" in path or path.endswith("/session"):
            continue
        for who in api.tokens:
            answer = api.ask(method, path.removeprefix("/api/v1"), who, json=content["example"])
            if answer.status_code != 403:
                told[name] = str((answer.json or {}).get("type"))

    assert len(told) > 8
    assert {name: code for name, code in told.items() if code.endswith(":wrong-input")} == {}


BOUNDED_BY_NATURE = {
    "/api/v1/applications/{case_id}/notices": "500 of a case",
    "/api/v1/applications/{case_id}/reasons": "50 decisions of a case",
    "/api/v1/payments/revenue": "a line an agency and currency",
    "/api/v1/me/accesses/groups": "agencies, own cases, days of the newest 10,000 looks",
    "/api/v1/me/exports": "one under way at a time, kept for seven days; 100 at most",
    "/api/v1/events": "the types that this version has",
    "/api/v1/applications/{case_id}/evidence": "the proofs that the service names",
    "/api/v1/services/{key}/prefill/{prefill_id}": "the registers that the form names",
    "/api/v1/consents": "a line a proof that wants consent",
    "/api/v1/connectors/templates": "a connector each, and each operation of listed partners",
    "/api/v1/agencies": "what operators entered",
    "/api/v1/agencies/{agency}/members": "what the agency's administrator entered",
    "/api/v1/agencies/{agency}/absences": "those that are not over",
    "/api/v1/agencies/{agency}/deputies": "those that are not over",
    "/api/v1/mandates": "1,000 of an account",
    "/api/v1/me/tokens": "50 of an account",
    "/api/v1/accounts/{account_id}/tokens": "50 of an account",
    "/api/v1/me/second-factors": "10 of an account",
    "/api/v1/session/providers": "50 in the operator's file",
    "/api/v1/seals": "takes limit, and `before` with a seal's number, which everybody can reckon",
}
"""Lists without a cursor, and what bounds them."""


def test_every_list_is_given_in_pages(api: Api) -> None:
    document = api.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    lists, in_pages = set(), set()
    for path, item in document["paths"].items():
        operation = item.get("get", {})
        content = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        named = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if named.get("type") == "array" or "items" in named.get("properties", {}):
            lists.add(path)
            if {"limit", "cursor"} <= {one.get("name") for one in operation.get("parameters", [])}:
                in_pages.add(path)
                assert "next" in named["properties"], path

    assert len(in_pages) > 15
    assert lists - in_pages == set(BOUNDED_BY_NATURE)


def test_no_list_takes_more_than_a_page_or_a_cursor_that_is_none(api: Api) -> None:
    document = api.get("/openapi.json").json
    key, told = "0" * 26, {}
    for path, item in document["paths"].items():
        parameters = {one.get("name"): one for one in item.get("get", {}).get("parameters", [])}
        if not {"limit", "cursor"} <= set(parameters):
            continue
        needed = {name: "x" for name, one in parameters.items() if one.get("required") and one["in"] == "query"}
        for query in ({"limit": "101"}, {"limit": "0"}, {"cursor": "no cursor"}):
            at = re.sub(r"\{[^}]*\}", key, path.removeprefix("/api/v1"))
            answers = [api.get(at, who, query_string={**needed, **query}).status_code for who in api.tokens]
            told[f"{path} {query}"] = {status for status in answers if status != 403}

    assert len(told) > 45
    assert {name: found for name, found in told.items() if found != {422}} == {}


def test_every_post_but_sign_in_try_outs_and_callbacks_honours_the_idempotency_key(api: Api) -> None:
    document = api.get("/openapi.json").json

    without = {
        path
        for path, item in document["paths"].items()
        if "post" in item and "Idempotency-Key" not in [one.get("name") for one in item["post"].get("parameters", [])]
    }

    with_secrets = {
        path
        for path in without
        if path.startswith(("/api/v1/session/", "/api/v1/me/", "/api/v1/accounts/")) and not path.endswith("/logout")
    }
    assert len(with_secrets) == 11, "an answer with a secret is never kept to be given again"
    assert without - with_secrets == {
        "/api/v1/session",
        "/api/v1/decisions/{decision_id}/evaluate",
        "/api/v1/decisions/{decision_id}/explain",
        # each call gives another token
        "/api/v1/token",
        # partners repeat their news as often as they like
        "/api/v1/session/oidc/{provider}/logout",
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


def test_who_tries_the_doors_stands_in_the_stream_of_security_events(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("info", "json")

    api.get("/jobs", "citizen")
    api.get("/tasks")
    api.client.post("/api/v1/applications", data=b'{"service": 1, "service": 2}', content_type="application/json")
    api.ask("POST", "/applications", "citizen", data=b'{"a": 1, "a": 2}', content_type="application/json")
    api.get("/applications/AZ-2026-000001-0", "citizen")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [(one["status"], one["code"], one["account"]) for one in lines if one["logger"] == "security"]
    citizen = api.keys["citizen"]
    assert told == [
        (403, "role-missing", citizen),
        (401, "not-signed-in", None),
        (401, "not-signed-in", None),
        (400, "malformed-json", citizen),
    ]
