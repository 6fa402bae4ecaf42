"""The older dialect: `camunda:` attributes and elements of Camunda 7, and of Operaton, Activiti and Flowable.

What has a counterpart in the meaning of `zeebe:` is read; what would run Java or a script is refused by name
(`java-delegate`, `script-language`); what only tunes the old engine is let pass with a note; the rest is reported.
Names as in camunda-bpmn-moddle 8.0 and the user guide of Camunda 7.24, "Extension elements" and "Extension attributes".
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from lxml import etree

from engine.bpmn.dialect.reading import Markup, Reading, Said, name_parts, parts, text_of
from engine.bpmn.model import (
    Assignment,
    Binding,
    CalledDecision,
    CalledElement,
    FormLink,
    LoopData,
    Script,
    TaskDefinition,
    TaskSchedule,
    VariableMapping,
)
from engine.bpmn.vocabulary import BPMN
from engine.diagnostics import Severity
from engine.safe_xml import line_of

NAMESPACES: Final = frozenset(
    {
        "http://camunda.org/schema/1.0/bpmn",
        "http://operaton.org/schema/1.0/bpmn",
        "http://cibseven.org/schema/1.0/bpmn",
        "http://activiti.org/bpmn",
        "http://flowable.org/bpmn",
    }
)
Translate = Callable[[str, int], str]
"""Brings a text with `${...}` in a line to the `=` convention; says itself what it cannot."""

_TUNING: Final = frozenset(
    """asyncBefore asyncAfter async exclusive jobPriority taskPriority historyTimeToLive isStartableInTasklist
    diagramRelationId modelerTemplate modelerTemplateVersion modelerTemplateIcon triggerable skipExpression
    failedJobRetryTimeCycle jobRetryTimeCycle jobCategory""".split()  # noqa: SIM905 - a list of names reads better as text
)
"""Asks the old engine for something that has no effect on what happens."""
_CODE: Final = frozenset(
    """class delegateExpression expression variableMappingClass variableMappingDelegateExpression customProperties
    validatorClass formHandlerClass""".split()  # noqa: SIM905
)
_CODE_ELEMENTS: Final = frozenset({"executionListener", "taskListener", "eventListener", "connector", "field"})
_FORM_ELEMENTS: Final = frozenset({"formData", "formProperty"})
_JAVA: Final = "Use a connector: an external task with a topic, or a zeebe:taskDefinition."


def read(reading: Reading, translate: Translate) -> Said:
    """The fields of a meaning that `camunda:` attributes and elements say."""
    return _Camunda(reading, translate).read()


class _Camunda:
    """One element under the eyes of the older dialect; attributes are ticked off as they are understood."""

    def __init__(self, reading: Reading, translate: Translate) -> None:
        self.reading = reading
        self.kind = reading.kind
        self._translate = translate
        self._left: dict[str, str] = {}
        for name, value in reading.element.attrib.items():
            namespace, local = name_parts(str(name))
            if namespace in NAMESPACES:
                self._left[local] = str(value)
        self._extensions = [e for e in reading.extensions() if parts(e)[0] in NAMESPACES]

    def read(self) -> Said:
        said: Said = {}
        if self._left or self._extensions or self.kind in ("callActivity", "scriptTask"):
            self._work(said)
            self._people(said)
            self._forms(said)
            self._decision_or_script(said)
            self._call(said)
            self._loop(said)
        if self.kind == "process" and (tag := self._take("versionTag")) is not None:
            said["version_tag"] = tag
        for extension in self._extensions:
            self._extension(extension, said)
        self._report_left()
        return {name: value for name, value in said.items() if value not in (None, ())}

    # --- attributes --------------------------------------------------------------------------------------------------

    def _take(self, name: str) -> str | None:
        """An attribute's text, ticked off."""
        return self._left.pop(name, None)

    def _value(self, name: str) -> str | None:
        """An attribute's text as expression or static text, ticked off; None when it is empty."""
        text = self._take(name)
        return self._feel(text) if text and text.strip() else None

    def _feel(self, text: str, at: Markup | None = None) -> str:
        return self._translate(text, line_of(self.reading.element if at is None else at))

    def _work(self, said: Said) -> None:
        for name in sorted(_CODE & self._left.keys()):
            value = self._take(name)
            message = f"{name} {value!r:.120} would run code of another engine, which is never done here."
            self.reading.refuse("java-delegate", message, _JAVA)
        kind = self._take("type")
        if kind == "external":
            topic = self._value("topic")
            if topic is None:
                self.reading.refuse("missing-attribute", "An external task needs a topic.", "Fill in the topic.")
            said["task_definition"] = TaskDefinition(type=topic or "")
        elif kind is not None:
            message = f"A task of type {kind!r:.60} is built into another engine and not known here."
            self.reading.refuse("java-delegate", message, _JAVA)

    def _people(self, said: Said) -> None:
        if self.kind != "userTask":
            return
        assignment = Assignment(
            assignee=self._value("assignee"),
            candidate_groups=self._value("candidateGroups"),
            candidate_users=self._value("candidateUsers"),
        )
        if assignment != Assignment():
            said["assignment"] = assignment
        schedule = TaskSchedule(due_date=self._value("dueDate"), follow_up_date=self._value("followUpDate"))
        if schedule != TaskSchedule():
            said["schedule"] = schedule
        said["priority"] = self._value("priority")

    def _forms(self, said: Said) -> None:
        key, form_id = self._take("formKey"), self._take("formRef")
        if key is None and form_id is None:
            return
        if key is not None and form_id is not None:
            message = "The element links a form by formKey and another by formRef."
            self.reading.refuse("two-forms", message, "Keep formRef.")
        said["form"] = FormLink(form_id=form_id, form_key=key, binding=self._binding("formRefBinding"))
        self._take("formRefVersion")

    def _binding(self, name: str) -> Binding:
        said = self._take(name)
        if said == "version":
            message = f"{name} version binds to a number that only the other engine knows."
            self.reading.refuse(
                "unsupported-attribute", message, "Bind to a version tag, the deployment or the latest."
            )
            return Binding.latest
        return self.reading.binding({} if said is None else {name: said}, name)

    def _decision_or_script(self, said: Said) -> None:
        if (decision := self._take("decisionRef")) is not None:
            mapping = self._take("mapDecisionResult")
            if mapping not in (None, "singleEntry", "singleResult", "collectEntries"):
                message = f"mapDecisionResult {mapping!r:.60}: the result variable gets what the hit policy gives."
                self.reading.warn("unsupported-attribute", message, "Check what reads the result variable.")
            said["called_decision"] = CalledDecision(
                decision_id=decision,
                result_variable=self._result_variable("result variable of the decision"),
                binding=self._binding("decisionRefBinding"),
                version_tag=self._take("decisionRefVersionTag"),
            )
        elif self.kind == "scriptTask":
            self._script(said)

    def _result_variable(self, what: str) -> str:
        name = self._take("resultVariable") or self._take("resultVariableName")
        if not name:
            self.reading.refuse("missing-attribute", f"The {what} has no name.", "Fill in resultVariable.")
        return name or ""

    def _script(self, said: Said) -> None:
        """A script of plain BPMN; without a result variable it could change nothing, so it needs one."""
        written = self.reading.element.find(f"{{{BPMN}}}script")
        format_said = (self.reading.element.get("scriptFormat") or "").strip().lower()
        if written is None or "feel" not in format_said:
            return  # the lint refuses other languages, and script tasks that do nothing
        text = text_of(written)
        expression = text if text.startswith("=") else f"={text}"
        said["script"] = Script(expression=expression, result_variable=self._result_variable("result of the script"))

    def _call(self, said: Said) -> None:
        if self.kind != "callActivity":
            return
        called = self.reading.element.get("calledElement")
        if called is None or not called.strip():
            return
        binding, tag = self._binding("calledElementBinding"), self._take("calledElementVersionTag")
        self._take("calledElementVersion")
        travels: dict[str, list[VariableMapping]] = {"in": [], "out": []}
        everything = {"in": False, "out": False}
        for extension in [e for e in self._extensions if parts(e)[1] in travels]:
            self._extensions.remove(extension)
            name = parts(extension)[1]
            if extension.get("variables") == "all":
                everything[name] = True
            elif extension.get("businessKey") is not None:
                message = "Business keys are not passed on: a called process belongs to the same case."
                self.reading.warn("unsupported-extension", message, "Take it out.", extension)
            elif (target := extension.get("target")) is not None:
                source, code = extension.get("source"), extension.get("sourceExpression")
                text = f"={source}" if source is not None else self._feel(code or "", extension)
                travels[name].append(VariableMapping(source=text, target=target))
        said["called_element"] = CalledElement(
            process_id=self._feel(called.strip()),
            propagate_all_parent_variables=everything["in"],
            propagate_all_child_variables=everything["out"],
            binding=binding,
            version_tag=tag,
        )
        said["inputs"], said["outputs"] = tuple(travels["in"]), tuple(travels["out"])

    def _loop(self, said: Said) -> None:
        collection = self._take("collection")
        if self.kind == "multiInstanceLoopCharacteristics" and collection is not None:
            source = self._feel(collection)
            said["loop"] = LoopData(
                input_collection=source if source.startswith("=") else f"={source}",
                input_element=self._take("elementVariable"),
            )

    def _report_left(self) -> None:
        for name, value in self._left.items():
            if name in _TUNING:
                message = f"{name} has no effect: every step is saved, and jobs have retries of their own."
                self.reading.report(Severity.info, "without-effect", message, "It may be taken out.")
            else:
                message = f"The attribute {name}={value!r:.80} is not understood and has no effect."
                self.reading.warn("unknown-extension", message, "Say it with zeebe: extensions, or take it out.")

    # --- elements ----------------------------------------------------------------------------------------------------

    def _extension(self, extension: Markup, said: Said) -> None:
        name = parts(extension)[1]
        if name == "inputOutput":
            said["inputs"] = said.get("inputs", ()) + self._parameters(extension, "inputParameter")
            said["outputs"] = said.get("outputs", ()) + self._parameters(extension, "outputParameter")
        elif name == "properties":
            pairs = {
                str(e.get("name") or ""): str(e.get("value") or "")
                for e in extension.iterchildren(etree.Element)
                if parts(e)[1] == "property"
            }
            said["properties"] = MappingProxyType(pairs)
        elif name in _CODE_ELEMENTS:
            message = f"{name} would run code of another engine, which is never done here."
            self.reading.refuse("java-delegate", message, _JAVA, extension)
        elif name in _FORM_ELEMENTS:
            message = f"{name}: forms inside the model are not read."
            self.reading.refuse("embedded-form", message, "Write a .form file and link it by its id.", extension)
        elif name in _TUNING:
            message = f"{name} has no effect: jobs have retries of their own."
            self.reading.report(Severity.info, "without-effect", message, "It may be taken out.", extension)
        else:
            message = f"The extension {name!r:.80} is not understood and has no effect."
            remedy = "Say it with zeebe: extensions, or take it out."
            self.reading.warn("unknown-extension", message, remedy, extension)

    def _parameters(self, extension: Markup, kind: str) -> tuple[VariableMapping, ...]:
        found = []
        for parameter in extension.iterchildren(etree.Element):
            if parts(parameter)[1] != kind:
                continue
            target = parameter.get("name") or ""
            inner = next(parameter.iterchildren(etree.Element), None)
            if not target:
                self.reading.refuse("missing-attribute", f"An {kind} needs a name.", "Fill it in.", parameter)
            elif inner is not None:
                what = parts(inner)[1]
                rule = "script-language" if what == "script" else "unsupported-extension"
                message = f"The {kind} {target!r:.80} is written as {what}, which is not read."
                self.reading.refuse(rule, message, "Write its value as FEEL, beginning with an equals sign.", parameter)
            else:
                found.append(VariableMapping(source=self._feel(text_of(parameter), parameter), target=target))
        return tuple(found)
