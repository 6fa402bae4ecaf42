"""Errors over HTTP: every error class has a status, every answer is a problem document (RFC 9457)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

import api
import door
import engine
import forms
from api import problems
from door import statuses, telemetry
from engine.diagnostics import Diagnostic, ModelRefused
from engine.errors import Forbidden, Invalid, NotFound, NotSignedIn, OnewindowError, Place, Refused, Unavailable


def _every_error_class() -> list[type[OnewindowError]]:
    for package in (engine, forms, door, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return sorted(set(statuses.error_classes()), key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", _every_error_class(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_error_class_has_a_status_and_a_code_of_small_words(kind: type[OnewindowError]) -> None:
    status = statuses.status_of(kind)

    assert kind is OnewindowError or status != 500
    assert kind.code.replace("-", "").isalnum()
    assert kind.code == kind.code.lower()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(NotFound.of("task", "x"), 404, id="not found"),
        pytest.param(Forbidden("No."), 403, id="forbidden"),
        pytest.param(NotSignedIn("Who?"), 401, id="not signed in"),
        pytest.param(Refused("Taken."), 409, id="refused"),
        pytest.param(Invalid("Wrong.", places=[Place("/a", "Wrong.")]), 422, id="invalid"),
        pytest.param(Unavailable("Later.", retry_after_seconds=7), 503, id="unavailable"),
        pytest.param(statuses.PreconditionFailed("Changed."), 412, id="changed meanwhile"),
        pytest.param(ModelRefused([Diagnostic("rule", "Wrong.")]), 422, id="model refused"),
    ],
)
def test_each_kind_of_error_has_its_status(client: FlaskClient, fault: OnewindowError, status: int) -> None:
    client.application.config["FAULT"] = fault

    answer = client.get("/fails")

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["type"] == f"urn:onewindow:problem:{fault.code}"
    assert answer.json["detail"] == fault.message


def test_an_invalid_input_names_its_places(client: FlaskClient) -> None:
    client.application.config["FAULT"] = Invalid("Wrong.", places=[Place("/answers/pin", "Too short.", "length")])

    answer = client.get("/fails")

    assert answer.json is not None
    assert answer.json["places"] == [{"path": "/answers/pin", "message": "Too short.", "code": "length"}]


def test_unavailable_says_when_to_come_back(client: FlaskClient) -> None:
    client.application.config["FAULT"] = Unavailable("Later.", retry_after_seconds=7)

    assert client.get("/fails").headers["Retry-After"] == "7"


def test_an_unforeseen_error_tells_nothing_internal_but_the_request_id(client: FlaskClient) -> None:
    client.application.config["FAULT"] = RuntimeError("password=hunter2")

    answer = client.get("/fails", headers={"X-Request-Id": "abcd-1234"})

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json is not None
    assert answer.json["instance"] == "urn:onewindow:request:abcd-1234"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/fails", 405), ("POST", "/fails", 405)],
)
def test_errors_of_the_framework_are_problems_too(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["remedy"]


@pytest.mark.parametrize("sent", ["short", "has blank inside", "a" * 65, 'x"}{\n'[:3] + '"' * 8])
def test_a_request_id_that_is_not_sane_is_replaced(client: FlaskClient, sent: str) -> None:
    answer = client.get("/nowhere", headers={"X-Request-Id": sent})

    assert answer.headers["X-Request-Id"] != sent


def test_security_headers_stand_on_every_answer(client: FlaskClient) -> None:
    headers = client.get("/nowhere").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    app = Flask("problems")
    problems.register(app)
    telemetry.observe(app, telemetry.Metrics(lambda: ()))
    telemetry.harden(app)

    @app.get("/fails")
    def fails() -> str:
        raise app.config["FAULT"]

    with app.test_client() as client:
        yield client
