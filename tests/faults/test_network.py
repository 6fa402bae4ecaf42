"""Fault matrix, rows 10, 11 and 21: the network between us and the database, and between us and a partner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url

from engine.casework.job import JobState
from engine.store.database import Database
from tests.builders.a_ledger import a_connector_to, an_order, effects
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner
from tests.builders.a_proxy import Proxy, a_proxy
from tests.builders.a_runtime import Running, a_runtime
from tests.builders.an_api import Api, an_api
from tests.builders.databases import ON_POSTGRESQL
from tests.faults import invariants

COMPLETE = {"answers": {}}


@contextmanager
def behind_a_proxy(database_url: str) -> Iterator[tuple[Api, Proxy]]:
    """An API whose database is reached through a proxy."""
    url = make_url(database_url)
    folder = url.query.get("host")
    server = (url.host or "127.0.0.1", url.port or 5432) if folder is None else Path(str(folder)) / ".s.PGSQL.5432"
    with a_proxy(server) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port, query={"sslmode": "disable", "gssencmode": "disable"})
        api = an_api(through.render_as_string(hide_password=False), datetime.now(UTC))
        api.deploy_files({"p.bpmn": a_process("p").start().user_task("check", queue="city:clerk").end().xml()})
        yield api, proxy
        with closing(Database(database_url, keys=MASTER_KEYS)) as straight:
            invariants.hold(replace(api.runtime, database=straight))
        api.runtime.database.close()


def a_task(api: Api) -> str:
    """The key of the only task of a new instance."""
    begun = api.post("/instances", "operator", {"process_id": "p"}, headers={"Idempotency-Key": "begin-1234"}).json
    return str(api.get(f"/instances/{begun['id']}", "operator").json["open_tasks"][0]["id"])


def carry_out_what_is_due(running: Running) -> None:
    """One turn of a worker."""
    for job in running.hands.take(10, timedelta(seconds=60)):
        running.hands.carry_out(job)


@ON_POSTGRESQL
def test_connections_that_were_cut_are_replaced_at_the_next_request(database_url: str) -> None:
    with behind_a_proxy(database_url) as (api, proxy):
        task = a_task(api)
        proxy.cut()

        answers = [api.get(f"/tasks/{task}", "clerk").status_code for _ in range(3)]

        assert answers[-1] == 200
        assert set(answers) <= {200, 503}


@ON_POSTGRESQL
def test_database_that_comes_back_is_used_again_and_what_was_asked_meanwhile_is_503(database_url: str) -> None:
    with behind_a_proxy(database_url) as (api, proxy):
        task = a_task(api)
        proxy.refuses = True
        proxy.cut()

        meanwhile = api.post(f"/tasks/{task}/complete", "clerk", COMPLETE, headers={"Idempotency-Key": "complete-1"})
        proxy.refuses = False
        after = api.post(f"/tasks/{task}/complete", "clerk", COMPLETE, headers={"Idempotency-Key": "complete-1"})

        assert (meanwhile.status_code, after.status_code) == (503, 200), after.text
        assert int(meanwhile.headers["Retry-After"]) > 0
        assert api.get("/instances", "operator").json["items"][0]["state"] == "completed"


@ON_POSTGRESQL
def test_commit_whose_answer_is_lost_is_told_truly_when_the_request_is_repeated(database_url: str) -> None:
    with behind_a_proxy(database_url) as (api, proxy):
        # given a commit that arrives at the database, and whose answer never comes back
        task = a_task(api)
        assert api.get("/me", "clerk").status_code == 200  # its token's use is noted, in a commit of its own
        proxy.swallow_after = b"COMMIT"
        key = {"Idempotency-Key": "complete-1"}

        unsure = api.post(f"/tasks/{task}/complete", "clerk", COMPLETE, headers=key)
        assert proxy.swallowed.is_set()
        repeated = api.post(f"/tasks/{task}/complete", "clerk", COMPLETE, headers=key)
        by_others = api.post(f"/tasks/{task}/complete", "clerk", COMPLETE, headers={"Idempotency-Key": "complete-2"})

        # then the client is told that it is not known, the repeat tells what happened, and it happened once
        assert unsure.status_code == 503
        assert (repeated.status_code, by_others.status_code) == (200, 409), repeated.text
        running = Running(api.runtime, None)  # type: ignore[arg-type]
        assert running.count("journal_entry", "action = 'task.completed'") == 1


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param({"most_bytes": 40}, id="half an answer"),
        pytest.param({"garbage": b"\x00\xff\x13 no HTTP at all\r\n\r\n"}, id="garbage"),
        pytest.param({"refuses": True}, id="reset"),
    ],
)
def test_partner_behind_a_bad_line_is_asked_again_under_the_same_key(
    database_url: str, partner: Partner, trouble: dict[str, object]
) -> None:
    partner.answers(b'{"number": 7}')
    with a_proxy(("127.0.0.1", partner.port)) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        running = a_runtime(database_url, connectors=[a_connector_to(address)])
        running.deploy(an_order(SimpleNamespace(url=address)))
        instance = running.start("order")
        for name, value in trouble.items():
            setattr(proxy, name, value)

        carry_out_what_is_due(running)
        proxy.most_bytes, proxy.garbage, proxy.refuses = None, None, False
        running.clock.advance(timedelta(hours=1))
        running.work_off()

        (job,) = running.jobs(instance)
        assert (job.state, job.attempts) == (JobState.done, 2)
        assert len(effects(partner)) == 1
        invariants.hold(running, ledgers={f"http 127.0.0.1:{proxy.port}": effects(partner)})
        running.close()
