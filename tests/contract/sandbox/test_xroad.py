"""The simulated security server keeps the protocol of X-Road for REST (PR-REST, PR-MREST), over sockets."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.xroad.app import create_app
from tests.builders.a_road import Road, a_road

PERSONS = "/r1/AZ/GOV/00000002/population/persons"
OURS = {"X-Road-Client": "AZ/GOV/00000001/onewindow"}


@pytest.fixture(scope="module")
def listening() -> Iterator[Road]:
    """It, started once."""
    with a_road() as road:
        yield road


@pytest.fixture
def road(listening: Road) -> Iterator[Road]:
    """As new for each test."""
    yield listening
    listening.reset()


def asked(
    road: Road, address: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes | None = None
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON; the address goes out as it is written."""
    connection = http.client.HTTPConnection(road.host)
    connection.request(method, address, body, {**OURS, **(headers or {})})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(content)


def test_a_request_is_passed_on_and_the_answer_is_sealed(road: Road) -> None:
    sent = {"X-Road-Id": "our-id", "X-Road-Issue": "AZ-1", "X-Road-UserId": "AZ5FQ2K7M", "X-Purpose": "renewal"}

    status, headers, body = asked(road, f"{PERSONS}/persons/5FQ2K7M", sent)

    assert (status, body["family_name"]) == (200, "Əliyev")
    assert headers["x-road-id"] == "our-id"
    assert headers["x-road-client"] == "AZ/GOV/00000001/onewindow"
    assert headers["x-road-service"] == "AZ/GOV/00000002/population/persons"
    assert len(headers["x-road-request-id"]) == 36
    assert len(headers["x-road-request-hash"]) == 88
    assert "x-road-error" not in headers
    (message,) = road.messages()
    assert (message["user"], message["issue"], message["status"]) == ("AZ5FQ2K7M", "AZ-1", 200)
    (call,) = road.calls()
    assert (call["purpose"], call["issue"], call["request_id"]) == ("renewal", "AZ-1", "our-id")


def test_the_hash_tells_two_requests_apart(road: Road) -> None:
    hashes = {asked(road, f"{PERSONS}/persons/{pin}")[1]["x-road-request-hash"] for pin in ("5FQ2K7M", "3HT9W1P")}
    assert len(hashes) == 2


def test_an_error_of_the_provider_is_passed_as_it_is(road: Road) -> None:
    status, headers, body = asked(road, f"{PERSONS}/persons/0000000")
    assert (status, body["code"]) == (404, "no-record")
    assert "x-road-error" not in headers
    assert "x-road-id" in headers


@pytest.mark.parametrize(
    ("address", "headers", "status", "type"),
    [
        pytest.param(PERSONS, {"X-Road-Client": ""}, 400, "Client.BadRequest", id="no client"),
        pytest.param(PERSONS, {"X-Road-Client": "AZ"}, 400, "Client.BadRequest", id="no identifier"),
        pytest.param(
            PERSONS, {"X-Road-Client": "AZ/GOV/1/x"}, 500, "Server.ClientProxy.UnknownMember", id="unknown client"
        ),
        pytest.param(
            PERSONS,
            {"X-Road-Client": "AZ/GOV/00000009/stranger"},
            500,
            "Server.ServerProxy.AccessDenied",
            id="no right",
        ),
        pytest.param(
            "/r1/AZ/GOV/00000002/population/nothing", {}, 500, "Server.ServerProxy.UnknownService", id="unknown service"
        ),
        pytest.param("/r1/AZ/GOV/7/x/y", {}, 500, "Server.ClientProxy.UnknownMember", id="unknown provider"),
        pytest.param(
            "/r1/AZ/GOV/00000005/foreign/archive", {}, 500, "Server.ServerProxy.ServiceDisabled", id="switched off"
        ),
        pytest.param("/r1/AZ/GOV/00000002/population", {}, 400, "Client.BadRequest", id="too few parts"),
        pytest.param(
            "/r1/AZ%2FGOV%2F00000002%2Fpopulation%2Fpersons", {}, 400, "Client.BadRequest", id="encoded slash"
        ),
        pytest.param(f"{PERSONS}/../../x", {}, 400, "Client.BadRequest", id="dots"),
        pytest.param(f"{PERSONS}/%2e%2E/x", {}, 400, "Client.BadRequest", id="encoded dots"),
        pytest.param("/r1/AZ//00000002/population/persons", {}, 400, "Client.BadRequest", id="empty part"),
        pytest.param("/r1/AZ/GOV/%ff/population/persons", {}, 400, "Client.BadRequest", id="no UTF-8"),
        pytest.param(f"{PERSONS}/{'x' * 2000}", {}, 400, "Client.BadRequest", id="too long"),
        pytest.param("/r2/AZ", {}, 400, "Client.BadRequest", id="another protocol"),
    ],
)
def test_its_own_errors_say_so_in_header_and_body(
    road: Road, address: str, headers: dict[str, str], status: int, type: str
) -> None:
    got, told, body = asked(road, address, headers)
    assert (got, told["x-road-error"], body["type"]) == (status, type, type)
    assert body["message"]
    assert body["detail"]
    assert road.calls() == []


def test_a_provider_that_nobody_reaches_is_an_error_of_x_road(road: Road) -> None:
    road.tell("fail", error="Server.ServerProxy.ServiceFailed.HttpError")
    assert asked(road, f"{PERSONS}/persons/5FQ2K7M")[1]["x-road-error"] == "Server.ServerProxy.ServiceFailed.HttpError"
    assert asked(road, f"{PERSONS}/persons/5FQ2K7M")[0] == 200


def test_a_register_that_hangs_is_given_up(road: Road) -> None:
    said = json.dumps({"register": "population", "mode": "hang", "count": 1}).encode()
    key = {"X-Api-Key": "sandbox-demo-key", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(road.registers.removeprefix("http://"))
    connection.request("POST", "/_control", said, key)
    assert connection.getresponse().status == 200
    connection.close()

    status, headers, _ = asked(road, f"{PERSONS}/persons/5FQ2K7M")

    assert (status, headers["x-road-error"]) == (500, "Server.ServerProxy.ServiceFailed.HttpError")


def test_registers_that_do_not_run_are_an_error_of_the_network() -> None:
    app = create_app("http://127.0.0.1:1")
    answer = app.test_client().get(f"{PERSONS}/persons/5FQ2K7M", headers=OURS)
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, "Server.ServerProxy.NetworkError")


def test_it_tells_who_takes_part_and_what_they_offer(road: Road) -> None:
    _, _, clients = asked(road, "/listClients")
    _, _, methods = asked(road, "/r1/AZ/GOV/00000003/driver/listMethods")
    _, _, allowed = asked(
        road, "/r1/AZ/GOV/00000003/driver/allowedMethods", {"X-Road-Client": "AZ/GOV/00000009/stranger"}
    )
    _, _, document = asked(road, "/r1/AZ/GOV/00000003/driver/getOpenAPI?serviceCode=licences")

    assert "onewindow" in {one["id"]["subsystem_code"] for one in clients["member"]}
    assert methods["service"][0]["service_code"] == "licences"
    assert {"method": "GET", "path": "/licences/*"} in methods["service"][0]["endpoint_list"]
    assert allowed == {"service": []}
    assert document["info"]["title"] == "Driver register (simulated)"


@pytest.mark.parametrize(
    "said",
    [{"mode": "explode"}, {"mode": "fail", "error": "no type"}, {"mode": "ok", "count": 0}, {"mode": "ok", "x": 1}],
    ids=["mode", "error", "count", "unknown field"],
)
def test_a_wrong_setting_is_refused(road: Road, said: dict[str, Any]) -> None:
    key = {"X-Api-Key": "sandbox-demo-key", "Content-Type": "application/json"}
    assert asked(road, "/_control", key, "POST", json.dumps(said).encode())[0] == 400


def test_it_runs_as_a_program_of_its_own() -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "sandbox.xroad", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert "Security server (simulated) at http://127.0.0.1:" in told
    assert process.returncode == 0
