"""A register fails when it is told to, and keeps a ledger of the calls it received."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.registers.app import DEMO_KEY, create_app
from sandbox.registers.switch import Setting, Switch

PERSON = "/population/v1/persons/5FQ2K7M"


def test_failing_register_answers_503_so_many_times_and_then_recovers(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "fail", "count": 2})

    answers = [client.get(PERSON).status_code for _ in range(3)]

    assert answers == [503, 503, 200]


def test_failing_register_says_when_to_come_back(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "fail"})

    assert client.get(PERSON).headers["Retry-After"] == "2"


def test_other_registers_are_not_touched(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "driver", "mode": "fail"})

    assert client.get(PERSON).status_code == 200


def test_hanging_register_does_not_answer_in_time(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "hang"})

    assert client.get(PERSON).status_code == 503


def test_slow_register_answers_after_the_delay(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "slow", "delay_ms": 1})

    assert client.get(PERSON).status_code == 200


def test_garbage_is_no_json_under_a_good_status(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "garbage"})

    answer = client.get(PERSON)

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.get_json(silent=True) is None


def test_order_answered_with_garbage_was_done_and_its_repetition_shows_it(client: FlaskClient) -> None:
    order = {"pin": "5FQ2K7M", "categories": ["B"], "issued_on": "2026-11-02", "valid_until": "2036-11-02"}
    client.post("/_control", json={"register": "driver", "mode": "garbage", "count": 1})
    sent = {"json": order | {"kind": "renewal"}, "headers": {"Idempotency-Key": "k"}}
    client.post("/driver/v1/licences", **sent)

    again = client.post("/driver/v1/licences", **sent)

    assert again.headers["Idempotency-Replayed"] == "true"


def test_ledger_tells_the_calls_with_their_keys(client: FlaskClient) -> None:
    client.get(PERSON, headers={"X-Request-Id": "r1", "X-Issue": "AZ-2026-000123-7", "X-Purpose": "renewal"})
    client.get("/driver/v1/licences/5FQ2K7M")

    calls = client.get("/_control/calls?register=population").json["calls"]

    assert [(call["path"], call["status"], call["request_id"], call["issue"]) for call in calls] == [
        (PERSON, 200, "r1", "AZ-2026-000123-7")
    ]


def test_ledger_tells_failed_calls_too(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "fail"})
    client.get(PERSON)

    assert [call["status"] for call in client.get("/_control/calls").json["calls"]] == [503]


def test_reset_sets_all_to_ok_and_forgets_the_calls(client: FlaskClient) -> None:
    client.post("/_control", json={"register": "population", "mode": "fail"})
    client.get(PERSON)

    client.post("/_control/reset")

    assert client.get("/_control/calls").json["calls"] == []
    assert client.get("/_control").json["registers"]["population"]["mode"] == "ok"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"register": "tax", "mode": "ok"}, id="unknown register"),
        pytest.param({"register": "driver", "mode": "explode"}, id="unknown mode"),
        pytest.param({"register": "driver", "mode": ["ok"]}, id="mode of a wrong type"),
        pytest.param({"register": "driver", "mode": "fail", "count": 0}, id="count of nothing"),
        pytest.param({"register": "driver", "mode": "fail", "count": True}, id="count of a wrong type"),
        pytest.param({"register": "driver", "mode": "slow", "delay_ms": -1}, id="delay below zero"),
        pytest.param({"register": "driver", "mode": "ok", "colour": 1}, id="unknown field"),
    ],
)
def test_faulty_order_to_the_switch_is_422(client: FlaskClient, body: dict[str, Any]) -> None:
    assert client.post("/_control", json=body).status_code == 422


def test_switch_is_not_open_to_strangers(stranger: FlaskClient) -> None:
    assert stranger.post("/_control", json={"register": "driver", "mode": "fail"}).status_code == 401


def test_hanging_call_is_let_go_when_the_mode_changes() -> None:
    class ChangesAtOnce(Switch):
        def wait_for_change(self, seconds: float) -> None:
            self.set("population", Setting())
            super().wait_for_change(0)

    caller = create_app(date(2026, 11, 2), switch=ChangesAtOnce()).test_client()
    headers = {"X-Api-Key": DEMO_KEY}
    caller.post("/_control", json={"register": "population", "mode": "hang"}, headers=headers)

    assert caller.get(PERSON, headers=headers).status_code == 503
    assert caller.get(PERSON, headers=headers).status_code == 200


def test_program_says_when_its_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        ended = subprocess.run(
            [sys.executable, "-m", "sandbox.registers", "--port", port], capture_output=True, text=True, check=False
        )

    assert ended.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in ended.stderr


def test_program_starts_tells_its_address_and_stops_when_told() -> None:
    program = subprocess.Popen(
        [sys.executable, "-u", "-m", "sandbox.registers", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    with program:
        said = program.stdout.readline()
        program.terminate()

    assert said.startswith("Registers (simulated) at http://127.0.0.1:")
    assert program.returncode == 0
