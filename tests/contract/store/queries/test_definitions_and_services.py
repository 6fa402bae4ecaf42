"""What was deployed, and the catalogue of services."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.identity import new_key
from engine.store.database import Database
from engine.store.queries import definitions, services
from engine.store.queries.paging import CursorUnknown, Page
from engine.store.records import DefinitionRecord
from tests.builders.a_task import NOW
from tests.builders.an_instance import a_definition


def deployment(database: Database, *parts: DefinitionRecord, at: int = 1, files: dict[str, bytes] | None = None) -> str:
    """Deploy definitions together; `at` orders deployments."""
    key = new_key(at)
    together = [
        DefinitionRecord(
            id=part.id, kind=part.kind, key=part.key, version=part.version, name=part.name, agency=part.agency,
            deployment_id=key, file_name=part.file_name, checksum=part.checksum,
        )
        for part in parts
    ]  # fmt: skip
    contents = {part.checksum: b"<bpmn/>" for part in parts} | (files or {})
    with database.work() as work:
        work.deployments.add(key, NOW, "aysel", together, contents)
    return key


def a_process(key: str = "renewal", version: int = 1, at: int = 1, **said: Any) -> DefinitionRecord:
    return a_definition(key, version, id=new_key(at), **said)


def a_passport(key: str, version: int = 1, title: str = "Renewal") -> tuple[DefinitionRecord, dict[str, bytes]]:
    content = f"title: {{en: {title}}}\ndescription: {{en: Long}}\nform: {key}-form\nsince: 2026-01-01\n".encode()
    checksum = title.ljust(64, "0")
    part = a_definition(
        key, version, kind="service", agency="traffic-police", checksum=checksum, file_name="service.yaml"
    )
    return part, {checksum: content}


# Definitions


def test_versions_are_told_the_newest_first(database: Database, reading: Connection) -> None:
    deployment(database, a_process(version=1, at=1), a_process("exchange", at=2))
    deployment(database, a_process(version=2, at=3), at=3)

    rows = definitions.process_definition_page(reading).items

    assert [(row.process_id, row.record.version) for row in rows] == [("renewal", 2), ("exchange", 1), ("renewal", 1)]
    assert [row.version for row in definitions.process_definition_page(reading, process_id="renewal").items] == [2, 1]


def test_process_names_the_service_it_was_deployed_with(database: Database, reading: Connection) -> None:
    passport, files = a_passport("licence")
    process, alone = a_process(at=1), a_process("alone", at=2)
    deployment(database, process, passport, files=files)
    deployment(database, alone, at=2)

    rows = definitions.process_definition_page(reading).items

    assert [(row.process_id, row.service_key) for row in rows] == [("alone", None), ("renewal", "licence")]
    assert definitions.process_definition(reading, process.id).service_key == "licence"


def test_process_deployed_with_two_services_is_told_once(database: Database, reading: Connection) -> None:
    first, files = a_passport("licence")
    second, more = a_passport("exchange", title="Exchange")
    deployment(database, a_process(), first, second, files=files | more)

    assert [row.service_key for row in definitions.process_definition_page(reading).items] == ["exchange"]


def test_decisions_and_forms_are_no_processes(database: Database, reading: Connection) -> None:
    fee = a_definition("fee", kind="decision", file_name="fee.dmn")
    form = a_definition("apply", kind="form", file_name="apply.form", checksum="f" * 64)
    deployment(database, fee, form, files={form.checksum: json.dumps({"id": "apply"}).encode()})

    assert definitions.process_definition_page(reading).items == []
    assert [row.decision_id for row in definitions.decision_page(reading).items] == ["fee"]
    assert definitions.form(reading, "apply").form == {"id": "apply"}
    for look in (definitions.process_definition, definitions.process_xml):
        with pytest.raises(NotFound):
            look(reading, fee.id)


def test_file_comes_back_as_it_was_deployed(database: Database, reading: Connection) -> None:
    process = a_process()
    deployment(database, process)

    assert definitions.process_xml(reading, process.id) == b"<bpmn/>"


def test_deployments_name_their_files_once(database: Database, reading: Connection) -> None:
    older = deployment(database, a_process(), a_process("exchange", file_name="renewal.bpmn"), at=1)
    newer = deployment(database, a_process(version=2), a_process("a", file_name="a.bpmn"), at=2)

    rows = definitions.deployment_page(reading).items

    assert [(row.id, list(row.files)) for row in rows] == [
        (newer, ["a.bpmn", "renewal.bpmn"]),
        (older, ["renewal.bpmn"]),
    ]
    assert rows[0].deployed_by == "aysel"


@pytest.mark.parametrize(
    "look", [definitions.process_definition, definitions.process_xml, definitions.form, services.service_detail]
)
def test_what_is_not_there_is_not_found(reading: Connection, look: Callable[[Connection, str], Any]) -> None:
    with pytest.raises(NotFound):
        look(reading, "nothing")


# The catalogue


def test_services_are_told_by_key_in_their_newest_version(database: Database, reading: Connection) -> None:
    old, files = a_passport("renewal", 1, "Old")
    new, newer = a_passport("renewal", 2, "New")
    other, more = a_passport("exchange", 1, "Exchange")
    deployment(database, old, other, files=files | more)
    deployment(database, new, files=newer, at=2)

    rows = services.service_page(reading).items

    assert [(row.key, row.version, row.title["en"]) for row in rows] == [
        ("exchange", 1, "Exchange"),
        ("renewal", 2, "New"),
    ]
    assert services.service_detail(reading, "renewal") == rows[1]


def test_passport_is_plain_json(database: Database, reading: Connection) -> None:
    passport, files = a_passport("renewal")
    deployment(database, passport, files=files)

    row = services.service_detail(reading, "renewal")

    assert (row.agency, row.form_id, row.description) == ("traffic-police", "renewal-form", {"en": "Long"})
    assert row.passport["since"] == "2026-01-01"


# Pages


def _paged(database: Database) -> None:
    for number in range(5):
        passport, files = a_passport(f"service-{number}", title=f"Service {number}")
        parts = [a_process(f"process-{number}", at=number), a_definition(f"rule-{number}", kind="decision")]
        deployment(database, passport, *parts, files=files, at=number)


@pytest.mark.parametrize(
    "listed",
    [
        definitions.process_definition_page,
        definitions.decision_page,
        definitions.deployment_page,
        services.service_page,
    ],
)
def test_pages_have_no_gaps_and_no_repeats(
    database: Database, reading: Connection, listed: Callable[..., Page[Any]]
) -> None:
    _paged(database)

    first = listed(reading, limit=2)
    second = listed(reading, limit=2, cursor=first.next)
    third = listed(reading, limit=2, cursor=second.next)

    assert [*first.items, *second.items, *third.items] == list(listed(reading).items)
    assert (len(third.items), third.next) == (1, None)
    with pytest.raises(CursorUnknown):
        listed(reading, cursor="x")
