"""A worker is killed at every step of archiving and erasing: a case is whole, or archived, or erased, never in between.

Whoever comes next goes on: in the end nothing of a person is left, no file is an orphan, and none is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.casework.case import Case
from engine.files.storage import SHARDS
from engine.runtime.collect_garbage import collect_garbage
from engine.runtime.retain import retain
from engine.store.repositories.retention import PARTS
from tests.builders.a_closed_case import Office, an_office
from tests.builders.a_killed_retention import KILLED, a_retainer


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = an_office(database_url, tmp_path / "files")
    yield made
    made.check()
    made.running.close()


def seen(office: Office, case: Case) -> tuple[str, dict[str, int], list[str]]:
    """What is left of a case: its state, its rows by table, and the acts of its journal."""
    rows = {part.table.name: office.running.count(part.table.name) for part in PARTS}
    return str(office.running.case(case).record), rows, office.running.acts(case.instance_id)


def killed_everywhere(office: Office, case: Case, url: str) -> list[tuple[str, int]]:
    """Kill at each step until there is none left; gives the states after the kills, with how many files there were."""
    after = []
    before, step = seen(office, case), 0
    with a_retainer(url, office.files, office.running.clock.now()) as killed_at:
        while (code := killed_at(step := step + 1)) != 0:
            assert code == KILLED
            now = seen(office, case)
            after.append((now[0], len(office.contents())))
            if now[0] == before[0]:
                assert now == before
            else:
                office.check()
                before, step = now, 0
    return after


@pytest.mark.parametrize("is_archived_first", [True, False], ids=["archived", "live"])
def test_a_case_is_whole_or_erased_wherever_a_worker_is_killed(
    office: Office, database_url: str, is_archived_first: bool
) -> None:
    case = office.closed()
    if is_archived_first:
        office.later(days=400)
        retain(office.runtime)
    office.later(days=4_000)
    files = len(office.contents())

    kills = killed_everywhere(office, case, database_url)

    whole, erased = ([left for state, left in kills if (state == "erased") is gone] for gone in (False, True))
    assert len(whole) > 20
    assert set(whole) == {files}
    assert erased[0] == files
    assert erased == sorted(erased, reverse=True)
    assert office.leaks() == []
    assert office.contents() == []
    assert office.running.acts(case.instance_id).count("case.erased") == 1


def test_a_case_is_whole_or_archived_wherever_a_worker_is_killed(office: Office, database_url: str) -> None:
    case = office.closed()
    office.later(days=400)

    kills = killed_everywhere(office, case, database_url)

    (record,) = office.running.rows("SELECT package FROM case_record")
    assert {state for state, _ in kills} == {"live", "archived"}
    assert office.runtime.storage.exists(record["package"])
    # each kill after the package was written leaves one that nothing holds: no two are encrypted alike
    office.later(days=2)
    collect_garbage(office.runtime, SHARDS)
    assert office.runtime.storage.exists(record["package"])
    assert len(office.contents()) == 3
    assert office.running.acts(case.instance_id).count("case.archived") == 1
