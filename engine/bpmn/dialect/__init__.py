"""What the extensions of a BPMN element mean, whatever dialect they are written in.

`zeebe:` (Camunda 8) is the native dialect, `camunda:` (Camunda 7 and its relatives) is read too. What neither
understands is kept as a `ForeignElement` and reported, once a namespace. After reading, one convention holds for every
text that may be an expression: a text that begins with `=` is FEEL, any other is static.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from engine.bpmn.dialect import camunda, zeebe
from engine.bpmn.dialect.juel import NotTranslatable, has_expression, to_feel
from engine.bpmn.dialect.reading import MOST_EXTENSIONS, Markup, Reading, attributes_of, name_parts, parts
from engine.bpmn.findings import Findings
from engine.bpmn.model import ForeignElement, Meaning
from engine.bpmn.vocabulary import BPMN, FEEL_LANGUAGES, XML, XSI
from engine.diagnostics import Severity
from engine.safe_xml import line_of

_SILENT: Final = frozenset(
    {BPMN, XSI, XML, "http://camunda.org/schema/modeler/1.0", "http://operaton.org/schema/modeler/1.0"}
)
"""Namespaces whose attributes say nothing about the process."""
_SCRIPTS: Final = ("python", "groovy", "javascript", "ecmascript", "ruby", "jruby", "java", "mvel", "kotlin", "scala")


@dataclass(frozen=True, slots=True)
class Written:
    """The text of an expression and the language it is said to be in (empty when nothing is said)."""

    text: str
    language: str = ""


def expression_of(written: Written, findings: Findings, element_id: str, line: int) -> str:
    """Bring an expression to the `=` convention; what cannot be translated is reported and kept as written."""
    text, language = written.text.strip(), written.language.strip().lower()
    if text.startswith("="):
        return text
    if language.startswith(FEEL_LANGUAGES):
        return f"={text}"
    if any(script in language.rpartition("/")[2] for script in _SCRIPTS):
        findings.note(
            Severity.error,
            "script-language",
            f"Expressions in {written.language!r:.60} are not run; expressions are FEEL.",
            "Write it as FEEL, beginning with an equals sign.",
            element_id=element_id,
            line=line,
        )
        return text
    if not has_expression(text):
        return text
    try:
        return to_feel(text)
    except NotTranslatable as fault:
        findings.note(
            Severity.error,
            "expression-language",
            f"The expression {text!r:.120} cannot be read as FEEL: {fault}.",
            "Write it as FEEL, beginning with an equals sign.",
            element_id=element_id,
            line=line,
        )
        return text


def meaning_of(element: Markup, findings: Findings, element_id: str) -> Meaning:
    """The meaning of all extension elements and attributes of one element."""
    reading = Reading(element, parts(element)[1], element_id, findings)
    if any(len(holder) > MOST_EXTENSIONS for holder in element.iterchildren(f"{{{BPMN}}}extensionElements")):
        message = f"The element has more than {MOST_EXTENSIONS:,} extensions."
        reading.refuse("too-many-extensions", message, "Take those out that have no effect.")
    in_zeebe = zeebe.read(reading)
    in_camunda = camunda.read(reading, lambda text, at: expression_of(Written(text), findings, element_id, at))
    # A call activity may name its process in BPMN's own attribute as well, which says nothing else.
    for name in sorted((in_zeebe.keys() & in_camunda.keys()) - {"called_element"}):
        message = f"The element says its {name.replace('_', ' ')} in zeebe: and in camunda: extensions; zeebe: counts."
        reading.warn("two-dialects", message, "Take the camunda: extensions out.")
    foreign = _foreign(reading)
    said = {**in_camunda, **in_zeebe, "foreign": foreign}
    known = {field.name for field in fields(Meaning)}
    return Meaning(**{name: value for name, value in said.items() if name in known})


def _foreign(reading: Reading) -> tuple[ForeignElement, ...]:
    """Extensions of namespaces that no dialect here understands. Reported once a namespace and file, by `Findings`."""
    found = []
    for extension in reading.extensions():
        namespace, name = parts(extension)
        if namespace == BPMN:
            message = f"{name!r:.80} stands in the namespace of BPMN, but BPMN has no such extension; it has no effect."
            reading.warn(
                "foreign-extension", message, "Take it out, or give it the namespace it belongs to.", extension
            )
        if namespace not in zeebe.NAMESPACES | camunda.NAMESPACES:
            attributes = MappingProxyType(attributes_of(extension))
            found.append(ForeignElement(namespace=namespace, name=name, attributes=attributes, line=line_of(extension)))
    for attribute, value in reading.element.attrib.items():
        namespace, name = name_parts(str(attribute))
        if namespace and namespace not in zeebe.NAMESPACES | camunda.NAMESPACES | _SILENT:
            attributes = MappingProxyType({name: str(value)})
            line = line_of(reading.element)
            found.append(ForeignElement(namespace=namespace, name=f"@{name}", attributes=attributes, line=line))
    for one in found:
        reading.findings.foreign(one.namespace, reading.id, one.line)
    return tuple(found)
