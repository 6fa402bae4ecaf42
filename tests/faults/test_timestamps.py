"""Fault matrix, row 37: no time-stamps. Decisions wait as jobs, nothing is issued, and after the limit it is said."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from engine.jobs.hands import Hands
from onewindow import logs
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import a_passport
from tests.builders.a_seal import a_seal
from tests.builders.a_time_stamper import TimestampsAt, a_time_stamper
from tests.builders.an_api import Api, an_api

pytestmark = pytest.mark.usefixtures("pdf_libraries")

ATTEMPTS = 4
FIRST = 2
"""Time-stamps asked for by a process's first signature: one to know how much room it takes, one to keep."""
TEMPLATE = b'{% extends "layout.html" %}{% block title %}Decision{% endblock %}'
DECISION = '={outcome: "granted", reasons: [{text: "In order."}]}'


@pytest.fixture
def service() -> Iterator[TimestampsAt]:
    """The simulated time-stamp service."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logs.configure("error", "console")
    with a_time_stamper() as listening:
        yield listening


@pytest.fixture
def city(database_url: str, tmp_path: Path, service: TimestampsAt) -> Iterator[Api]:
    """A city that issues a decision with a time-stamp, and tries four times, a minute apart."""
    said = {"ONEWINDOW_FILES": str(tmp_path / "files"), "ONEWINDOW_TIMESTAMP_URL": service.url}
    api = an_api(database_url, **said, **a_seal(tmp_path))
    headers = {"template": "decision", "resultVariable": "issued", "retryBackoff": "PT1M"}
    drawing = a_process("permit").start()
    issue = {"headers": headers, "inputs": {"decision": DECISION}, "retries": str(ATTEMPTS)}
    process = drawing.service_task("issue", "document", **issue).user_task("hand-over", queue="city:clerk")
    files = {"permit.bpmn": process.end(properties={"outcome": "granted"}).xml()}
    api.deploy_files({**files, "service.yaml": a_passport(), "decision.html": TEMPLATE})
    yield api
    api.composed.database.close()


def apply(city: Api) -> str:
    applied = city.post("/applications", "citizen", {"service": "permit", "answers": {}})
    assert applied.status_code == 201, applied.text
    return str(applied.json["id"])


def attempt(city: Api) -> None:
    """What a worker does when the next attempt is due."""
    hands = Hands(runtime=city.runtime, registry=city.composed.registry, owner="worker-1")
    while jobs := hands.take(10, timedelta(minutes=1)):
        for job in jobs:
            hands.carry_out(job)
    city.clock.advance(timedelta(minutes=2))


def documents(city: Api, application: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.get(f"/applications/{application}", "citizen").json["documents"]
    return found


def incidents(city: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.get("/incidents", "operator").json["items"]
    return found


def waiting(city: Api) -> str:
    """Why the only job that waits was not done."""
    (job,) = city.get("/jobs?state=waiting&type=document", "operator").json["items"]
    return str(job["last_error"])


def time_stamps(city: Api, document: str) -> int:
    """How many time-stamps the signature of a document carries."""
    with city.get(f"/documents/{document}/content", "citizen") as read:
        (signature,) = PdfFileReader(io.BytesIO(read.data)).embedded_signatures
    unsigned = signature.signer_info["unsigned_attrs"].native or []
    return sum(one["type"] == "signature_time_stamp_token" for one in unsigned)


def test_a_decision_carries_a_time_stamp(city: Api, service: TimestampsAt) -> None:
    application = apply(city)
    attempt(city)
    (document,) = documents(city, application)
    assert time_stamps(city, document["id"]) == 1
    assert service.told()["given"] == FIRST
    apply(city)
    attempt(city)
    assert service.told()["given"] == FIRST + 1


@pytest.mark.parametrize("mode", ["fail", "refuse", "garbage"])
def test_a_decision_waits_as_a_job_until_the_service_is_back(city: Api, service: TimestampsAt, mode: str) -> None:
    service.switch(mode, 2)
    application = apply(city)
    for _ in range(2):
        attempt(city)
        assert documents(city, application) == []
        assert incidents(city) == []
        assert "gives no time-stamp" in waiting(city)
    attempt(city)
    (document,) = documents(city, application)
    assert time_stamps(city, document["id"]) == 1
    assert document["number"].startswith("city-2026-000001-")
    assert service.told()["asked"] == 2 + FIRST


def test_after_the_limit_nothing_is_issued_and_an_operator_is_told(city: Api, service: TimestampsAt) -> None:
    service.switch("fail")
    application = apply(city)
    for _ in range(ATTEMPTS + 2):
        attempt(city)
    assert service.told()["asked"] == ATTEMPTS
    assert documents(city, application) == []
    (incident,) = incidents(city)
    assert incident["code"] == "partner-unavailable"
    assert "The time-stamp service gives no time-stamp; nothing is issued without one." in incident["message"]

    service.switch("ok")
    assert city.post(f"/incidents/{incident['id']}/retry", "operator").status_code in (200, 204)
    attempt(city)
    (document,) = documents(city, application)
    assert time_stamps(city, document["id"]) == 1
    assert document["number"].startswith("city-2026-000001-")
    assert incidents(city) == []
