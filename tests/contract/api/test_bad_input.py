"""Bad input gets a clear answer and changes nothing: bodies, addresses, headers, files, and a database that is gone."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from api.app import create_app
from engine.store.database import Database
from onewindow.compose import api_services
from onewindow.settings import Settings
from tests.builders.a_master_key import MASTER_KEY_SET, MASTER_KEYS
from tests.builders.a_model import a_process
from tests.builders.a_permit import a_permit
from tests.builders.an_api import Api

JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        pytest.param(b"", JSON, 400, "malformed-json", id="nothing"),
        pytest.param(b"{", JSON, 400, "malformed-json", id="cut off"),
        pytest.param(b"not json", JSON, 400, "malformed-json", id="no JSON"),
        pytest.param(b'{"process_id": "a", "process_id": "b"}', JSON, 400, "malformed-json", id="name twice"),
        pytest.param(b'{"variables": {"a": NaN}}', JSON, 400, "malformed-json", id="NaN"),
        pytest.param(b'{"variables": {"a": 1E+1000000}}', JSON, 400, "malformed-json", id="huge exponent"),
        pytest.param(b'{"variables": {"a": "\\ud800"}}', JSON, 400, "malformed-json", id="lone surrogate"),
        pytest.param(b'{"variables": {"a": "\\u0000"}}', JSON, 400, "malformed-json", id="NUL"),
        pytest.param('{"process_id": "a"}'.encode("utf-16"), JSON, 400, "malformed-json", id="UTF-16"),
        pytest.param(b"[" * 100_000, JSON, 400, "malformed-json", id="100,000 deep"),
        pytest.param(b'{"a":' * 3_000 + b"1" + b"}" * 3_000, JSON, 400, "malformed-json", id="3,000 deep"),
        pytest.param(b'"' + b"x" * 1_100_000 + b'"', JSON, 413, "body-too-large", id="too large"),
        pytest.param(b"{}", "text/plain", 415, "unsupported-media-type", id="text"),
        pytest.param(b"{}", "application/xml", 415, "unsupported-media-type", id="XML"),
        pytest.param(b"{}", "application/json; charset=latin-1", 415, "unsupported-media-type", id="other charset"),
        pytest.param(b"[]", JSON, 422, "wrong-input", id="array for an object"),
        pytest.param(b"null", JSON, 422, "wrong-input", id="null for an object"),
        pytest.param(b"{}", JSON, 422, "wrong-input", id="name missing"),
        pytest.param(b'{"process_id": "a", "more": 1}', JSON, 422, "wrong-input", id="unknown name"),
        pytest.param(b'{"process_id": 5}', JSON, 422, "wrong-input", id="number for a text"),
        pytest.param(b'{"process_id": "a", "version": 1.0}', JSON, 422, "wrong-input", id="fraction for a number"),
        pytest.param(b'{"process_id": "a", "variables": []}', JSON, 422, "wrong-input", id="array for variables"),
        pytest.param(b'{"process_id": "../etc"}', JSON, 422, "wrong-input", id="path for an identifier"),
        pytest.param(b'{"process_id": "none"}', JSON, 404, "not-found", id="unknown process"),
    ],
)
def test_a_bad_body_is_told_and_starts_nothing(api: Api, body: bytes, kind: str, status: int, code: str) -> None:
    answer = api.ask("POST", "/instances", "operator", data=body, content_type=kind)

    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"urn:onewindow:problem:{code}"
    assert answer.json["remedy"]
    assert api.get("/instances", "operator").json["items"] == []


@pytest.mark.parametrize(
    "name", ["__builtins__", "case", "a b", "1a", "a\x00", "‮a", "x" * 101], ids=lambda name: repr(name)[:20]
)
def test_a_variable_named_like_an_internal_is_refused(api: Api, name: str) -> None:
    api.deploy_files(a_permit())

    answer = api.post("/instances", "analyst", {"process_id": "permit", "variables": {name: 1}})

    assert answer.status_code in (400, 422), answer.text
    assert api.get("/instances", "operator").json["items"] == []


def test_text_of_all_scripts_comes_back_as_it_came(api: Api) -> None:
    api.deploy_files(a_permit())
    text = "Əliağa 😀𝔸 עברית ‏ line\nbreak\ttab"

    started = api.post("/instances", "analyst", {"process_id": "permit", "variables": {"text": text}})
    shown = api.get(f"/instances/{started.json['id']}/variables", "operator")

    assert shown.json["variables"] == {"text": text}


@pytest.mark.parametrize("value", [1, -1, 0.1, 12345678901234567, 1e-7, "9" * 30], ids=lambda value: str(value)[:20])
def test_numbers_come_back_without_loss(api: Api, value: Any) -> None:
    api.deploy_files(a_permit())

    started = api.post("/instances", "analyst", {"process_id": "permit", "variables": {"n": value}})

    shown = api.get(f"/instances/{started.json['id']}/variables", "operator").json["variables"]["n"]
    assert str(shown) == str(value)


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/x",
        "/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z-",
        "/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z-9999999999999999999",
        "/tasks/01hk3v8b6s9e4w2m7q5t0x1y2z-1",
        "/tasks/%00",
        "/tasks/..%2f..%2fetc%2fpasswd",
        "/services/unknown",
        "/services/%F0%9F%98%80",
        "/services/unknown/form",
        "/forms/unknown",
    ],
)
def test_an_unknown_address_is_404(api: Api, path: str) -> None:
    assert api.get(path, "clerk").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.bpmn", b"not xml", id="not XML"),
        pytest.param("a.bpmn", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', id="DTD with entities"),
        pytest.param("a.bpmn", b'<definitions xmlns="http://schema.omg.org/spec/BPMN/1.0"/>', id="other version"),
        pytest.param("a.form", b"{", id="form that is no JSON"),
        pytest.param("a.dmn", b"<a/>", id="decision that is none"),
        pytest.param("service.yaml", b"a: [", id="passport that is no YAML"),
        pytest.param(
            "a.bpmn", a_process("p").start().service_task("s", connector="nowhere").end().xml(), id="connector"
        ),
        pytest.param("a.bpmn", a_process("p").start().user_task("t", queue="a:b", form="none").end().xml(), id="form"),
    ],
)
def test_a_bad_model_is_refused_with_diagnostics_and_deploys_nothing(api: Api, name: str, content: bytes) -> None:
    good = a_permit()

    answer = _deploy(api, {**good, name: content})

    assert answer.status_code == 422, answer.text
    assert answer.json["diagnostics"]
    assert api.get("/process-definitions", "analyst").json["items"] == []


def test_files_deployed_again_make_no_new_version(api: Api) -> None:
    first = _deploy(api, a_permit())
    again = _deploy(api, a_permit())

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json["id"] is None
    assert not any(one["is_new"] for one in again.json["definitions"])


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        pytest.param([], 415, id="nothing at all"),
        pytest.param([("other", "a.bpmn")], 422, id="part of another name"),
        pytest.param([("files", "a.bpmn"), ("files", "a.bpmn")], 422, id="one name twice"),
        pytest.param([("files", "x/../a.bpmn"), ("files", "a.bpmn")], 422, id="one name twice by folders"),
    ],
)
def test_a_bundle_that_is_none_is_told(api: Api, parts: list[tuple[str, str]], status: int) -> None:
    data = [(part, (io.BytesIO(b"<a/>"), name)) for part, name in parts]

    answer = api.ask("POST", "/deployments", "analyst", data=_multi(data), content_type=_kind(data))

    assert answer.status_code == status, answer.text


def test_a_database_that_is_locked_is_503_with_retry_after_and_nothing_is_lost(api: Api, sqlite_url: str) -> None:
    api.deploy_files(a_permit())
    task = api.post("/instances", "analyst", {"process_id": "permit"}).json["open_tasks"][0]["id"]
    impatient = an_api_with_short_patience(api)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        locked = impatient.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True}})

        other.execute("ROLLBACK")
    assert locked.status_code == 503
    assert int(locked.headers["Retry-After"]) > 0
    assert impatient.post(f"/tasks/{task}/complete", "clerk", {"answers": {"complete": True}}).status_code == 200


def test_a_database_that_is_gone_is_503_and_not_ready_but_alive(api: Api, sqlite_url: str) -> None:
    api.composed.database.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    for file in path.parent.glob("onewindow.db*"):
        file.unlink()
    path.mkdir()

    answer = api.get("/tasks", "clerk")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert api.client.get("/health/ready").status_code == 503
    assert api.client.get("/health/live").status_code == 200


def an_api_with_short_patience(api: Api) -> Api:
    """The same API over a database that waits 50 ms for a lock."""
    settings = Settings.load({"ONEWINDOW_DATABASE_URL": api.composed.database.url, **MASTER_KEY_SET})
    database = Database(settings.database_url, keys=MASTER_KEYS, busy_timeout_ms=50)
    composed = replace(api.composed, database=database, runtime=replace(api.runtime, database=database))
    app = create_app(api_services(settings, composed))
    return Api(app, composed, api.clock, app.test_client(), api.tokens, api.keys)


def _deploy(api: Api, files: dict[str, bytes]) -> Any:
    data = [("files", (io.BytesIO(content), name)) for name, content in files.items()]
    return api.ask("POST", "/deployments", "analyst", data=_multi(data), content_type=_kind(data))


def _multi(data: list[tuple[str, Any]]) -> Any:
    return MultiDict(data)


def _kind(data: list[tuple[str, Any]]) -> str | None:
    return "multipart/form-data" if data else None
