"""What tasks and calls need to be done: a queue, a connector, a decision definition, a script, a collection."""

from __future__ import annotations

from engine.bpmn.findings import Findings
from engine.bpmn.model import (
    Activity,
    BusinessRuleTask,
    CallActivity,
    FlowNode,
    MultiInstance,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    UserTask,
)
from engine.diagnostics import Severity

_E, _W, _I = Severity.error, Severity.warning, Severity.info


def check_work(node: FlowNode, findings: Findings) -> None:
    """One activity: who or what does it, and its loop."""
    if not isinstance(node, Activity):
        if isinstance(node, StartEvent):
            _check_form(node, findings)
        return
    if not node.name.strip():
        message = "The activity has no name."
        findings.about(node, _I, "no-name", message, "Name it with a verb and what it is about.")
    meaning = node.meaning
    match node:
        case UserTask():
            _check_user_task(node, findings)
        case ScriptTask():
            _check_script(node, findings)
        case SendTask(message=None) if meaning.task_definition is None:
            message = "Nothing says what is sent: the task has neither a message nor a task definition."
            findings.about(node, _E, "message-missing", message, "Choose the message, or the connector that sends it.")
        case ServiceTask() if meaning.task_definition is None:
            message = "Nothing says which connector does this task."
            findings.about(node, _E, "no-task-definition", message, "Fill in the type of its task definition.")
        case BusinessRuleTask() if meaning.called_decision is None and meaning.task_definition is None:
            message = "Nothing says which decision definition this task evaluates."
            findings.about(node, _E, "no-decision", message, "Fill in the called decision and its result variable.")
        case CallActivity() if meaning.called_element is None:
            message = "Nothing says which process is called."
            findings.about(node, _E, "no-called-process", message, "Fill in the called process.")
        case _:
            pass
    if isinstance(node.loop, MultiInstance) and node.loop.data is None and node.loop.cardinality is None:
        message = "The multi-instance has neither a collection nor a number of times."
        findings.about(node, _E, "loop-without-collection", message, "Fill in its input collection.")


def _check_user_task(node: UserTask, findings: Findings) -> None:
    who = node.meaning.assignment
    if who is None or (who.candidate_groups is None and who.assignee is None and who.candidate_users is None):
        message = "The task belongs to no queue, so no clerk will find it."
        findings.about(node, _W, "task-without-queue", message, "Fill in candidate groups with agency:role.")
    _check_form(node, findings)


def _check_form(node: FlowNode, findings: Findings) -> None:
    form = node.meaning.form
    if form is not None and form.form_id is None:
        named = form.form_key or form.external_reference or ""
        message = f"The form {named!r:.80} is linked by a key of another engine, which is not shown here."
        findings.about(node, _W, "form-not-linked", message, "Link a form of the bundle by its id (formId).")


def _check_script(node: ScriptTask, findings: Findings) -> None:
    if node.meaning.script is not None or node.meaning.task_definition is not None:
        return
    if node.script_text is None and node.script_format is None:
        message = "The script task has no script."
        findings.about(node, _E, "no-script", message, "Write a FEEL expression and its result variable.")
    elif "feel" not in (node.script_format or "").lower():
        message = f"Scripts in {node.script_format or 'no language'!r:.60} are not run; scripts are FEEL."
        findings.about(node, _E, "script-language", message, "Write it as FEEL, or as a connector.")
    else:
        message = "The FEEL script has no result variable, so it would change nothing."
        findings.about(node, _E, "no-script", message, "Use zeebe:script with expression and resultVariable.")
