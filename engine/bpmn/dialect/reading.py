"""What both dialects share while the extensions of one element are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from lxml import etree

from engine.bpmn.findings import Findings
from engine.bpmn.model import Binding
from engine.bpmn.vocabulary import BPMN
from engine.diagnostics import Severity
from engine.safe_xml import line_of

MOST_EXTENSIONS: Final = 1_000
"""Of one element."""
Markup: TypeAlias = etree._Element
Said: TypeAlias = dict[str, Any]
"""Fields of `Meaning` that a dialect has found, by name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One element whose extensions are read."""

    element: Markup
    kind: str
    """Its BPMN name, such as `userTask`."""
    id: str
    findings: Findings

    def refuse(self, rule: str, message: str, remedy: str, at: Markup | None = None) -> None:
        """The extension stands against deployment."""
        self.report(Severity.error, rule, message, remedy, at)

    def warn(self, rule: str, message: str, remedy: str, at: Markup | None = None) -> None:
        """The extension has no effect, or another one than its author may expect."""
        self.report(Severity.warning, rule, message, remedy, at)

    def report(self, severity: Severity, rule: str, message: str, remedy: str, at: Markup | None = None) -> None:
        """Write down a finding, at the extension when it is given, else at the element."""
        line = line_of(self.element if at is None else at)
        self.findings.note(severity, rule, message, remedy, element_id=self.id, line=line)

    def extensions(self) -> Iterator[Markup]:
        """The elements inside `extensionElements`, up to a bound that `meaning_of` checks."""
        for holder in self.element.iterchildren(f"{{{BPMN}}}extensionElements"):
            yield from islice(holder.iterchildren(etree.Element), MOST_EXTENSIONS)

    def binding(self, attributes: Mapping[str, str], name: str, at: Markup | None = None) -> Binding:
        """Which version is meant; `latest` where nothing is said."""
        said = attributes.get(name)
        if said is None:
            return Binding.latest
        try:
            return Binding(said)
        except ValueError:
            message = f"Expected {name} latest, deployment or versionTag, found {said!r:.60}."
            self.refuse("bad-value", message, "Choose one of the three.", at)
            return Binding.latest


def parts(element: Markup) -> tuple[str, str]:
    """Namespace and local name of an element."""
    return name_parts(str(element.tag))


def name_parts(name: str) -> tuple[str, str]:
    """Namespace and local name of a tag or an attribute; the namespace is empty where there is none."""
    if not name.startswith("{"):
        return "", name
    namespace, _, local = name[1:].rpartition("}")
    return namespace, local


def attributes_of(element: Markup) -> dict[str, str]:
    """The attributes without a namespace, as plain text."""
    return {str(name): str(value) for name, value in element.attrib.items() if not str(name).startswith("{")}


def text_of(element: Markup) -> str:
    """All text inside, without white space around it."""
    return "".join(str(part) for part in element.itertext()).strip()
