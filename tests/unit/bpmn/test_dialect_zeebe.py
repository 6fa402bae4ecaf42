"""The native dialect: what `zeebe:` extension elements mean, and which are refused."""

from __future__ import annotations

import pytest

from engine.bpmn import model
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import Diagnostic, Severity
from tests.builders.a_model import a_process


def meaning_of(**said: object) -> model.Meaning:
    meaning, findings = reading_of(**said)
    assert findings == ()
    return meaning


def reading_of(kind: str = "userTask", **said: object) -> tuple[model.Meaning, tuple[Diagnostic, ...]]:
    definitions, findings = read_bpmn(a_process("p").node(kind, "it", **said).xml())
    return definitions.processes["p"].scope.nodes["it"].meaning, findings


@pytest.mark.parametrize(
    ("said", "field", "expected"),
    [
        (
            {"connector": "register", "retries": "5"},
            "task_definition",
            model.TaskDefinition(type="register", retries="5"),
        ),
        ({"connector": "=kind"}, "task_definition", model.TaskDefinition(type="=kind", retries="3")),
        ({"headers": {"method": "GET", "url": "/x"}}, "headers", {"method": "GET", "url": "/x"}),
        ({"inputs": {"a": "=b"}}, "inputs", (model.VariableMapping(source="=b", target="a"),)),
        ({"outputs": {"c": "=d.e"}}, "outputs", (model.VariableMapping(source="=d.e", target="c"),)),
        (
            {"queue": "city:clerk", "assignee": "=owner", "candidate_users": "a,b"},
            "assignment",
            model.Assignment(assignee="=owner", candidate_groups="city:clerk", candidate_users="a,b"),
        ),
        ({"form": "renewal"}, "form", model.FormLink(form_id="renewal")),
        (
            {
                "extension": '<zeebe:formDefinition formId="f" bindingType="versionTag" versionTag="v2"/>',
            },
            "form",
            model.FormLink(form_id="f", binding=model.Binding.version_tag, version_tag="v2"),
        ),
        (
            {"extension": '<zeebe:formDefinition externalReference="x"/>'},
            "form",
            model.FormLink(external_reference="x"),
        ),
        (
            {"due": "=now() + duration(&quot;P1D&quot;)".replace("&quot;", '"'), "follow_up": "2027-01-01T00:00:00Z"},
            "schedule",
            model.TaskSchedule(due_date='=now() + duration("P1D")', follow_up_date="2027-01-01T00:00:00Z"),
        ),
        ({"priority": 70}, "priority", "70"),
        (
            {"decision": "fee", "result": "amount"},
            "called_decision",
            model.CalledDecision(decision_id="fee", result_variable="amount"),
        ),
        (
            {"extension": '<zeebe:calledDecision decisionId="d" resultVariable="r" bindingType="deployment"/>'},
            "called_decision",
            model.CalledDecision(decision_id="d", result_variable="r", binding=model.Binding.deployment),
        ),
        (
            {"calls": "payment", "propagate_child": False, "propagate_parent": False},
            "called_element",
            model.CalledElement(
                process_id="payment", propagate_all_child_variables=False, propagate_all_parent_variables=False
            ),
        ),
        ({"calls": "payment"}, "called_element", model.CalledElement(process_id="payment")),
        ({"script": "=a + b", "result": "sum"}, "script", model.Script(expression="=a + b", result_variable="sum")),
        ({"properties": {"milestone": "checked"}}, "properties", {"milestone": "checked"}),
        (
            {
                "extension": '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="log"/>'
                "</zeebe:executionListeners><zeebe:taskListeners>"
                '<zeebe:taskListener eventType="completing" type="check" retries="1"/></zeebe:taskListeners>'
            },
            "listeners",
            (
                model.Listener(event_type="start", type="log"),
                model.Listener(event_type="completing", type="check", retries="1", kind="task"),
            ),
        ),
    ],
)
def test_an_extension_has_its_meaning(said: dict[str, object], field: str, expected: object) -> None:
    assert getattr(meaning_of(**said), field) == expected


def test_the_marker_of_user_tasks_says_nothing_more() -> None:
    assert meaning_of(extension="<zeebe:userTask/>") == model.Meaning()


def test_attributes_of_element_templates_are_let_pass() -> None:
    assert meaning_of(attributes={"zeebe:modelerTemplate": "x", "zeebe:modelerTemplateIcon": "y"}) == model.Meaning()


def test_a_message_keeps_its_correlation_key() -> None:
    definitions, findings = read_bpmn(a_process().receive_task("r", "paid", "=case_number").xml())

    assert findings == ()
    assert [message.meaning.correlation_key for message in definitions.messages.values()] == ["=case_number"]


def test_a_process_keeps_its_version_tag() -> None:
    definitions, _ = read_bpmn(a_process("p", version_tag="2027.1").xml())

    assert definitions.processes["p"].meaning.version_tag == "2027.1"


def test_a_thrown_message_keeps_its_connector() -> None:
    definitions, _ = read_bpmn(
        a_process("p")
        .throw(
            "t",
            content='<bpmn:messageEventDefinition><bpmn:extensionElements><zeebe:taskDefinition type="mail"/>'
            "</bpmn:extensionElements></bpmn:messageEventDefinition>",
        )
        .xml()
    )

    (definition,) = definitions.processes["p"].scope.nodes["t"].definitions  # type: ignore[attr-defined]
    assert definition.task_definition == model.TaskDefinition(type="mail")


@pytest.mark.parametrize(
    ("extension", "rule"),
    [
        ("<zeebe:agentDefinition/>", "unsupported-extension"),
        ("<zeebe:adHoc/>", "unsupported-extension"),
        ("<zeebe:conditionalFilter/>", "unsupported-extension"),
        ("<zeebe:linkedResources/>", "unsupported-extension"),
        ('<zeebe:formDefinition formKey="camunda-forms:bpmn:f1"/>', "unsupported-extension"),
        ('<zeebe:formDefinition formId="a" formKey="b"/>', "two-forms"),
        ("<zeebe:formDefinition/>", "missing-attribute"),
        ("<zeebe:taskDefinitoin/>", "unknown-extension"),
        ('<zeebe:taskDefinition type=""/>', "missing-attribute"),
        ("<zeebe:priorityDefinition/>", "missing-attribute"),
        ('<zeebe:calledDecision decisionId="x"/>', "missing-attribute"),
        ('<zeebe:calledElement processId=" "/>', "missing-attribute"),
        ('<zeebe:script expression="=1"/>', "missing-attribute"),
        ('<zeebe:ioMapping><zeebe:input source="=1"/></zeebe:ioMapping>', "missing-attribute"),
        ('<zeebe:taskDefinition type="a"/><zeebe:taskDefinition type="b"/>', "duplicate-extension"),
        (
            '<zeebe:taskHeaders><zeebe:header key="k"/><zeebe:header key="k"/></zeebe:taskHeaders>',
            "duplicate-extension",
        ),
        ('<zeebe:calledElement processId="p" bindingType="newest"/>', "bad-value"),
    ],
)
def test_what_cannot_be_done_is_an_error_at_its_element(extension: str, rule: str) -> None:
    _, findings = reading_of(extension=extension)

    assert [(found.rule, found.severity, found.element_id) for found in findings] == [(rule, Severity.error, "it")]
    assert findings[0].remedy


def test_an_unknown_attribute_of_the_dialect_is_a_warning() -> None:
    _, findings = reading_of(attributes={"zeebe:colour": "red"})

    assert [(found.rule, found.severity) for found in findings] == [("unknown-extension", Severity.warning)]


def test_a_foreign_extension_is_kept() -> None:
    meaning, findings = reading_of(extension='<x:style xmlns:x="urn:x" colour="red"/>')

    (foreign,) = meaning.foreign
    assert (foreign.namespace, foreign.name, dict(foreign.attributes)) == ("urn:x", "style", {"colour": "red"})
    assert [found.rule for found in findings] == ["foreign-extension"]


@pytest.mark.parametrize("language", ["python", "groovy", "javascript", "https://example.org/JavaScript"])
def test_conditions_in_script_languages_are_refused(language: str) -> None:
    flow = (
        '<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b">'
        f'<bpmn:conditionExpression language="{language}">x</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )

    _, findings = read_bpmn(a_process().node("task", "a").node("task", "b").more(flow).xml())

    assert [(found.rule, found.element_id) for found in findings] == [("script-language", "f")]


def test_conditions_said_to_be_feel_need_no_equals_sign() -> None:
    flow = (
        '<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"><bpmn:conditionExpression '
        'language="https://www.omg.org/spec/DMN/20191111/FEEL/">x > 1</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )

    definitions, findings = read_bpmn(a_process("p").node("task", "a").node("task", "b").more(flow).xml())

    assert findings == ()
    assert definitions.processes["p"].scope.flows["f"].condition == "=x > 1"
