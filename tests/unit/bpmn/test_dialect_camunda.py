"""The older dialect: what `camunda:` attributes and elements mean here, and which would run code and are refused."""

from __future__ import annotations

import pytest

from engine.bpmn import model
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import Diagnostic, Severity
from tests.builders.a_model import a_process


def reading_of(
    kind: str, attributes: dict[str, str] | None = None, extension: str = "", content: str = ""
) -> tuple[model.FlowNode, tuple[Diagnostic, ...]]:
    definitions, findings = read_bpmn(
        a_process("p").node(kind, "it", attributes=attributes or {}, extension=extension, content=content).xml()
    )
    return definitions.processes["p"].scope.nodes["it"], findings


def c(**attributes: str) -> dict[str, str]:
    """Attributes of the dialect."""
    return {f"camunda:{name}": value for name, value in attributes.items()}


@pytest.mark.parametrize(
    ("kind", "attributes", "field", "expected"),
    [
        (
            "userTask",
            c(assignee="${owner}", candidateGroups="city:clerk", candidateUsers="a,b"),
            "assignment",
            model.Assignment(assignee="=owner", candidate_groups="city:clerk", candidate_users="a,b"),
        ),
        (
            "userTask",
            c(dueDate="${due}", followUpDate="2027-01-01T00:00:00Z"),
            "schedule",
            model.TaskSchedule(due_date="=due", follow_up_date="2027-01-01T00:00:00Z"),
        ),
        ("userTask", c(priority="${urgent ? 90 : 50}"), "priority", "=(if urgent then 90 else 50)"),
        ("userTask", c(formKey="embedded:x"), "form", model.FormLink(form_key="embedded:x")),
        (
            "startEvent",
            c(formRef="f", formRefBinding="deployment"),
            "form",
            model.FormLink(form_id="f", binding=model.Binding.deployment),
        ),
        (
            "serviceTask",
            c(type="external", topic="register"),
            "task_definition",
            model.TaskDefinition(type="register"),
        ),
        (
            "businessRuleTask",
            c(decisionRef="fee", resultVariable="amount", decisionRefBinding="deployment"),
            "called_decision",
            model.CalledDecision(decision_id="fee", result_variable="amount", binding=model.Binding.deployment),
        ),
        (
            "callActivity",
            {"calledElement": "payment"},
            "called_element",
            model.CalledElement(
                process_id="payment", propagate_all_child_variables=False, propagate_all_parent_variables=False
            ),
        ),
    ],
)
def test_an_attribute_has_the_same_meaning_as_in_the_native_dialect(
    kind: str, attributes: dict[str, str], field: str, expected: object
) -> None:
    node, findings = reading_of(kind, attributes)

    assert findings == ()
    assert getattr(node.meaning, field) == expected


def test_input_and_output_parameters_are_mappings() -> None:
    node, findings = reading_of(
        "serviceTask",
        extension='<camunda:inputOutput><camunda:inputParameter name="a">${b.c}</camunda:inputParameter>'
        '<camunda:inputParameter name="method">GET</camunda:inputParameter>'
        '<camunda:outputParameter name="d">#{e}</camunda:outputParameter></camunda:inputOutput>',
    )

    assert findings == ()
    assert node.meaning.inputs == (
        model.VariableMapping(source="=b.c", target="a"),
        model.VariableMapping(source="GET", target="method"),
    )
    assert node.meaning.outputs == (model.VariableMapping(source="=e", target="d"),)


def test_variables_travel_as_the_call_says() -> None:
    node, _ = reading_of(
        "callActivity",
        {"calledElement": "payment"},
        extension='<camunda:in variables="all"/><camunda:in source="a" target="b"/>'
        '<camunda:out sourceExpression="${c.d}" target="e"/>',
    )

    called = node.meaning.called_element
    assert called is not None
    assert (called.propagate_all_parent_variables, called.propagate_all_child_variables) == (True, False)
    assert node.meaning.inputs == (model.VariableMapping(source="=a", target="b"),)
    assert node.meaning.outputs == (model.VariableMapping(source="=c.d", target="e"),)


@pytest.mark.parametrize("collection", ["items", "${items}"])
def test_collections_of_loops_are_read(collection: str) -> None:
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics camunda:collection="{collection}" camunda:elementVariable="item">'
        "<bpmn:completionCondition>${done == total}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
    )
    node, findings = reading_of("userTask", content=loop)

    assert findings == ()
    assert isinstance(node, model.UserTask)
    assert isinstance(node.loop, model.MultiInstance)
    assert node.loop.data == model.LoopData(input_collection="=items", input_element="item")
    assert node.loop.completion_condition == "=done = total"


def test_a_plain_script_in_feel_is_a_script() -> None:
    node, findings = reading_of(
        "scriptTask",
        {"scriptFormat": "feel", **c(resultVariable="sum")},
        content="<bpmn:script>a + b</bpmn:script>",
    )

    assert findings == ()
    assert node.meaning.script == model.Script(expression="=a + b", result_variable="sum")


def test_conditions_and_timers_are_translated() -> None:
    xml = (
        a_process("p").start().exclusive("g").at("g", when="${amount >= 100 && !urgent}").catch("c", duration="${wait}")
    )
    definitions, findings = read_bpmn(xml.xml())

    scope = definitions.processes["p"].scope
    assert findings == ()
    assert scope.flows["g-c"].condition == "=amount >= 100 and not(urgent)"
    assert scope.nodes["c"].definitions[0].expression == "=wait"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "relative", ["http://operaton.org/schema/1.0/bpmn", "http://flowable.org/bpmn", "http://activiti.org/bpmn"]
)
def test_relatives_of_the_dialect_are_read_alike(relative: str) -> None:
    xml = a_process("p").user_task("it", attributes={"camunda:candidateGroups": "city:clerk"}).xml()

    definitions, findings = read_bpmn(xml.replace(b"http://camunda.org/schema/1.0/bpmn", relative.encode()))

    assert findings == ()
    assignment = definitions.processes["p"].scope.nodes["it"].meaning.assignment
    assert assignment == model.Assignment(candidate_groups="city:clerk")


@pytest.mark.parametrize(
    ("kind", "attributes", "extension", "rule"),
    [
        ("serviceTask", c(**{"class": "org.example.Pay"}), "", "java-delegate"),
        ("serviceTask", c(delegateExpression="${pay}"), "", "java-delegate"),
        ("serviceTask", c(expression="${pay.now()}"), "", "java-delegate"),
        ("serviceTask", c(type="mail"), "", "java-delegate"),
        ("serviceTask", c(type="external"), "", "missing-attribute"),
        ("userTask", {}, '<camunda:taskListener class="x" event="create"/>', "java-delegate"),
        ("userTask", {}, '<camunda:executionListener expression="${x}" event="start"/>', "java-delegate"),
        ("serviceTask", {}, "<camunda:connector/>", "java-delegate"),
        ("userTask", {}, '<camunda:formData><camunda:formField id="a"/></camunda:formData>', "embedded-form"),
        ("userTask", c(formKey="a", formRef="b"), "", "two-forms"),
        ("userTask", c(formRef="b", formRefBinding="version"), "", "unsupported-attribute"),
        ("userTask", c(assignee="${users.find(1)}"), "", "expression-language"),
        ("businessRuleTask", c(decisionRef="d"), "", "missing-attribute"),
        (
            "serviceTask",
            {},
            '<camunda:inputOutput><camunda:inputParameter name="a"><camunda:script scriptFormat="groovy">1'
            "</camunda:script></camunda:inputParameter></camunda:inputOutput>",
            "script-language",
        ),
        (
            "serviceTask",
            {},
            '<camunda:inputOutput><camunda:inputParameter name="a"><camunda:list/></camunda:inputParameter>'
            "</camunda:inputOutput>",
            "unsupported-extension",
        ),
    ],
)
def test_what_would_run_code_or_do_nothing_is_refused_by_name(
    kind: str, attributes: dict[str, str], extension: str, rule: str
) -> None:
    _, findings = reading_of(kind, attributes, extension)

    assert [(found.rule, found.severity, found.element_id) for found in findings] == [(rule, Severity.error, "it")]


@pytest.mark.parametrize(
    ("attributes", "extension", "rule", "severity"),
    [
        (c(asyncBefore="true"), "", "without-effect", Severity.info),
        (
            {},
            "<camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>",
            "without-effect",
            Severity.info,
        ),
        (c(initiator="who"), "", "unknown-extension", Severity.warning),
        ({}, "<camunda:potentialStarter/>", "unknown-extension", Severity.warning),
    ],
)
def test_what_is_not_understood_is_reported(
    attributes: dict[str, str], extension: str, rule: str, severity: Severity
) -> None:
    _, findings = reading_of("startEvent", attributes, extension)

    assert [(found.rule, found.severity) for found in findings] == [(rule, severity)]


def test_the_native_dialect_counts_where_both_speak() -> None:
    node, findings = reading_of("userTask", c(assignee="old"), '<zeebe:assignmentDefinition assignee="new"/>')

    assert node.meaning.assignment == model.Assignment(assignee="new")
    assert [found.rule for found in findings] == ["two-dialects"]
