"""Personal data stand encrypted in the database, each value at its own place, and are read in clear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table, select, text, union_all, update

from engine.casework.contact import Contact
from engine.errors import OnewindowError
from engine.store.database import Database
from engine.store.encryption.columns import NotProtected, personal_columns, shown
from engine.store.encryption.envelope import PREFIX, NotAuthentic, from_text, owner_of
from engine.store.encryption.master import MasterKeyMissing, MasterKeys, MasterKeyWrong, NoMasterKey
from engine.store.encryption.owners import person
from engine.store.faults import ValueRefused
from engine.store.queries.accounts import actor_of, kept_answer
from engine.store.records import Visit
from engine.store.rows import table_of
from engine.store.tables import metadata
from engine.store.tables.accounts import Account
from tests.builders.a_case import an_evidence
from tests.builders.a_master_key import MASTER_KEYS, TEXT
from tests.builders.a_task import NOW, a_task
from tests.builders.an_account import an_account
from tests.builders.an_instance import started_with_case
from tests.builders.databases import connection_of
from tests.builders.statements import statements_of

ACCOUNT = table_of(Account)
CANARY = "Kanareyka-7XQ2M9K"


def kept(database: Database, statement: str, **values: Any) -> list[Any]:
    """Values as they stand in the database."""
    with database.read() as connection:
        return list(connection.execute(text(statement), values).scalars())


def personal_tables() -> Iterator[Table]:
    yield from (table for table in metadata.sorted_tables if personal_columns(table))


def filled(database: Database) -> str:
    """A case of somebody with a canary at most places; gives the key of its instance."""
    account = an_account("aysel", name=CANARY, pin="7XQ2M9K")
    with database.work() as work:
        work.accounts.add(account)
        work.notices.keep_contact(
            Contact(
                account_id=account.id,
                mail=f"{CANARY}@example.az",
                mobile="+994507777777",
                language="az",
                time_zone=None,
                mail_wanted=True,
                sms_wanted=True,
                changed_at=NOW,
            )
        )
        record, case = started_with_case(work, applicant=account.id)
        record.snapshot = CANARY.encode()
        work.instances.save(record, {"name": CANARY})
        visit = Visit(visit=7, element_id="a", element_type="Task", entered_at=NOW, detail={"said": CANARY})
        work.instances.add_visits(record.id, [visit])
        work.cases.add_evidence([an_evidence(case.id, content={"name": CANARY})], record.id)
        work.tasks.open_many([a_task(instance_id=record.id, wait=9, draft={"name": CANARY})])
        work.idempotency.keep(account.id, "key-1", "POST /", "0" * 64, 201, f'"{CANARY}"', None, NOW)
    return record.id


def test_no_value_of_a_personal_column_stands_in_clear(database: Database) -> None:
    filled(database)

    seen = set()
    for table in personal_tables():
        for name in personal_columns(table):
            for value in kept(database, f'SELECT "{name}" FROM "{table.name}"'):
                if value:
                    seen.add(table.name)
                    begins = value.encode() if isinstance(value, str) else bytes(value)
                    assert begins[: len(PREFIX)] == PREFIX.encode(), f"{table.name}.{name}"
    assert seen >= {"account", "contact", "instance", "activity", "evidence", "task", "kept_answer"}


def test_everything_is_read_in_clear(database: Database) -> None:
    key = filled(database)

    with database.work() as work:
        record = work.instances.lock(key)
        task, _ = work.tasks.lock(f"{key}-9")
        account = work.accounts.lock("aysel")
        assert record.case is not None
        contact = work.notices.contact_of(record.case.applicant)
    assert record.snapshot == CANARY.encode()
    assert task.draft == {"name": CANARY}
    assert (account.name, account.pin) == (CANARY, "7XQ2M9K")
    assert contact is not None
    assert contact.mail == f"{CANARY}@example.az"


def test_a_value_that_was_moved_to_another_row_is_not_read(database: Database) -> None:
    with database.work() as work:
        for name in ("aysel", "rauf"):
            work.accounts.add(an_account(name, name=name.title()))
    with database.work() as work:
        name = "(SELECT name FROM account WHERE sign_in_name = 'rauf')"
        connection_of(work).execute(text(f"UPDATE account SET name = {name} WHERE sign_in_name = 'aysel'"))

    with pytest.raises(NotAuthentic, match=r"account\.name"), database.work() as work:
        work.accounts.lock("aysel")
    with database.work() as work:
        assert work.accounts.lock("rauf").name == "Rauf"


def test_a_value_that_was_moved_to_another_column_is_not_read(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel", pin="7XQ2M9K"))
    with database.work() as work:
        connection_of(work).execute(text("UPDATE account SET pin = name"))

    with pytest.raises(NotAuthentic, match=r"account\.pin"), database.work() as work:
        work.accounts.lock("aysel")


def test_a_clear_value_that_somebody_puts_there_is_not_read(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(an_account("aysel"))
        connection_of(work).execute(text("UPDATE account SET name = 'Somebody else'"))

    with pytest.raises(NotAuthentic, match=r"account\.name"), database.work() as work:
        work.accounts.lock("aysel")


def test_who_forgets_to_say_whose_a_value_is_writes_nothing(database: Database) -> None:
    with pytest.raises(NotProtected, match=r"account\.name"), database.work() as work:
        connection_of(work).execute(update(ACCOUNT).values(name="in clear"))
    with pytest.raises(NotProtected, match=r"account\.name"), database.read() as connection:
        connection.execute(select(select(ACCOUNT.c.name).subquery()))


def test_a_subquery_hands_values_on(database: Database) -> None:
    with database.work() as work:
        for name in ("aysel", "rauf"):
            work.accounts.add(an_account(name, name=name.title()))

    part = select(*shown([ACCOUNT.c.sign_in_name, ACCOUNT.c.name.label("called")]))
    both = union_all(
        select(part.where(ACCOUNT.c.sign_in_name == "aysel").subquery()),
        select(part.where(ACCOUNT.c.sign_in_name == "rauf").subquery()),
    ).subquery()
    with database.read() as connection:
        found = connection.execute(select(both).order_by(both.c.sign_in_name)).all()

    assert [tuple(row) for row in found] == [("aysel", "Aysel"), ("rauf", "Rauf")]


@pytest.mark.parametrize("name", ["x" * 256, "a\x00b", "\ud800"], ids=["too long", "NUL", "half a character"])
def test_what_could_not_be_kept_in_clear_is_not_kept_encrypted_either(database: Database, name: str) -> None:
    with pytest.raises(ValueRefused), database.work() as work:
        work.accounts.add(an_account("aysel", name=name))


def test_a_key_comes_with_its_instance_and_is_not_asked_for(database: Database) -> None:
    key = filled(database)
    cold = Database(database.url, keys=MASTER_KEYS)
    with cold.work() as work:
        work.accounts.lock("aysel")
    with statements_of(cold._of_keys) as asked, cold.work() as work:
        assert work.instances.lock(key).snapshot == CANARY.encode()

    assert asked == []
    cold.close()


def test_a_destroyed_key_leaves_noise_and_names_are_not_shown_any_more(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(account := an_account("aysel", name=CANARY))
        work.accounts.add(other := an_account("rauf", name="Rauf"))
    with database.work() as work:
        work.keys.destroy_for(account.id, NOW)

    with database.read() as connection:
        assert actor_of(connection, account.id).name is None
        assert actor_of(connection, other.id).name == "Rauf"
    elsewhere = Database(database.url, keys=MASTER_KEYS)
    with elsewhere.read() as connection:
        assert actor_of(connection, account.id).name is None
    elsewhere.close()
    assert kept(database, "SELECT name FROM account WHERE id = :id", id=account.id)[0].startswith(PREFIX)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        (None, NoMasterKey),
        (MasterKeys.of({"another": TEXT}, "another"), MasterKeyMissing),
        (MasterKeys.of({"master-key": TEXT[::-1]}, "master-key"), MasterKeyWrong),
    ],
    ids=["none", "another", "wrong"],
)
def test_without_the_master_key_nothing_is_read_written_or_started(
    database: Database, keys: MasterKeys | None, fault: type[OnewindowError]
) -> None:
    filled(database)
    without = Database(database.url, keys=keys)

    with pytest.raises(fault):
        without.check_keys()
    with pytest.raises(fault), without.work() as work:
        work.accounts.lock("aysel")
    with pytest.raises(fault), without.work() as work:
        work.accounts.save(replace(an_account("aysel"), id=kept(database, "SELECT id FROM account")[0]))
    without.close()


def test_accounts_are_found_by_their_pin_and_nobody_sees_it(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(account := an_account("aysel", pin="7XQ2M9K"))
        work.accounts.add(an_account("rauf", pin="1RE6N8F"))
        work.accounts.add(an_account("nobody"))

    with database.work() as work:
        assert work.accounts.with_pin("7XQ2M9K") == [account.id]
        assert work.accounts.with_pin("7XQ2M9") == []
    assert all("7XQ2M9K" not in (value or "") for value in kept(database, "SELECT pin_index FROM account"))


def test_rows_of_any_key_may_be_written(database: Database) -> None:
    odd = "a:b|c 'd' %s :e"
    with database.work() as work:
        work.accounts.add(account := an_account("aysel"))
        work.idempotency.keep(account.id, odd, "POST /", "0" * 64, 201, "answer", None, NOW)

    with database.read() as connection:
        found = kept_answer(connection, account.id, odd, NOW.replace(year=2020))
    assert found is not None
    assert found.body == "answer"


def test_a_person_has_one_key_and_it_is_made_with_the_account(database: Database) -> None:
    with database.work() as work:
        work.accounts.add(account := an_account("aysel"))

    assert kept(database, "SELECT owner FROM data_key ORDER BY owner") == [person(account.id), "s"]
    (name,) = kept(database, "SELECT name FROM account")
    assert owner_of(from_text(name, "account.name")) == person(account.id)
