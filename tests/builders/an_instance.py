"""Builds process instances with what must stand before them, and puts them into a store."""

from __future__ import annotations

from typing import Any

from engine.casework.case import Case
from engine.identity import new_key
from engine.store.records import DefinitionRecord, InstanceRecord
from engine.store.unit_of_work import UnitOfWork
from tests.builders.a_case import a_case
from tests.builders.a_task import NOW


def a_definition(key: str = "renewal", version: int = 1, **said: Any) -> DefinitionRecord:
    """A process definition; its deployment and content are not there yet."""
    values: dict[str, Any] = {
        "id": new_key(),
        "kind": "process",
        "deployment_id": new_key(),
        "file_name": f"{key}.bpmn",
        "checksum": "0" * 64,
    }
    return DefinitionRecord(key=key, version=version, **{**values, **said})


def deployed(work: UnitOfWork, definition: DefinitionRecord | None = None) -> DefinitionRecord:
    """Deploy a definition alone."""
    found = definition or a_definition(key=f"process-{new_key()}")
    work.deployments.add(found.deployment_id, NOW, "system", [found], {found.checksum: b"<bpmn/>"})
    return found


def an_instance(definition: DefinitionRecord, **said: Any) -> InstanceRecord:
    """An instance that just started."""
    values: dict[str, Any] = {"id": new_key(), "state": "active", "version": 1, "snapshot": b"tokens"}
    return InstanceRecord(definition_id=definition.id, process_id=definition.key, started_at=NOW, **{**values, **said})


def started(work: UnitOfWork, *, case: Case | None = None, **said: Any) -> InstanceRecord:
    """Put an instance into the store, with its definition, and with a case when one is given."""
    record = an_instance(deployed(work), case_id=case.id if case else None, **said)
    if case is not None:
        record.id, record.case = case.instance_id, case
        work.cases.add(case)
    work.instances.add(record, {})
    return record


def started_with_case(work: UnitOfWork, **said: Any) -> tuple[InstanceRecord, Case]:
    """The same with a case of the next number."""
    case = a_case(number=work.cases.next_number("AZ", 2026), **said)
    return started(work, case=case), case
