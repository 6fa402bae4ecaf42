"""docs/operator/distributed.md says where each table would lie in a distributed PostgreSQL, and what is in the way.

A new table gets a row there. A constraint that a distributed database could not keep is named in it, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from engine.store.tables import metadata

PAGE = Path(__file__).parents[3] / "docs" / "operator" / "distributed.md"
ROW = re.compile(
    r"^\| `(?P<table>\w+)` \| (?P<kind>distributed|reference|local) \| (?:`(?P<key>\w+)`)? ?\|(?P<said>.*)\|$"
)
INSTANCE_KEYS = {"instance_id", "chain"}
"""Columns that hold the key of an instance, or of a chain that has none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table would lie."""

    kind: str
    key: str | None
    said: str

    def is_colocated_with(self, other: Place, table: str, target: str) -> bool:
        """Whether rows of the same instance, or the same key, lie together."""

        def of_instance(key: str | None, name: str) -> bool:
            return key in INSTANCE_KEYS or name == "instance"

        return of_instance(self.key, table) and of_instance(other.key, target)


def places() -> Iterator[tuple[str, Place]]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if found := ROW.match(line):
            yield found["table"], Place(found["kind"], found["key"], found["said"].strip())


PLACES = dict(places())
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)
DISTRIBUTED = [table for table in TABLES if table.name in PLACES and PLACES[table.name].kind == "distributed"]


def named(table: Table) -> str:
    return table.name


def unique(table: Table) -> Iterator[tuple[str, set[str]]]:
    """Names of what must be unique in a table, with its columns."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield str(constraint.name), {column.name for column in constraint.columns}
    for index in table.indexes:
        if index.unique:
            yield str(index.name), {column.name for column in index.columns}


def test_the_page_names_every_table_once_and_no_other() -> None:
    rows = [name for name, _ in places()]

    assert len(rows) == len(set(rows))
    assert set(rows) == set(metadata.tables), (
        "Say in docs/operator/distributed.md where each table would lie; `local` is right for one that few write to."
    )


def test_hot_tables_are_distributed_by_their_instance() -> None:
    hot = {"instance": "id", "activity": "instance_id", "task": "instance_id", "journal_entry": "chain"}

    assert {name: PLACES[name].key for name in hot} == hot


@pytest.mark.parametrize("table", DISTRIBUTED, ids=named)
def test_what_is_unique_has_the_key_or_is_named_with_the_reason(table: Table) -> None:
    place = PLACES[table.name]

    assert place.key in table.c
    for name, columns in unique(table):
        if place.key in columns:
            assert f"`{name}`" not in place.said, f"{name} stands in nobody's way"
        else:
            assert re.search(rf"`{name}`: \w.+\w", place.said), f"{name} lacks {place.key}: say what is to be done"


@pytest.mark.parametrize("table", DISTRIBUTED, ids=named)
def test_a_key_is_never_null_or_that_is_named(table: Table) -> None:
    place = PLACES[table.name]
    assert place.key is not None

    assert table.c[place.key].nullable == (f"null `{place.key}`: " in place.said)


@pytest.mark.parametrize("table", TABLES, ids=named)
def test_foreign_keys_lead_to_what_lies_on_the_same_machine(table: Table) -> None:
    here = PLACES.get(table.name, Place("local", None, ""))
    for foreign in table.foreign_keys:
        target = foreign.column.table.name
        there = PLACES.get(target, here)
        if here.kind == "local":
            assert there.kind in ("local", "reference"), f"{table.name} -> {target}"
        elif here.kind == "reference" or there.kind == "reference":
            assert there.kind == "reference", f"{table.name} -> {target}"
        else:
            assert foreign.parent.name == here.key, f"{table.name} -> {target}"
            assert here.is_colocated_with(there, table.name, target)


def test_no_key_is_made_by_the_database() -> None:
    """A sequence behind a column would be one for each machine."""
    for table in TABLES:
        assert table.autoincrement_column is None, table.name
        assert all(column.server_default is None for column in table.primary_key.columns), table.name
