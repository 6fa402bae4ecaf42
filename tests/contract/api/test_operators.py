"""What operators do about jobs: find them, see what partners were asked, try many again, call a partner again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.casework.partner import BreakerRules
from engine.connectors.exchange import AllowedHosts, Exchange
from engine.connectors.http import HttpConnector
from engine.connectors.registry import Registry
from engine.jobs.breakers import Breakers
from engine.jobs.hands import Hands
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner, a_partner
from tests.builders.an_api import Api, an_api


@pytest.fixture
def partner() -> Iterator[Partner]:
    """A partner that fails."""
    with a_partner() as listening:
        listening.answers(b'{"detail": "planted marker"}', status=503)
        yield listening


@pytest.fixture
def api(sqlite_url: str, partner: Partner) -> Iterator[Api]:
    """The API of an operator who listed the partner."""
    made = an_api(sqlite_url, ONEWINDOW_HTTP_HOSTS=partner.host)
    yield made
    made.composed.database.close()


def work_off(api: Api, partner: Partner, failures: int = 100) -> None:
    """What a worker would do now."""
    hosts = AllowedHosts(frozenset({partner.host}))
    registry = Registry([HttpConnector(Exchange(hosts), {}.get, hosts=hosts)])
    breakers = Breakers(api.runtime, BreakerRules(failures=failures))
    hands = Hands(runtime=api.runtime, registry=registry, owner="w", breakers=breakers)
    for share in hands.shares():
        for job in hands.take_shares([(share, 100)], timedelta(seconds=60)):
            hands.carry_out(job)


def failed(api: Api, partner: Partner, number: int = 3, process: str = "p", failures: int = 100) -> None:
    """So many instances whose only call failed for good."""
    headers = {"method": "POST", "url": f"{partner.url}/parcels/{{parcel}}", "bodyVariable": "parcel"}
    drawing = a_process(process).start().service_task("ask", "http", headers=headers, retries="1").end()
    api.deploy_files({f"{process}.bpmn": drawing.xml()})
    for _ in range(number):
        start = {"process_id": process, "variables": {"parcel": "planted-value"}}
        assert api.post("/instances", "operator", start).status_code == 201
    work_off(api, partner, failures)


def counted(api: Api, path: str) -> int:
    return len(api.get(path, "operator").json["items"])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 5),
        ("procedure=p", 3),
        ("type=http&state=failed", 5),
        ("type=register", 0),
        ("state=waiting", 0),
        ("error=503", 5),
        ("error=50%", 0),
        ("partner=http%20elsewhere", 0),
    ],
)
def test_operators_find_jobs(api: Api, partner: Partner, query: str, number: int) -> None:
    failed(api, partner, 3, "p")
    failed(api, partner, 2, "q")

    assert counted(api, f"/jobs?{query}") == number


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 5), ("procedure=q", 2), ("type=http", 5), ("error=partner-unavailable", 5), ("error=503", 5), ("type=x", 0)],
)
def test_operators_find_incidents(api: Api, partner: Partner, query: str, number: int) -> None:
    failed(api, partner, 3, "p")
    failed(api, partner, 2, "q")

    assert counted(api, f"/incidents?{query}") == number


def test_operators_find_what_one_partner_failed(api: Api, partner: Partner) -> None:
    failed(api, partner)

    assert counted(api, f"/incidents?partner=http%20{partner.host}") == 3
    assert counted(api, f"/jobs?partner=http%20{partner.host}&procedure=p") == 3


def test_all_that_failed_at_a_partner_is_tried_again_at_once(api: Api, partner: Partner) -> None:
    failed(api, partner)
    partner.answers(b"{}")

    answer = api.post("/incidents/retry", "operator", {"partner": f"http {partner.host}"})
    work_off(api, partner)

    assert answer.json == {"retried": 3, "passed_over": 0, "is_more": False}
    assert counted(api, "/incidents") == 0
    assert counted(api, "/jobs?state=done") == 3


def test_trying_many_again_is_bounded_and_goes_on_where_it_stopped(api: Api, partner: Partner) -> None:
    failed(api, partner)

    answers = [api.post("/incidents/retry", "operator", {"most": 2}).json for _ in range(3)]

    assert [(one["retried"], one["is_more"]) for one in answers] == [(2, True), (1, False), (0, False)]


def test_repeating_the_request_gives_the_first_answer_and_does_nothing(api: Api, partner: Partner) -> None:
    failed(api, partner)
    key = {"Idempotency-Key": "retry-after-outage-1"}

    first, second = (api.post("/incidents/retry", "operator", {"most": 2}, headers=key) for _ in range(2))

    assert first.json == second.json
    assert counted(api, "/incidents") == 1


def test_trying_many_again_stands_in_the_journal_without_what_was_looked_for(api: Api, partner: Partner) -> None:
    failed(api, partner)

    api.post("/incidents/retry", "operator", {"error": "503"})

    with api.composed.database.read() as connection:
        found = connection.exec_driver_sql("SELECT action, detail FROM journal_entry WHERE chain = 'operators'").all()
    assert [(row[0], json.loads(row[1])) for row in found] == [("incidents.retried", {"number": 3, "by": ["error"]})]


def test_an_unknown_filter_is_refused_rather_than_tried_with_all(api: Api, partner: Partner) -> None:
    failed(api, partner)

    assert api.post("/incidents/retry", "operator", {"prtner": "x"}).status_code == 422
    assert counted(api, "/incidents") == 3


def test_an_operator_sees_what_a_partner_was_asked_without_data_of_persons(api: Api, partner: Partner) -> None:
    failed(api, partner, 1)
    job = api.get("/jobs?state=failed", "operator").json["items"][0]

    answer = api.get(f"/jobs/{job['id']}/exchanges", "operator")

    (seen,) = answer.json["items"]
    assert (seen["method"], seen["status"], seen["attempt"]) == ("POST", 503, 1)
    assert seen["url"] == f"{partner.url}/parcels/..."
    assert seen["request_body"] == '"(text of 13)"'
    assert seen["request_headers"]["Idempotency-Key"] == job["id"]
    assert "planted" not in answer.text


def test_exchanges_are_removed_after_their_time(api: Api, partner: Partner) -> None:
    from engine.jobs.housekeeping import tidy_up

    failed(api, partner, 1)
    job = api.get("/jobs?state=failed", "operator").json["items"][0]
    api.clock.advance(timedelta(days=30_000))
    tidy_up(api.runtime)

    with api.composed.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM exchange").scalar() == 0
    assert job["state"] == "failed"


def test_an_operator_sees_partners_that_fail_and_has_them_called_again(api: Api, partner: Partner) -> None:
    failed(api, partner, 3, failures=3)

    (seen,) = api.get("/partners", "operator").json["items"]
    closed = api.post("/partners/close", "operator", {"partner": seen["name"]})

    assert (seen["name"], seen["state"], seen["failures"]) == (f"http {partner.host}", "open", 3)
    assert "503" in seen["last_error"]
    assert closed.status_code == 204
    assert counted(api, "/partners") == 0
    assert api.post("/partners/close", "operator", {"partner": seen["name"]}).status_code == 404


def test_figures_tell_which_partner_is_left_alone(api: Api, partner: Partner) -> None:
    failed(api, partner, 3, failures=3)

    assert f'onewindow_partner_open{{partner="http {partner.host}"}} 1.0' in api.client.get("/metrics").text
