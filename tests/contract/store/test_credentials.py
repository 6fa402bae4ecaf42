"""Counts of wrong tries, challenges, factors and places, however many ask at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.casework.throttle import OF_NAME
from engine.identity import new_key
from engine.store.database import Database
from engine.store.faults import AlreadyExists
from engine.store.queries.credentials import factors_of, recovery_codes_left, rests_until
from engine.store.records import ChallengeRecord, FactorRecord
from tests.builders.a_task import NOW
from tests.builders.an_account import an_account
from tests.builders.threads import at_once

DAY = timedelta(hours=24)


def _account(database: Database, name: str = "aysel") -> str:
    account = an_account(name)
    with database.work() as work:
        work.accounts.add(account)
    return account.id


def _factor(account: str, **said: object) -> FactorRecord:
    values = {"id": new_key(), "kind": "totp", "name": "Phone", "created_at": NOW, "confirmed_at": NOW}
    return FactorRecord(account_id=account, **{**values, **said})  # type: ignore[arg-type]


def test_wrong_tries_of_many_at_once_are_all_counted(database: Database) -> None:
    def fail(_: int) -> None:
        database.run(lambda work: work.credentials.count_try("name", OF_NAME, NOW))

    at_once(5, fail)

    with database.read() as reading:
        assert rests_until(reading, ["name", "other"]) == NOW + OF_NAME.first
        assert rests_until(reading, ["other"]) is None


def test_tries_are_forgotten_after_a_day_and_forgiven_at_once(database: Database) -> None:
    with database.work() as work:
        for _ in range(4):
            work.credentials.count_try("name", OF_NAME, NOW)
        after_a_day = work.credentials.count_try("name", OF_NAME, NOW + DAY + timedelta(seconds=1))
        for _ in range(3):
            work.credentials.count_try("other", OF_NAME, NOW)
        forgiven = work.credentials.forgive(["other", "name"])
        again = work.credentials.forgive(["other"])

    assert (after_a_day, forgiven, again) == (None, 3, 0)


def test_a_challenge_is_taken_once_by_its_session_for_its_purpose_in_time(database: Database) -> None:
    def made(**said: object) -> ChallengeRecord:
        values = {"id": new_key(), "account_id": "a", "session": "s", "purpose": "prove", "value": b"c"}
        return ChallengeRecord(**{**values, "expires_at": NOW + timedelta(minutes=5), **said})  # type: ignore[arg-type]

    good, foreign, other, late = made(), made(session="t"), made(purpose="register"), made(expires_at=NOW)
    with database.work() as work:
        for one in (good, foreign, other, late):
            work.credentials.add_challenge(one)
        taken = [
            work.credentials.take_challenge(one.id, "a", "s", "prove", NOW)
            for one in (good, good, foreign, foreign, other, late)
        ]
        not_mine = made()
        work.credentials.add_challenge(not_mine)
        of_another = work.credentials.take_challenge(not_mine.id, "b", "s", "prove", NOW)
        left = work.credentials.forget_challenges(NOW + timedelta(minutes=5))

    assert taken == [b"c", None, None, None, None, None]
    assert (of_another, left) == (None, 1)


def test_a_step_of_an_app_is_used_once_by_one_of_many(database: Database) -> None:
    factor = _factor(_account(database))
    with database.work() as work:
        work.credentials.add_factor(factor)

    used = at_once(4, lambda _: database.run(lambda work: work.credentials.use_code(factor.id, 7, NOW)))

    assert sorted(used) == [False, False, False, True]
    assert not database.run(lambda work: work.credentials.use_code(factor.id, 6, NOW))
    assert database.run(lambda work: work.credentials.use_code(factor.id, 8, NOW))


def test_one_passkey_is_not_two_people_s(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(aysel := an_account("aysel"))
        work.accounts.add(rauf := an_account("rauf"))
        work.credentials.add_factor(_factor(aysel.id, kind="passkey", credential="same"))
    with pytest.raises(AlreadyExists), database.work() as work:
        work.credentials.add_factor(_factor(rauf.id, kind="passkey", credential="same"))


def test_factors_that_were_never_proved_are_none(database: Database) -> None:
    account = _account(database)
    proved, begun = _factor(account), _factor(account, confirmed_at=None)
    with database.work() as work:
        work.credentials.add_factor(proved)
        work.credentials.add_factor(begun)
    with database.read() as reading:
        assert factors_of(reading, account) == [proved]


def test_new_recovery_codes_take_the_place_of_the_former(database: Database) -> None:
    account = _account(database)
    with database.work() as work:
        work.credentials.set_recovery_codes(account, ["a", "b"], NOW)
        work.credentials.set_recovery_codes(account, ["b", "c", "d"], NOW)
        used = [work.credentials.use_recovery_code(account, code) for code in ("a", "b", "b")]
    with database.read() as reading:
        assert (used, recovery_codes_left(reading, account)) == ([False, True, False], 2)


def test_a_place_is_new_beside_others_only_and_once(database: Database) -> None:
    account = _account(database)
    with database.work() as work:
        told = [work.credentials.note_place(account, place, NOW) for place in ("home", "home", "office", "office")]
        gone = work.credentials.forget_places(NOW + timedelta(seconds=1))

    assert (told, gone) == ([False, False, True, False], 2)
