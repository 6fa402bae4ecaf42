"""Duties follow what an identity provider says: what it gave is taken back when it is silent, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from door.sign_in import Came
from engine.casework.duty import duties_of
from engine.casework.organisation import AdministratorHasNoCases
from engine.casework.task import TaskState
from engine.identity import QueueName
from engine.runtime.act import Act, transact
from engine.runtime.agencies import make_agency
from engine.runtime.claim import claim
from engine.runtime.follow_provider import Followed, follow_provider
from onewindow.federation.arrivals import Arrivals
from onewindow.federation.mapping import Person
from onewindow.federation.providers import Provider, SignIn
from onewindow.sign_in import BrowserSessions
from onewindow.throttling import Throttle
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.an_account import an_account
from tests.builders.an_actor import an_actor

HOUR = timedelta(hours=1)
NAMES = {"az": "Şəhər", "en": "City", "ru": "Город"}


def aysel(running: Running, *queues: str) -> str:
    """Somebody with an account and queues that an administrator gave."""
    account = an_account()
    with running.runtime.database.work() as work:
        work.accounts.add(account)
        work.accounts.grant(account.id, map(QueueName.parse, queues))
    return account.id


def follow(running: Running, account: str, wanted: Collection[str], given: Collection[str] = ()) -> Followed:
    """A sign-in at which the provider names these duties."""

    def change(act: Act) -> Followed:
        followed = follow_provider(act, act.work.accounts.lock_key(account), wanted, given)
        act.work.accounts.save(followed.account)
        return followed

    return transact(running.runtime, an_actor(), change)


def held(running: Running, account: str) -> set[str]:
    """The duties she has now."""
    with running.runtime.database.work() as work:
        return set(duties_of(work.accounts.actor(account)))


def test_named_duties_are_given_and_those_named_no_longer_are_taken(running: Running) -> None:
    key = aysel(running)

    first = follow(running, key, ["citizen", "city:clerk", "supervisor of park"])
    assert held(running, key) == {"citizen", "city:clerk", "supervisor of park"}
    second = follow(running, key, ["citizen", "operator", "administrator of park"], first.given)

    assert held(running, key) == {"citizen", "operator", "administrator of park"}
    assert second.given == {"citizen", "operator", "administrator of park"}
    assert second.left == {QueueName("city", "clerk")}
    assert follow(running, key, [], second.given).given == frozenset()
    assert held(running, key) == set()


def test_duties_that_an_administrator_gave_stay(running: Running) -> None:
    key = aysel(running, "city:clerk", "city:archive")

    followed = follow(running, key, ["city:clerk", "analyst"])
    follow(running, key, [], followed.given)

    assert followed.given == {"analyst"}
    assert held(running, key) == {"city:clerk", "city:archive"}


def test_a_sign_in_that_changes_nothing_writes_nothing(running: Running) -> None:
    make_agency(running.runtime, "city", NAMES, by=an_actor(operator=True))
    key = aysel(running)
    given = follow(running, key, ["city:clerk"]).given
    (row,) = running.rows("SELECT id FROM agency WHERE key = 'city'")
    before = running.acts(f"agency-{row['id']}")

    again = follow(running, key, ["city:clerk"], given)

    assert (again.added, again.withdrawn, again.given) == (frozenset(), frozenset(), given)
    assert running.acts(f"agency-{row['id']}") == before == ["agency.made", "membership.granted"]


def test_the_agency_is_told_in_its_own_chain(running: Running) -> None:
    make_agency(running.runtime, "city", NAMES, by=an_actor(operator=True))
    key = aysel(running)
    given = follow(running, key, ["city:clerk", "supervisor of city", "elsewhere:clerk"]).given
    follow(running, key, ["administrator of city"], given)
    (row,) = running.rows("SELECT id FROM agency WHERE key = 'city'")

    assert running.acts(f"agency-{row['id']}") == [
        "agency.made", "membership.granted", "supervision.granted",
        "membership.withdrawn", "supervision.withdrawn", "administrator.appointed",
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", [["administrator of city"], ["administrator of city", "city:archive"]])
def test_nobody_administers_an_agency_and_works_in_its_cases(running: Running, wanted: list[str]) -> None:
    key = aysel(running, "city:clerk")

    with pytest.raises(AdministratorHasNoCases):
        follow(running, key, wanted)

    assert held(running, key) == {"city:clerk"}


def test_tasks_held_in_a_queue_that_was_left_go_back_into_it_at_the_sign_in(running: Running) -> None:
    running.deploy(a_process("permit").start().user_task("check", queue=QUEUE).end("done"))
    task = running.task(running.start("permit"), "check")
    sessions = BrowserSessions(
        runtime=running.runtime, throttle=Throttle(running.runtime.database), idle=HOUR, absolute=HOUR
    )
    arrivals = Arrivals(runtime=running.runtime, sessions=sessions)
    state = Provider(key="state", title={}, issuer="https://login.example.gov")
    rules = SignIn(client_id="onewindow", makes_accounts=True)
    clerk = Person(
        subject="a", name="Aysel", pin=None, tin=None, duties=frozenset({str(QUEUE)}), proved_at=None,
        second_factor=True, provider_session=None,
    )  # fmt: skip
    came = Came("127.0.0.1", "")
    first = arrivals.arrive(state, rules, clerk, came)
    claim(running.runtime, task.id, by=first.actor)

    arrivals.arrive(state, rules, replace(clerk, duties=frozenset()), came)

    left = running.task(task.instance_id, "check")
    assert (left.assignee, left.state) == (None, TaskState.open)
