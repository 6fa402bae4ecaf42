"""Definitions are found by key, version and tag; contents are kept once; two who deploy the same do so one by one."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.identity import new_key
from engine.store.database import Database
from engine.store.faults import AlreadyExists
from engine.store.records import DefinitionRecord, StartRecord
from engine.store.repositories.deployments import checksum_of
from tests.builders.a_task import NOW
from tests.builders.an_instance import a_definition, deployed
from tests.builders.threads import at_once


@pytest.fixture
def versions(database: Database) -> list[DefinitionRecord]:
    """Three versions of one process, the second one tagged, and a form of the same key."""
    found = [
        a_definition(version=1),
        a_definition(version=2, version_tag="2026", name="Renewal", agency="traffic-police"),
        a_definition(version=3),
        a_definition(kind="form"),
    ]
    with database.work() as work:
        for one in found:
            deployed(work, one)
    return found


def test_definition_is_found_by_key_version_and_tag(database: Database, versions: list[DefinitionRecord]) -> None:
    with database.work() as work:
        found = [
            work.deployments.definition(versions[0].id),
            work.deployments.find("process", "renewal"),
            work.deployments.find("process", "renewal", version=1),
            work.deployments.find("process", "renewal", version_tag="2026"),
            work.deployments.of_deployment(versions[3].deployment_id, "form", "renewal"),
        ]

    assert found == [versions[0], versions[2], versions[0], versions[1], versions[3]]


@pytest.mark.parametrize(
    "said", [{"version": 4}, {"version_tag": "2027"}, {"version": 1, "version_tag": "2026"}], ids=str
)
def test_version_that_is_not_there_is_not_found(
    database: Database, versions: list[DefinitionRecord], said: dict[str, object]
) -> None:
    with pytest.raises(NotFound), database.work() as work:
        work.deployments.find("process", "renewal", **said)


def test_unknown_definition_and_content_are_not_found(database: Database) -> None:
    with pytest.raises(NotFound), database.work() as work:
        work.deployments.definition(new_key())
    with pytest.raises(NotFound), database.work() as work:
        work.deployments.content("0" * 64)
    with database.work() as work:
        assert work.deployments.of_deployment(new_key(), "process", "renewal") is None


def test_newest_versions_are_told_by_kind_and_key(database: Database, versions: list[DefinitionRecord]) -> None:
    with database.work() as work:
        found = work.deployments.latest([("process", "renewal"), ("form", "renewal"), ("form", "unknown")])
        nothing = work.deployments.latest([])

    assert found == {("process", "renewal"): versions[2], ("form", "renewal"): versions[3]}
    assert nothing == {}


def test_content_is_kept_once_and_comes_back(database: Database) -> None:
    content = b"\x00<bpmn/>\xff"
    name = checksum_of(content)
    with database.work() as work:
        for key in ("a", "b"):
            one = a_definition(key=key, checksum=name)
            work.deployments.add(one.deployment_id, NOW, "system", [one], {name: content})
        work.deployments.add(new_key(), NOW, "system", [], {})

        assert work.deployments.content(name) == content


def test_version_that_stands_there_is_refused(database: Database, versions: list[DefinitionRecord]) -> None:
    with pytest.raises(AlreadyExists) as refused, database.work() as work:
        deployed(work, a_definition(version=3))

    assert refused.value.facts["table"] == "definition"


def test_starts_belong_to_the_newest_version(database: Database, versions: list[DefinitionRecord]) -> None:
    def a_start(element: str, definition: DefinitionRecord, kind: str = "message", name: str = "paid") -> StartRecord:
        return StartRecord(process_id="renewal", element_id=element, definition_id=definition.id, kind=kind, name=name)

    old, new, timer = a_start("a", versions[0]), a_start("b", versions[1]), a_start("t", versions[1], "timer", "R/P1D")
    with database.work() as work:
        work.deployments.replace_starts(["renewal"], [old])
        work.deployments.replace_starts(["renewal", "other"], [new, timer])
        work.deployments.replace_starts([], [])

        assert work.deployments.starts("message", "paid") == [new]
        assert work.deployments.starts("signal", "paid") == []
        assert work.deployments.start_of("renewal", "t") == timer
        assert work.deployments.start_of("renewal", "a") is None


def test_four_who_deploy_the_same_at_once_make_four_versions(database: Database) -> None:
    def deploy(_: int) -> int:
        with database.work() as work:
            before = work.deployments.latest([("process", "renewal")]).get(("process", "renewal"))
            return deployed(work, a_definition(version=before.version + 1 if before else 1)).version

    assert sorted(at_once(4, deploy)) == [1, 2, 3, 4]
