"""The native dialect: Camunda 8's `zeebe:` extension elements, as zeebe-bpmn-moddle 2.0 writes them."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from lxml import etree

from engine.bpmn.dialect.reading import Markup, Reading, Said, attributes_of, name_parts, parts
from engine.bpmn.model import (
    Assignment,
    CalledDecision,
    CalledElement,
    FormLink,
    Listener,
    LoopData,
    Script,
    TaskDefinition,
    TaskSchedule,
    VariableMapping,
)

NAMESPACE: Final = "http://camunda.org/schema/zeebe/1.0"
NAMESPACES: Final = frozenset({NAMESPACE})
_OF_TEMPLATES: Final = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
"""Attributes that element templates leave behind for the modeler."""


def read(reading: Reading) -> Said:
    """The fields of a meaning that `zeebe:` extensions say."""
    said: Said = {}
    seen: set[str] = set()
    for extension in reading.extensions():
        namespace, name = parts(extension)
        if namespace != NAMESPACE:
            continue
        if name in seen:
            message = f"zeebe:{name} stands twice on this element; the first counts."
            reading.refuse("duplicate-extension", message, "Keep one of them.", extension)
            continue
        seen.add(name)
        if (reader := _READERS.get(name)) is not None:
            found = reader(reading, extension, attributes_of(extension))
            said.update(found, listeners=(*said.get("listeners", ()), *found.get("listeners", ())))
        else:
            _refuse(reading, extension, name)
    for attribute in reading.element.attrib:
        namespace, name = name_parts(str(attribute))
        if namespace == NAMESPACE and name not in _OF_TEMPLATES:
            message = f"The attribute zeebe:{name} is not known and has no effect."
            reading.warn("unknown-extension", message, "Take it out.")
    return {name: value for name, value in said.items() if value != ()}


def _refuse(reading: Reading, extension: Markup, name: str) -> None:
    why = _REFUSED.get(name)
    if why is None:
        message = f"zeebe:{name} is not known here, so what it asks for would not be done."
        reading.refuse("unknown-extension", message, "Take it out, or correct its name.", extension)
    else:
        reading.refuse("unsupported-extension", f"zeebe:{name} is not supported: {why[0]}.", why[1], extension)


_REFUSED: Final = {
    "agentDefinition": ("models do not run agents", "Use a service task with a connector, or a user task."),
    "adHoc": ("ad-hoc sub-processes cannot be run", "Draw the order of the activities."),
    "conditionalFilter": ("conditional events are not filtered", "Write the filter into the condition."),
    "linkedResources": ("connectors are given no linked files", "Pass what is needed as a header."),
    "userTaskForm": ("forms inside the model are not read", "Save the form as a .form file and link it by its id."),
}


def _needed(reading: Reading, at: Markup, attributes: dict[str, str], name: str) -> str:
    """An attribute that must be there."""
    value = attributes.get(name, "")
    if not value.strip():
        message = f"zeebe:{parts(at)[1]} needs the attribute {name}."
        reading.refuse("missing-attribute", message, f"Fill in {name}.", at)
    return value


def _task_definition(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    definition = TaskDefinition(type=_needed(reading, at, attributes, "type"), retries=attributes.get("retries") or "3")
    return {"task_definition": definition}


def _pairs(reading: Reading, at: Markup, child: str, key: str, value: str) -> MappingProxyType[str, str]:
    """Children with a name and a value; a name that stands twice is refused."""
    found: dict[str, str] = {}
    for element in at.iterchildren(f"{{{NAMESPACE}}}{child}"):
        name = _needed(reading, element, attributes_of(element), key)
        if name in found:
            message = f"The {child} {name!r:.120} stands twice."
            reading.refuse("duplicate-extension", message, "Keep one of them.", element)
        else:
            found[name] = element.get(value) or ""
    return MappingProxyType(found)


def _headers(reading: Reading, at: Markup, _: dict[str, str]) -> Said:
    return {"headers": _pairs(reading, at, "header", "key", "value")}


def _properties(reading: Reading, at: Markup, _: dict[str, str]) -> Said:
    return {"properties": _pairs(reading, at, "property", "name", "value")}


def _mappings(reading: Reading, at: Markup, _: dict[str, str]) -> Said:
    said: Said = {}
    for child, name in (("input", "inputs"), ("output", "outputs")):
        found = tuple(
            VariableMapping(
                source=element.get("source") or "", target=_needed(reading, element, attributes_of(element), "target")
            )
            for element in at.iterchildren(f"{{{NAMESPACE}}}{child}")
        )
        if found:
            said[name] = found
    return said


def _user_task(_reading: Reading, _at: Markup, _attributes: dict[str, str]) -> Said:
    return {}  # the marker says that the engine itself keeps the task: here it always does


def _form(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    key = attributes.get("formKey")
    if key is not None and key.startswith("camunda-forms:bpmn:"):
        message = "The form is kept inside the model, where it is not read."
        reading.refuse("unsupported-extension", message, "Save it as a .form file and link it by its id.", at)
    elif not (attributes.get("formId") or key or attributes.get("externalReference")):
        reading.refuse("missing-attribute", "zeebe:formDefinition names no form.", "Fill in formId.", at)
    elif attributes.get("formId") and key:
        message = "zeebe:formDefinition links a form by formId and another by formKey."
        reading.refuse("two-forms", message, "Keep formId.", at)
    link = FormLink(
        form_id=attributes.get("formId"),
        form_key=key,
        external_reference=attributes.get("externalReference"),
        binding=reading.binding(attributes, "bindingType", at),
        version_tag=attributes.get("versionTag"),
    )
    return {"form": link}


def _assignment(_reading: Reading, _at: Markup, attributes: dict[str, str]) -> Said:
    assignment = Assignment(
        assignee=attributes.get("assignee") or None,
        candidate_groups=attributes.get("candidateGroups") or None,
        candidate_users=attributes.get("candidateUsers") or None,
    )
    return {"assignment": assignment}


def _priority(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    return {"priority": _needed(reading, at, attributes, "priority")}


def _schedule(_reading: Reading, _at: Markup, attributes: dict[str, str]) -> Said:
    schedule = TaskSchedule(
        due_date=attributes.get("dueDate") or None, follow_up_date=attributes.get("followUpDate") or None
    )
    return {"schedule": schedule}


def _called_decision(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    decision = CalledDecision(
        decision_id=_needed(reading, at, attributes, "decisionId"),
        result_variable=_needed(reading, at, attributes, "resultVariable"),
        binding=reading.binding(attributes, "bindingType", at),
        version_tag=attributes.get("versionTag"),
    )
    return {"called_decision": decision}


def _called_element(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    called = CalledElement(
        process_id=_needed(reading, at, attributes, "processId"),
        propagate_all_child_variables=attributes.get("propagateAllChildVariables", "true") != "false",
        propagate_all_parent_variables=attributes.get("propagateAllParentVariables", "true") != "false",
        binding=reading.binding(attributes, "bindingType", at),
        version_tag=attributes.get("versionTag"),
    )
    return {"called_element": called}


def _loop(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    loop = LoopData(
        input_collection=_needed(reading, at, attributes, "inputCollection"),
        input_element=attributes.get("inputElement") or None,
        output_collection=attributes.get("outputCollection") or None,
        output_element=attributes.get("outputElement") or None,
    )
    return {"loop": loop}


def _script(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    script = Script(
        expression=_needed(reading, at, attributes, "expression"),
        result_variable=_needed(reading, at, attributes, "resultVariable"),
    )
    return {"script": script}


def _subscription(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    return {"correlation_key": _needed(reading, at, attributes, "correlationKey")}


def _version_tag(reading: Reading, at: Markup, attributes: dict[str, str]) -> Said:
    return {"version_tag": _needed(reading, at, attributes, "value")}


def _listeners(kind: str) -> Callable[[Reading, Markup, dict[str, str]], Said]:
    """A reader of listeners of one kind."""

    def read_listeners(reading: Reading, at: Markup, _: dict[str, str]) -> Said:
        found = tuple(
            Listener(
                event_type=_needed(reading, element, attributes_of(element), "eventType"),
                type=_needed(reading, element, attributes_of(element), "type"),
                retries=element.get("retries") or "3",
                kind=kind,
            )
            for element in at.iterchildren(etree.Element)
        )
        return {"listeners": found}

    return read_listeners


_READERS: Final[dict[str, Callable[[Reading, Markup, dict[str, str]], Said]]] = {
    "taskDefinition": _task_definition,
    "taskHeaders": _headers,
    "ioMapping": _mappings,
    "userTask": _user_task,
    "formDefinition": _form,
    "assignmentDefinition": _assignment,
    "priorityDefinition": _priority,
    "taskSchedule": _schedule,
    "calledDecision": _called_decision,
    "calledElement": _called_element,
    "loopCharacteristics": _loop,
    "script": _script,
    "subscription": _subscription,
    "properties": _properties,
    "versionTag": _version_tag,
    "executionListeners": _listeners("execution"),
    "taskListeners": _listeners("task"),
}
