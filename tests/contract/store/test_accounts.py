"""Accounts with their duties, sessions, tokens and kept answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.casework.actor import Actor
from engine.errors import NotFound
from engine.identity import QueueName, new_key
from engine.store.database import Database
from engine.store.faults import AlreadyExists, BrokenReference
from engine.store.rows import table_of
from engine.store.tables import accounts as tables
from engine.store.tables.base import Base
from tests.builders.a_task import NOW
from tests.builders.an_account import a_session, a_token, an_account
from tests.builders.threads import at_once

EXAMINER, REGISTRAR = QueueName("traffic-police", "examiner"), QueueName("justice", "registrar")


def count(database: Database, model: type[Base]) -> int:
    with database.read() as reading:
        return reading.execute(select(func.count()).select_from(table_of(model))).scalar_one()


def test_account_comes_back_as_it_was_saved(database: Database) -> None:
    account = an_account("aysel", pin="1A2B3C4", citizen=True)
    changed = replace(account, failed_attempts=3, locked_until=NOW, disabled=True, password_hash=None, name="Лала")
    with database.work() as work:
        work.accounts.add(account)
        work.accounts.add(other := an_account("rauf"))
        assert work.accounts.lock("aysel") == account
        work.accounts.save(changed)

    with database.work() as work:
        assert [work.accounts.lock(name) for name in ("aysel", "rauf")] == [changed, other]


def test_unknown_account_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound), database.work() as work:
        work.accounts.lock("aysel")
    with pytest.raises(NotFound), database.work() as work:
        work.accounts.actor(new_key())


def test_duties_are_granted_and_taken_away(database: Database) -> None:
    account = an_account(analyst=True)
    with database.work() as work:
        work.accounts.add(account)
        work.accounts.grant(account.id, [EXAMINER, REGISTRAR], ["justice", "health"])
        work.accounts.grant(account.id, [EXAMINER], ["justice"])
        work.accounts.grant(account.id)
        granted = work.accounts.actor(account.id)
        work.accounts.revoke(account.id, [EXAMINER, EXAMINER], ["health", "nowhere"])
        left = work.accounts.actor(account.id)

    assert granted == Actor(
        account=account.id,
        name=account.name,
        analyst=True,
        queues=frozenset({EXAMINER, REGISTRAR}),
        supervises=frozenset({"justice", "health"}),
    )
    assert (left.queues, left.supervises) == (frozenset({REGISTRAR}), frozenset({"justice"}))


def test_same_duty_granted_by_many_at_once_is_granted_once(database: Database) -> None:
    account = an_account()
    with database.work() as work:
        work.accounts.add(account)

    def grant(_: int) -> None:
        with database.work() as work:
            work.accounts.grant(account.id, [EXAMINER], ["justice"])

    at_once(4, grant)

    assert (count(database, tables.Membership), count(database, tables.Supervision)) == (1, 1)


def test_duty_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(BrokenReference), database.work() as work:
        work.accounts.grant("nobody", [EXAMINER])


def test_session_is_used_and_ended_by_its_account_only(database: Database) -> None:
    account, session = an_account(), a_session("")
    session = replace(session, account_id=account.id)
    later = NOW + timedelta(minutes=5)
    with database.work() as work:
        work.accounts.add(account)
        work.accounts.begin_session(session)
        work.accounts.touch_session(session.hash, later, later + timedelta(minutes=30))
        ended_by_another = work.accounts.end_session(session.hash, new_key())

    table = table_of(tables.Session)
    with database.read() as reading:
        assert reading.execute(select(table.c.seen_at, table.c.expires_at)).one() == (later, session.expires_at)
    with database.work() as work:
        ended = [work.accounts.end_session(session.hash, account.id) for _ in range(2)]
    assert (ended_by_another, ended) == (False, [True, False])


def test_all_sessions_of_one_account_end_together(database: Database) -> None:
    aysel, rauf = an_account("aysel"), an_account("rauf")
    with database.work() as work:
        for account in (aysel, rauf):
            work.accounts.add(account)
            work.accounts.begin_session(a_session(account.id))
        work.accounts.begin_session(a_session(aysel.id))
        work.accounts.end_all_sessions(aysel.id)

    assert count(database, tables.Session) == 1


def test_sessions_that_are_idle_or_over_are_forgotten(database: Database) -> None:
    account = an_account()
    with database.work() as work:
        work.accounts.add(account)
        work.accounts.begin_session(a_session(account.id, idle_until=NOW))
        work.accounts.begin_session(a_session(account.id, expires_at=NOW))
        work.accounts.begin_session(a_session(account.id))

        assert work.accounts.forget_expired_sessions(NOW) == 2


def test_token_is_used_and_revoked(database: Database) -> None:
    account = an_account()
    token = a_token(account.id)
    with database.work() as work:
        work.accounts.add(account)
        work.accounts.add_token(token)
        work.accounts.use_token(token.hash, NOW)

    with database.read() as reading:
        assert reading.execute(select(table_of(tables.ApiToken).c.last_used_at)).scalar() == NOW
    with database.work() as work:
        assert [work.accounts.revoke_token(token.id) for _ in range(2)] == [account.id, None]


def test_answer_is_kept_once_for_each_account_and_key(database: Database) -> None:
    def keep(account: str, key: str) -> None:
        with database.work() as work:
            work.idempotency.keep(account, key, "POST /tasks", "d", 200, '{"a": "ə"}', None, NOW)

    keep("a", "key-1")
    keep("a", "key-2")
    keep("b", "key-1")
    with pytest.raises(AlreadyExists) as refused:
        keep("a", "key-1")

    assert refused.value.facts["table"] == "kept_answer"
    assert count(database, tables.KeptAnswer) == 3


def test_old_answers_are_forgotten(database: Database) -> None:
    with database.work() as work:
        for key, at in (("old", NOW - timedelta(days=1)), ("new", NOW)):
            work.idempotency.keep("a", key, "POST /tasks", "d", 200, "{}", '"1"', at)

        assert [work.idempotency.forget(NOW), work.idempotency.forget(NOW)] == [1, 0]
