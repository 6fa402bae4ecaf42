"""The databases that the tests are given are empty, their own, and reachable on both kinds of server."""

from __future__ import annotations

import sqlalchemy as sa


def test_empty_database_has_no_tables(empty_database_url: str) -> None:
    engine = sa.create_engine(empty_database_url)

    tables = sa.inspect(engine).get_table_names()

    engine.dispose()
    assert tables == []


def test_what_one_test_writes_another_does_not_see(empty_database_url: str) -> None:
    engine = sa.create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE left_over (id INTEGER)"))
    engine.dispose()

    assert "left_over" in sa.inspect(engine).get_table_names()
    engine.dispose()
