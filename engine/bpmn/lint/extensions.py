"""Extensions on elements where they have no effect: a form on a service task, an assignment on a gateway."""

from __future__ import annotations

from typing import Final

from engine.bpmn.findings import Findings
from engine.bpmn.inventory import kind_of
from engine.bpmn.model import (
    Activity,
    BusinessRuleTask,
    CallActivity,
    Element,
    EndEvent,
    Event,
    Message,
    MultiInstance,
    Process,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    ThrowEvent,
    UserTask,
)
from engine.diagnostics import Severity

_CONNECTED: Final = (ServiceTask, SendTask, BusinessRuleTask, ScriptTask, ThrowEvent, EndEvent)
_EFFECTIVE: Final[dict[str, tuple[type[Element], ...]]] = {
    "task_definition": _CONNECTED,
    "headers": (*_CONNECTED, UserTask),
    "inputs": (Activity, ThrowEvent, EndEvent),
    "outputs": (Activity, Event),
    "form": (UserTask, StartEvent),
    "assignment": (UserTask,),
    "schedule": (UserTask,),
    "priority": (UserTask,),
    "called_decision": (BusinessRuleTask,),
    "called_element": (CallActivity,),
    "loop": (MultiInstance,),
    "script": (ScriptTask,),
    "correlation_key": (Message, ReceiveTask),
    "version_tag": (Process,),
}
"""Where each field of a meaning has effect; properties and listeners may stand anywhere (the kernel judges those)."""


def check_extensions(element: Element, findings: Findings) -> None:
    """Report what an element says in vain."""
    for field, kinds in _EFFECTIVE.items():
        if getattr(element.meaning, field) and not isinstance(element, kinds):
            said = field.replace("_", " ")
            message = f"The {said} has no effect on {kind_of(element)}."
            remedy = f"It belongs on {', '.join(sorted(kind.__name__ for kind in kinds))}."
            findings.about(element, Severity.warning, "extension-without-effect", message, remedy)
