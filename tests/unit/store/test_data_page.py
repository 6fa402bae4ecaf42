"""The operators' page of what is kept gives every table its class, and names what is encrypted in it."""

from __future__ import annotations

import re
from pathlib import Path

import engine.store.tables  # noqa: F401 (all tables are known once they are loaded)
from engine.store.encryption.columns import personal_columns
from engine.store.tables.base import Base

PAGE = Path(__file__).parents[3] / "docs" / "operator" / "data.md"
CLASSES = {"public", "internal", "linked", "personal", "secret"}
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| `") and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5
}


def names(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", cell))


def test_every_table_has_a_class_and_an_end() -> None:
    assert set(ROWS) == {table.name for table in Base.metadata.sorted_tables}
    assert {row[0] for row in ROWS.values()} <= CLASSES
    assert [name for name, row in ROWS.items() if not row[3]] == []


def test_what_is_encrypted_stands_on_the_page() -> None:
    encrypted = {table.name: set(personal_columns(table)) for table in Base.metadata.sorted_tables}

    assert {name: names(row[1]) for name, row in ROWS.items()} == encrypted


def test_no_public_or_internal_table_holds_what_is_personal_or_secret() -> None:
    open_ones = {name: row for name, row in ROWS.items() if row[0] in ("public", "internal")}

    assert [name for name, row in open_ones.items() if names(row[1])] == []
    # secrets of subscriptions are sealed; all else that opens something lies in tables of its own
    assert [name for name, row in open_ones.items() if names(row[2])] == ["webhook_subscription"]


def test_what_is_named_a_secret_is_a_column() -> None:
    columns = {table.name: {column.name for column in table.columns} for table in Base.metadata.sorted_tables}

    assert {name for name, row in ROWS.items() if not names(row[2]) <= columns[name]} == set()
    named = re.compile("password_hash|secret|wrapped|case_key")
    hidden = {(table, column) for table in columns for column in columns[table] if named.fullmatch(column)}
    assert {one for one in hidden if ROWS[one[0]][0] != "secret" and one[1] not in names(ROWS[one[0]][2])} == set()
