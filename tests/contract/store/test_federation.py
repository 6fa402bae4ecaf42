"""Sign-ins under way at providers are taken once, and a provider ends what it began, however many ask at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.store.database import Database
from engine.store.faults import AlreadyExists
from engine.store.queries.credentials import behind_identity
from engine.store.records import BegunSignInRecord, IdentityRecord
from tests.builders.a_task import NOW
from tests.builders.an_account import a_session, an_account
from tests.builders.threads import at_once


def begun(**said: object) -> BegunSignInRecord:
    """A browser that was sent to a provider just now."""
    values = {
        "state": "state", "browser": "browser", "provider": "state", "return_to": "/", "wants_fresh": False,
        "began_at": NOW, "expires_at": NOW + timedelta(minutes=10),
    }  # fmt: skip
    return BegunSignInRecord(**{**values, **said})  # type: ignore[arg-type]


def known(database: Database, name: str = "aysel", provider: str = "state", subject: str = "a") -> str:
    """An account that is known by an identity."""
    account = an_account(name)
    with database.work() as work:
        work.accounts.add(account)
        work.federation.add(
            IdentityRecord(provider=provider, subject=subject, account_id=account.id, created_at=NOW, given=["citizen"])
        )
    return account.id


def test_of_many_that_come_back_at_once_one_is_let_in(database: Database) -> None:
    database.run(lambda work: work.federation.begin(begun()))

    taken = at_once(5, lambda _: database.run(lambda work: work.federation.take_begun("state", "browser", "state")))

    assert [one for one in taken if one is not None] == [begun()]


@pytest.mark.parametrize(
    "shown", [("other", "browser", "state"), ("state", "other", "state"), ("state", "browser", "other")]
)
def test_what_does_not_fit_uses_nothing_up(database: Database, shown: tuple[str, str, str]) -> None:
    database.run(lambda work: work.federation.begin(begun()))

    assert database.run(lambda work: work.federation.take_begun(*shown)) is None
    assert database.run(lambda work: work.federation.take_begun("state", "browser", "state")) is not None


def test_those_from_which_nobody_came_back_are_forgotten(database: Database) -> None:
    database.run(lambda work: work.federation.begin(begun()))

    assert database.run(lambda work: work.federation.forget_begun(NOW + timedelta(minutes=9))) == 0
    assert database.run(lambda work: work.federation.forget_begun(NOW + timedelta(minutes=10))) == 1


def test_an_identity_is_one_account_s(database: Database) -> None:
    key = known(database)
    other = known(database, "other", provider="another")

    with pytest.raises(AlreadyExists):
        known(database, "third")
    with database.read() as reading:
        found = [behind_identity(reading, provider, "a", NOW) for provider in ("state", "another", "none")]
    assert [one and one.account for one in found] == [key, other, None]


def test_an_identity_keeps_what_was_given(database: Database) -> None:
    known(database)

    with database.work() as work:
        found = work.federation.lock("state", "a")

    assert found is not None
    assert tuple(found.given) == ("citizen",)


@pytest.mark.parametrize(
    ("said", "ended"),
    [
        ({"account": True}, {"one", "two"}),
        ({"session": "there-1"}, {"one"}),
        ({"account": True, "session": "there-2"}, {"two"}),
        ({"session": "unknown"}, set()),
        ({}, set()),
    ],
)
def test_a_provider_ends_what_it_began_until_a_moment(
    database: Database, said: dict[str, object], ended: set[str]
) -> None:
    key = known(database)
    later = NOW + timedelta(minutes=1)
    with database.work() as work:
        for name, more in {
            "one": {"provider": "state", "provider_session": "there-1"},
            "two": {"provider": "state", "provider_session": "there-2"},
            "by password": {},
            "elsewhere": {"provider": "another", "provider_session": "there-1"},
            "later": {"provider": "state", "provider_session": "there-1", "created_at": later},
        }.items():
            work.accounts.begin_session(a_session(key, id=name, **more))

    account = key if said.get("account") else None
    session = said.get("session")
    gone = database.run(
        lambda work: work.federation.end_sessions("state", NOW, account_id=account, session=session)  # type: ignore[arg-type]
    )

    assert {one for _, one in gone} == ended
