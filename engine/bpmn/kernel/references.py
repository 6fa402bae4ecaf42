"""What a process names that must exist when it is deployed: connectors, forms, decisions, processes, queues."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.kernel.port import Reference
from engine.bpmn.model import Event, FlowNode, MessageDefinition, Process


def references_of(process: Process) -> tuple[Reference, ...]:
    """All static references, in the order of the file. Expressions cannot be known before they are evaluated."""
    return tuple(
        found for _, node in process.scope.walk() for found in _of(node) if not found.name.lstrip().startswith("=")
    )


def _of(node: FlowNode) -> Iterator[Reference]:
    meaning, line = node.meaning, node.line
    tasks = [meaning.task_definition]
    if isinstance(node, Event):
        tasks += [d.task_definition for d in node.definitions if isinstance(d, MessageDefinition)]
    for task in tasks:
        if task is not None:
            yield Reference(kind="connector", name=task.type, element_id=node.id, line=line, headers=meaning.headers)
    if (form := meaning.form) is not None and form.form_id:
        yield Reference(
            kind="form",
            name=form.form_id,
            element_id=node.id,
            line=line,
            binding=form.binding,
            version_tag=form.version_tag,
        )
    if (decision := meaning.called_decision) is not None:
        yield Reference(
            kind="decision",
            name=decision.decision_id,
            element_id=node.id,
            line=line,
            binding=decision.binding,
            version_tag=decision.version_tag,
        )
    if (called := meaning.called_element) is not None:
        yield Reference(
            kind="process",
            name=called.process_id,
            element_id=node.id,
            line=line,
            binding=called.binding,
            version_tag=called.version_tag,
        )
    groups = meaning.assignment.candidate_groups if meaning.assignment is not None else None
    if groups and not groups.lstrip().startswith("="):
        for queue in groups.split(","):
            if queue.strip():
                yield Reference(kind="queue", name=queue.strip(), element_id=node.id, line=line)
