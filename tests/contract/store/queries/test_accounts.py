"""Who is behind a secret, and what an account may know of itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.identity import QueueName
from engine.store.database import Database
from engine.store.queries.accounts import account_rows, actor_of, kept_answer
from engine.store.queries.credentials import behind_session, behind_token, session_page, tokens_of
from engine.store.records import AccountRecord
from tests.builders.a_task import NOW
from tests.builders.an_account import a_session, a_token, an_account

_INSTANT = timedelta(microseconds=1)


def added(database: Database, **said: Any) -> AccountRecord:
    account = an_account(**said)
    with database.work() as work:
        work.accounts.add(account)
    return account


def test_token_tells_its_holder_with_all_duties(database: Database, reading: Connection) -> None:
    account = an_account(name="Rauf Əliyev", pin="1A2B3C4", citizen=True, analyst=True, operator=True)
    queues = [QueueName.parse(queue) for queue in ("city:clerk", "city:head")]
    with database.work() as work:
        work.accounts.add(account)
        work.accounts.grant(account.id, queues, supervises=["city", "park"])
        work.accounts.add_token(a_token(account.id, hash="secret"))

    known = behind_token(reading, "secret", NOW)

    assert known is not None
    assert known.last_seen_at is None
    actor = known.actor
    assert (actor.account, actor.name, actor.pin) == (account.id, "Rauf Əliyev", "1A2B3C4")
    assert (actor.citizen, actor.analyst, actor.operator) == (True, True, True)
    assert (actor.queues, actor.supervises) == (frozenset(queues), frozenset({"city", "park"}))
    assert actor_of(reading, account.id) == actor


def test_account_without_duties_has_none(database: Database, reading: Connection) -> None:
    account = added(database)

    actor = actor_of(reading, account.id)

    assert (actor.queues, actor.supervises, actor.citizen, actor.analyst, actor.operator) == (
        frozenset(), frozenset(), False, False, False,
    )  # fmt: skip


def test_duties_of_others_are_not_one_s_own(database: Database, reading: Connection) -> None:
    account, other = added(database), added(database, sign_in_name="rauf")
    with database.work() as work:
        work.accounts.grant(other.id, [QueueName.parse("city:clerk")], supervises=["city"])

    assert actor_of(reading, account.id).queues == frozenset()


def test_account_that_is_not_there_is_not_found(reading: Connection) -> None:
    with pytest.raises(NotFound):
        actor_of(reading, "nobody")


@pytest.mark.parametrize(
    ("disabled", "expires_in", "shown", "is_known"),
    [
        pytest.param(False, _INSTANT, "secret", True, id="good until its end"),
        pytest.param(False, timedelta(0), "secret", False, id="over at its end"),
        pytest.param(True, timedelta(days=1), "secret", False, id="the account is disabled"),
        pytest.param(False, timedelta(days=1), "guess", False, id="unknown"),
    ],
)
def test_token(
    database: Database, reading: Connection, disabled: bool, expires_in: timedelta, shown: str, is_known: bool
) -> None:
    account = added(database, disabled=disabled)
    with database.work() as work:
        work.accounts.add_token(a_token(account.id, hash="secret", expires_at=NOW + expires_in))

    assert (behind_token(reading, shown, NOW) is not None) is is_known


@pytest.mark.parametrize(
    ("disabled", "said", "is_known"),
    [
        pytest.param(False, {"idle_until": NOW + _INSTANT, "expires_at": NOW + _INSTANT}, True, id="good"),
        pytest.param(False, {"idle_until": NOW}, False, id="left alone too long"),
        pytest.param(False, {"expires_at": NOW}, False, id="over, however busy"),
        pytest.param(True, {}, False, id="the account is disabled"),
    ],
)
def test_session(database: Database, reading: Connection, disabled: bool, said: dict[str, Any], is_known: bool) -> None:
    account = added(database, disabled=disabled)
    with database.work() as work:
        work.accounts.begin_session(a_session(account.id, hash="secret", **said))

    assert (behind_session(reading, "secret", NOW) is not None) is is_known


def test_secrets_tell_when_they_were_last_seen(database: Database, reading: Connection) -> None:
    account = added(database)
    with database.work() as work:
        work.accounts.begin_session(a_session(account.id, hash="cookie", seen_at=NOW))
        work.accounts.add_token(a_token(account.id, hash="token"))
        work.accounts.use_token("token", NOW + _INSTANT)

    session, token = behind_session(reading, "cookie", NOW), behind_token(reading, "token", NOW)

    assert session is not None
    assert token is not None
    assert (session.last_seen_at, token.last_seen_at) == (NOW, NOW + _INSTANT)


def test_secret_of_one_kind_is_none_of_the_other(database: Database, reading: Connection) -> None:
    account = added(database)
    with database.work() as work:
        work.accounts.begin_session(a_session(account.id, hash="cookie"))
        work.accounts.add_token(a_token(account.id, hash="token"))

    assert (behind_session(reading, "token", NOW), behind_token(reading, "cookie", NOW)) == (None, None)


def test_list_of_accounts_tells_duties(database: Database, reading: Connection) -> None:
    clerk, _ = added(database, sign_in_name="rauf"), added(database, operator=True, disabled=True)
    with database.work() as work:
        work.accounts.grant(clerk.id, [QueueName.parse("city:clerk")], supervises=["city"])

    rows = account_rows(reading)

    assert [(row.sign_in_name, row.disabled, row.duties) for row in rows] == [
        ("aysel", True, ("operator",)),
        ("rauf", False, ("city:clerk", "supervisor of city")),
    ]
    assert [row.sign_in_name for row in account_rows(reading, at_most=1)] == ["aysel"]


def test_open_sessions_of_one_s_own_are_told_the_newest_first(database: Database, reading: Connection) -> None:
    account, other = added(database), added(database, sign_in_name="rauf")
    with database.work() as work:
        work.accounts.begin_session(a_session(account.id, hash="older", created_at=NOW - _INSTANT))
        work.accounts.begin_session(a_session(account.id, hash="newer", description="Firefox"))
        work.accounts.begin_session(a_session(account.id, hash="idle", idle_until=NOW))
        work.accounts.begin_session(a_session(account.id, hash="over", expires_at=NOW))
        work.accounts.begin_session(a_session(other.id, hash="another's"))

    rows = session_page(reading, account.id, NOW).items

    assert [(row.id, row.description) for row in rows] == [("newer", "Firefox"), ("older", "")]
    assert rows[0].last_seen_at == NOW


def test_tokens_are_told_of_one_account_or_of_all(database: Database, reading: Connection) -> None:
    account, other = added(database), added(database, sign_in_name="rauf")
    mine, another = a_token(account.id), a_token(other.id, created_at=NOW + _INSTANT)
    with database.work() as work:
        work.accounts.add_token(another)
        work.accounts.add_token(mine)

    assert tokens_of(reading, account.id) == [mine]
    assert tokens_of(reading) == [mine, another]


@pytest.mark.parametrize(
    ("account", "key", "since", "is_found"),
    [
        pytest.param("a", "k", NOW - _INSTANT, True, id="the same"),
        pytest.param("b", "k", NOW - _INSTANT, False, id="of another account"),
        pytest.param("a", "K", NOW - _INSTANT, False, id="another key"),
        pytest.param("a", "k", NOW, False, id="older than answers are kept"),
    ],
)
def test_kept_answer(
    database: Database, reading: Connection, account: str, key: str, since: Any, is_found: bool
) -> None:
    with database.work() as work:
        work.idempotency.keep("a", "k", "POST /x", "digest", 201, "{}", '"1"', NOW)

    found = kept_answer(reading, account, key, since)

    assert (found is not None) is is_found
    assert found is None or (found.route, found.digest, found.status, found.body, found.etag) == (
        "POST /x", "digest", 201, "{}", '"1"',
    )  # fmt: skip
