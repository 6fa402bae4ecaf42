"""Every element of a model on a line of its own, for `onewindow inspect`: what it is, where it stands, what matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from engine.bpmn import model
from engine.bpmn.inventory import elements_of, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element."""

    id: str
    type: str
    """Its BPMN name, such as `userTask`."""
    name: str
    line: int
    scope: str
    """Id of the process or sub-process, node or event it stands in; empty at the root of the file."""
    meaning: str
    """What matters most about it: `queue traffic-police:examiner, form renewal`."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `--json`."""
        return asdict(self)


def describe(definitions: model.Definitions) -> list[Row]:
    """The rows of a file in the order of its lines."""
    homes = dict(_homes(definitions))
    rows = [
        Row(
            id=element.id,
            type=kind_of(element),
            name=element.name,
            line=element.line,
            scope=homes.get(element.id, ""),
            meaning=", ".join(_matters(definitions, element)),
        )
        for element in elements_of(definitions)
    ]
    return sorted(rows, key=lambda row: row.line)


def _homes(definitions: model.Definitions) -> Iterator[tuple[str, str]]:
    """Each element's id with that of what it stands in."""
    for process in definitions.processes.values():
        owners: list[tuple[str, model.Scope]] = [(process.id, process.scope)]
        for owner, scope in owners:  # grows while it is walked
            for contents in (scope.nodes, scope.flows, scope.lanes, scope.data, scope.artifacts):
                yield from ((id, owner) for id in contents)
            for node in scope.nodes.values():
                inner = [d.id for d in node.data_associations]
                if isinstance(node, model.Event):
                    inner += [d.id for d in node.definitions if d.id not in definitions.event_definitions]
                if isinstance(node, model.Activity) and node.loop is not None:
                    inner.append(node.loop.id)
                yield from ((id, node.id) for id in inner)
                if isinstance(node, model.SubProcess):
                    owners.append((node.id, node.scope))


def _matters(definitions: model.Definitions, element: model.Element) -> Iterator[str]:
    yield from _of_extensions(element.meaning)
    match element:
        case model.SequenceFlow():
            yield f"{element.source} -> {element.target}"
            if element.condition is not None:
                yield f"when {element.condition}"
        case model.TimerDefinition():
            yield f"{element.kind} {element.expression}"
        case model.MessageDefinition() | model.SendTask() | model.ReceiveTask():
            if element.message in definitions.messages:
                yield f"message {definitions.messages[element.message or ''].name}"
        case model.SignalDefinition():
            if element.signal in definitions.signals:
                yield f"signal {definitions.signals[element.signal or ''].name}"
        case model.ErrorDefinition():
            found = definitions.errors.get(element.error or "")
            yield f"error {found.code}" if found is not None else "any error"
        case model.EscalationDefinition():
            escalation = definitions.escalations.get(element.escalation or "")
            yield f"escalation {escalation.code}" if escalation is not None else "any escalation"
        case model.LinkDefinition():
            yield f"link {element.link_name}"
        case model.ConditionalDefinition():
            yield f"when {element.condition}"
        case model.BoundaryEvent():
            yield f"{'interrupts' if element.cancels_activity else 'beside'} {element.attached_to}"
        case model.SubProcess() if element.triggered_by_event:
            yield "event sub-process"
        case model.Process():
            yield "executable" if element.executable else "not executable"
        case model.Participant() if element.process is not None:
            yield f"process {element.process}"
        case model.MessageFlow():
            yield f"{element.source} -> {element.target}"
        case model.Error() | model.Escalation():
            yield f"code {element.code or ''}"
        case model.MultiInstance():
            yield "one after the other" if element.sequential else "at the same time"
        case _:
            pass
    if isinstance(element, model.Activity | model.Gateway) and element.default is not None:
        yield f"default {element.default}"


def _of_extensions(meaning: model.Meaning) -> Iterator[str]:
    if meaning.assignment is not None:
        for what, value in (
            ("queue", meaning.assignment.candidate_groups),
            ("assignee", meaning.assignment.assignee),
            ("users", meaning.assignment.candidate_users),
        ):
            if value is not None:
                yield f"{what} {value}"
    if meaning.form is not None:
        yield f"form {meaning.form.form_id or meaning.form.form_key or meaning.form.external_reference}"
    if meaning.task_definition is not None:
        yield f"connector {meaning.task_definition.type}, retries {meaning.task_definition.retries}"
    if meaning.called_decision is not None:
        yield f"decision {meaning.called_decision.decision_id} -> {meaning.called_decision.result_variable}"
    if meaning.called_element is not None:
        yield f"process {meaning.called_element.process_id}"
    if meaning.script is not None:
        yield f"{meaning.script.result_variable} {meaning.script.expression}"
    if meaning.loop is not None:
        yield f"each {meaning.loop.input_collection}"
    if meaning.schedule is not None and meaning.schedule.due_date is not None:
        yield f"due {meaning.schedule.due_date}"
    if meaning.correlation_key is not None:
        yield f"key {meaning.correlation_key}"
    if meaning.version_tag is not None:
        yield f"version {meaning.version_tag}"
