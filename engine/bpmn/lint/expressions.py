"""Every text of a process that is, or may be, an expression: it parses as FEEL, or its static value is sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from engine.bpmn.findings import Findings
from engine.bpmn.lint.timers import BadTimer, check_timer, moment
from engine.bpmn.model import (
    Activity,
    AdHocSubProcess,
    ComplexGateway,
    ConditionalDefinition,
    Element,
    Event,
    FlowNode,
    Meaning,
    MultiInstance,
    Process,
    StandardLoop,
    TimerDefinition,
)
from engine.diagnostics import Severity
from engine.errors import Invalid
from engine.feel import FeelSyntaxError, parse_expression
from engine.feel.inference import Names, infer, place_in
from engine.identity import QueueName

_NUMBER: Final = re.compile(r"[0-9]{1,6}")
_LONGEST_NAME: Final = 255
VARIABLES: Final = Names(is_open=True)
"""The variables of a process: anybody may have set any."""


class Static(Enum):
    """What a text may be when it is not FEEL."""

    nothing = auto()
    """It must be FEEL."""
    text = auto()
    queues = auto()
    number = auto()
    priority = auto()
    moment = auto()
    timer = auto()


@dataclass(frozen=True, slots=True)
class Expression:
    """One text of one element."""

    element: Element
    what: str
    """What it is for, such as `condition`."""
    text: str
    static: Static = Static.text
    timer: TimerDefinition | None = None


def check_expressions(process: Process, findings: Findings, names: Names = VARIABLES) -> None:
    """All texts of a process, its inner scopes included. `names` are variables whose types are known."""
    scopes = {id(scope): scope for scope, _ in process.scope.walk()}
    for scope in scopes.values():
        for flow in scope.flows.values():
            if flow.condition is not None:
                _check(Expression(flow, "condition", flow.condition, Static.nothing), findings, names)
    for _, node in process.scope.walk():
        for expression in _of_node(node):
            _check(expression, findings, names)
        _check_names(node, findings)


def _check(expression: Expression, findings: Findings, names: Names = VARIABLES) -> None:
    text = expression.text.strip()
    if text.startswith("="):
        _check_feel(expression, text[1:], findings, names)
        return
    fault = _fault_of_static(expression, text)
    if fault is not None:
        rule, message, remedy = fault
        findings.about(expression.element, Severity.error, rule, message, remedy)


def _check_feel(expression: Expression, text: str, findings: Findings, names: Names) -> None:
    if not text.strip():
        message = f"The {expression.what} is an equals sign and nothing else."
        findings.about(expression.element, Severity.error, "feel-syntax", message, "Write the expression.")
        return
    try:
        parsed = parse_expression(text)
    except FeelSyntaxError as fault:
        # Column 1 of the expression is what follows the equals sign.
        message = f"The {expression.what} is not FEEL, line {fault.line}, column {fault.column}: {fault.problem}"
        findings.about(expression.element, Severity.error, "feel-syntax", message, fault.remedy)
        return
    for found in infer(parsed.tree, names, only_data=True)[1]:
        severity = Severity.error if found.is_certain else Severity.warning
        where = f"The {expression.what}, {place_in(text, found.at)}"
        findings.about(expression.element, severity, found.rule, f"{where}: {found.message}", found.remedy)


def _fault_of_static(expression: Expression, text: str) -> tuple[str, str, str] | None:
    what = expression.what
    match expression.static:
        case Static.nothing:
            message = f"Expected the {what} to be FEEL beginning with an equals sign, found {text!r:.80}."
            return "not-feel", message, "Write it as an expression, such as =amount > 100."
        case Static.queues:
            try:
                for name in text.split(","):
                    QueueName.parse(name.strip())
            except Invalid as fault:
                return "bad-queue", f"The {what}: {fault.message}", fault.remedy
        case Static.number if _NUMBER.fullmatch(text) is None:
            return "bad-value", f"Expected a whole number as {what}, found {text!r:.60}.", "Write digits only."
        case Static.priority if _NUMBER.fullmatch(text) is None or int(text) > 100:
            return "bad-value", f"Expected a priority from 0 to 100, found {text!r:.60}.", "50 is usual."
        case Static.moment:
            try:
                moment(text)
            except BadTimer as fault:
                return "bad-date", f"The {what}: {fault}.", "Write a date and time, or an expression."
        case Static.timer if expression.timer is not None:
            try:
                check_timer(expression.timer)
            except BadTimer as fault:
                return "bad-timer", f"The timer cannot be read: {fault}.", "Correct it, or write an expression."
        case _:
            pass
    return None


def _of_node(node: FlowNode) -> Iterator[Expression]:
    if isinstance(node, Event):
        for definition in node.definitions:
            if isinstance(definition, TimerDefinition):
                yield Expression(node, "timer", definition.expression, Static.timer, definition)
            elif isinstance(definition, ConditionalDefinition) and definition.condition:
                yield Expression(node, "condition", definition.condition, Static.nothing)
    if isinstance(node, Activity):
        yield from _of_loop(node)
    if isinstance(node, AdHocSubProcess) and node.completion_condition is not None:
        yield Expression(node, "completion condition", node.completion_condition, Static.nothing)
    if isinstance(node, ComplexGateway) and node.activation_condition is not None:
        yield Expression(node, "activation condition", node.activation_condition, Static.nothing)
    yield from _of_meaning(node, node.meaning)


def _of_loop(node: Activity) -> Iterator[Expression]:
    match node.loop:
        case StandardLoop(condition=str(condition)):
            yield Expression(node, "loop condition", condition, Static.nothing)
        case MultiInstance() as loop:
            if loop.cardinality is not None:
                yield Expression(node, "number of times", loop.cardinality, Static.number)
            if loop.completion_condition is not None:
                yield Expression(node, "completion condition", loop.completion_condition, Static.nothing)
            if loop.data is not None:
                yield Expression(node, "input collection", loop.data.input_collection, Static.nothing)
                if loop.data.output_element is not None:
                    yield Expression(node, "output element", loop.data.output_element, Static.nothing)
        case _:
            pass


def _of_meaning(node: FlowNode, meaning: Meaning) -> Iterator[Expression]:
    if meaning.task_definition is not None:
        yield Expression(node, "type of the task definition", meaning.task_definition.type)
        yield Expression(node, "number of retries", meaning.task_definition.retries, Static.number)
    for mapping in (*meaning.inputs, *meaning.outputs):
        yield Expression(node, f"mapping to {mapping.target:.80}", mapping.source)
    if (who := meaning.assignment) is not None:
        for what, text, static in (
            ("assignee", who.assignee, Static.text),
            ("candidate groups", who.candidate_groups, Static.queues),
            ("candidate users", who.candidate_users, Static.text),
        ):
            if text is not None:
                yield Expression(node, what, text, static)
    if (when := meaning.schedule) is not None:
        for what, text in (("due date", when.due_date), ("follow-up date", when.follow_up_date)):
            if text is not None:
                yield Expression(node, what, text, Static.moment)
    if meaning.priority is not None:
        yield Expression(node, "priority", meaning.priority, Static.priority)
    if meaning.called_decision is not None:
        yield Expression(node, "decision id", meaning.called_decision.decision_id)
    if meaning.called_element is not None:
        yield Expression(node, "called process", meaning.called_element.process_id)
    if meaning.script is not None:
        yield Expression(node, "script", meaning.script.expression, Static.nothing)


def check_message_keys(elements: Iterator[Element], findings: Findings) -> None:
    """The correlation keys of the messages of a file."""
    for element in elements:
        key = element.meaning.correlation_key
        if key is not None:
            _check(Expression(element, "correlation key", key, Static.nothing), findings)


def _check_names(node: FlowNode, findings: Findings) -> None:
    """The variables an element writes have names that expressions can read."""
    for what, name in written_by(node):
        parts = name.split(".")
        if len(name) > _LONGEST_NAME or not all(part.isidentifier() for part in parts):
            message = f"Expected a variable name as {what}, found {name!r:.80}."
            remedy = "Use letters, digits and underscores; a dot goes into a context."
            findings.about(node, Severity.error, "bad-variable-name", message, remedy)


def written_by(node: FlowNode) -> Iterator[tuple[str, str]]:
    """What an element writes into, and the variables' names."""
    meaning = node.meaning
    for mapping in (*meaning.inputs, *meaning.outputs):
        if not mapping.target.startswith("="):
            yield "target of a mapping", mapping.target
    for result in (meaning.script, meaning.called_decision):
        if result is not None and result.result_variable:
            yield "result variable", result.result_variable
    if isinstance(node, Activity) and isinstance(node.loop, MultiInstance) and node.loop.data is not None:
        for what, name in (
            ("input element", node.loop.data.input_element),
            ("output collection", node.loop.data.output_collection),
        ):
            if name is not None:
                yield what, name
