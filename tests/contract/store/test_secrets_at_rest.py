"""What opens something lies in the database as a hash: whoever reads all of it can neither sign in nor call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.store.database import Database
from engine.store.tables.base import Base
from onewindow.accounts import Duties, add_account, create_token
from tests.builders.a_task import NOW
from tests.builders.an_api import an_api

PASSWORD = "a long password of the tests"


def everything(database: Database) -> str:
    """All that is kept, as text."""
    with database.read() as reading:
        return "\n".join(
            repr(tuple(row)) for table in Base.metadata.sorted_tables for row in reading.execute(select(table))
        )


@pytest.fixture
def with_account(database: Database) -> Database:
    """A database that knows one account."""
    add_account(database, "aysel", "Aysel", PASSWORD, Duties(citizen=True), NOW, None)
    return database


def test_a_password_is_kept_as_argon2id(with_account: Database) -> None:
    with with_account.work() as work:
        kept = work.accounts.lock("aysel").password_hash

    assert kept is not None
    assert kept.startswith("$argon2id$v=19$")
    assert PASSWORD not in everything(with_account)


def test_the_text_of_a_token_is_nowhere_in_the_database(with_account: Database) -> None:
    token_id, secret = create_token(with_account, "aysel", "till", timedelta(days=1), NOW)

    kept = everything(with_account)
    assert token_id in kept
    assert secret not in kept
    assert secret.removeprefix("ow_") not in kept


def test_the_secret_of_a_session_is_nowhere_in_the_database(database_url: str) -> None:
    api = an_api(database_url, NOW)
    database = api.runtime.database
    add_account(database, "aysel", "Aysel", PASSWORD, Duties(citizen=True), NOW, None)
    client = api.app.test_client()

    answer = client.post(
        "/api/v1/session",
        json={"name": "aysel", "password": PASSWORD},
        headers={"User-Agent": "Firefox on Linux"},
    )

    assert answer.status_code == 201, answer.text
    secret = answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    kept = everything(database)
    database.close()
    assert "Firefox on Linux" in kept
    assert len(secret) > 30
    assert secret not in kept
