"""One BPMN document while it is read: its ids, lines, references and attributes.

The survey walks the document once, in its order and without recursion. It names every element that the standard does
not know, gives an id to every element that has none, and finds the ids that stand twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, TypeAlias, TypedDict

from lxml import etree

from engine.bpmn.dialect import Written, expression_of, meaning_of
from engine.bpmn.findings import Findings
from engine.bpmn.model import NO_MEANING, Meaning
from engine.bpmn.vocabulary import (
    ACTIVITIES,
    ATTRIBUTES,
    BPMN,
    BPMN_DI,
    EVENT_DEFINITIONS,
    FLOW_NODES,
    HELD,
    LEFT_IN_THE_FILE,
    NOT_READ,
    PARTS,
)
from engine.diagnostics import Severity
from engine.safe_xml import line_of

Markup: TypeAlias = etree._Element
_ID: Final = re.compile(r"[^\s\x00-\x1f\x7f\"'<>&~][^\s\x00-\x1f\x7f\"'<>&]{0,254}")
_LONGEST_NAME: Final = 1_000
ANY_FLOW_NODE: Final = tuple(sorted(FLOW_NODES))
ANY_ACTIVITY: Final = tuple(sorted(ACTIVITIES))
_LABELS: Final = {ANY_FLOW_NODE: "an event, activity or gateway", ANY_ACTIVITY: "an activity"}
_EXTENSIONS: Final = f"{{{BPMN}}}extensionElements"


class Common(TypedDict):
    """What every element of the model has."""

    id: str
    line: int
    name: str
    documentation: str
    meaning: Meaning
    id_is_made_up: bool


def kind_of(element: Markup) -> str | None:
    """The BPMN name of an element; None for elements of other namespaces."""
    tag = str(element.tag)
    return tag[len(BPMN) + 2 :] if tag.startswith(f"{{{BPMN}}}") else None


class Source:
    """The document under its root `definitions`."""

    def __init__(self, root: Markup, findings: Findings) -> None:
        self.root = root
        self.findings = findings
        self.flow_nodes = 0
        self.has_diagram = False
        self._ids: dict[Markup, tuple[str, bool]] = {}
        self._by_id: dict[str, Markup] = {}
        self._expression_language = root.get("expressionLanguage") or ""
        self._survey()

    # --- what the reader asks ----------------------------------------------------------------------------------------

    def children(self, element: Markup, *kinds: str) -> Iterator[Markup]:
        """The children of these BPMN kinds, or of all, in the order of the file."""
        for child in element.iterchildren(etree.Element):
            kind = kind_of(child)
            if kind is not None and (not kinds or kind in kinds):
                yield child

    def child(self, element: Markup, kind: str) -> Markup | None:
        """The first child of this kind."""
        return next(self.children(element, kind), None)

    def text(self, element: Markup | None) -> str | None:
        """The text inside, without white space around it; None where there is none."""
        return None if element is None else "".join(str(part) for part in element.itertext()).strip() or None

    def expression(self, element: Markup | None, owner: Markup) -> str | None:
        """The text of an expression, brought to the `=` convention by the dialect."""
        text = self.text(element)
        if element is None or text is None:
            return None
        language = element.get("language") or self._expression_language
        return expression_of(Written(text, language), self.findings, self.id_of(owner), self.line_of(element))

    def id_of(self, element: Markup) -> str:
        """Its id, or the one made up for it; empty for the pieces of an element that have none."""
        return self._ids[element][0] if element in self._ids else ""

    def line_of(self, element: Markup) -> int:
        """The line in the file, from 1, where its opening tag ends."""
        return line_of(element)

    def common(self, element: Markup) -> Common:
        """What every element has: id, line, name, documentation and the meaning of its extensions."""
        id, made_up = self._ids[element]
        documents = (self.text(child) for child in self.children(element, "documentation"))
        return {
            "id": id,
            "line": self.line_of(element),
            "name": element.get("name") or "",
            "documentation": "\n".join(text for text in documents if text),
            "meaning": self._meaning(element),
            "id_is_made_up": made_up,
        }

    def flag(self, element: Markup, name: str, default: bool) -> bool:
        """An attribute that is true or false."""
        value = (element.get(name) or "").strip()
        if value in ("true", "1"):
            return True
        if value in ("false", "0"):
            return False
        if element.get(name) is not None:
            self.report(element, "bad-value", f"Expected true or false in {name}, found {value!r:.60}.", "Correct it.")
        return default

    def reference(self, text: str | None) -> str | None:
        """The id that a reference means: a qualified name loses its prefix."""
        if text is None or not text.strip():
            return None
        named = text.strip()
        return named if named in self._by_id else named.rpartition(":")[2]

    def referred(self, element: Markup, attribute: str, *kinds: str) -> str | None:
        """The id in a reference attribute, reported when it names nothing of these kinds."""
        named = self.reference(element.get(attribute))
        if named is not None:
            self.expect(element, attribute, named, *kinds)
        return named

    def expect(
        self, element: Markup, said_in: str, named: str, *kinds: str, severity: Severity = Severity.error
    ) -> bool:
        """Report a reference that names nothing, or something of another kind; say whether it holds."""
        found = self._by_id.get(named)
        if found is None:
            self.report(
                element,
                "dangling-reference",
                f"{said_in} of this {kind_of(element)} names {named!r:.120}, but nothing in the file has that id.",
                "Draw the missing element, or take the reference out.",
                severity,
            )
            return False
        if kinds and kind_of(found) not in kinds:
            self.report(
                element,
                "wrong-reference",
                f"{said_in} of this {kind_of(element)} names {named!r:.120}, a {kind_of(found)}; "
                f"expected {_LABELS.get(kinds) or ' or '.join(kinds)}.",
                "Refer to an element of the right kind.",
                severity,
            )
            return False
        return True

    def report(
        self, element: Markup, rule: str, message: str, remedy: str, severity: Severity = Severity.error
    ) -> None:
        """Write down a finding at an element."""
        id = self.id_of(element) or None
        self.findings.note(severity, rule, message, remedy, element_id=id, line=self.line_of(element))

    # --- the survey --------------------------------------------------------------------------------------------------

    def _survey(self) -> None:
        left: dict[str, list[Markup]] = {}
        waiting = [self.root]
        lines: Counter[str] = Counter()
        while waiting:
            element = waiting.pop()
            kind = kind_of(element)
            if kind is None:
                self._survey_foreign(element)
                continue
            self._name(element, kind, lines)
            if kind in NOT_READ or kind not in HELD | PARTS | LEFT_IN_THE_FILE:
                self._refuse_kind(element, kind)
                continue
            self._survey_attributes(element, kind)
            self.flow_nodes += kind in FLOW_NODES
            if kind in LEFT_IN_THE_FILE:
                left.setdefault(kind, []).append(element)
            if kind not in ("documentation", "extensionElements", "text", "script"):
                waiting.extend(reversed(list(element.iterchildren(etree.Element))))
        for kind, elements in left.items():
            self.report(
                elements[0],
                "without-effect",
                f"The file holds {len(elements)} {kind}: known to BPMN, but without effect here.",
                "Say what it should do with an extension that has effect, or leave it as drawing.",
                Severity.info,
            )

    def _survey_foreign(self, element: Markup) -> None:
        parent = element.getparent()
        if element.tag == f"{{{BPMN_DI}}}BPMNDiagram":
            self.has_diagram = self.has_diagram or element.find(f".//{{{BPMN_DI}}}BPMNShape") is not None
            return
        at_root = parent is None or parent is self.root
        self.findings.note(
            Severity.info if at_root else Severity.error,
            "foreign-element",
            f"The element {str(element.tag)!r:.160} is not of BPMN and stands outside extensionElements.",
            "Other namespaces belong inside extensionElements, where they can be understood or reported.",
            element_id=None if parent is None else self.id_of(parent) or None,
            line=self.line_of(element),
        )

    def _refuse_kind(self, element: Markup, kind: str) -> None:
        if kind in NOT_READ:
            message, remedy = f"{kind} is BPMN that is not read here, with all inside it.", "Model it as a process."
            self.report(element, "unsupported-element", message, remedy)
        else:
            message = f"BPMN 2.0 has no element {kind!r:.120}."
            self.report(element, "unknown-element", message, "Correct its name, or move it into extensionElements.")

    def _survey_attributes(self, element: Markup, kind: str) -> None:
        for name in element.attrib:
            if not str(name).startswith("{") and name not in ATTRIBUTES:
                message = f"BPMN 2.0 has no attribute {str(name)!r:.120} (on this {kind}); it has no effect."
                self.report(element, "unknown-attribute", message, "Correct its name or take it out.", Severity.warning)
        if len(element.get("name") or "") > _LONGEST_NAME:
            message = f"The name has {len(element.get('name') or ''):,} characters; at most {_LONGEST_NAME:,} are kept."
            self.report(element, "name-too-long", message, "Shorten it and put the rest into the documentation.")

    def _name(self, element: Markup, kind: str, lines: Counter[str]) -> None:
        """Give the element an id nobody else has."""
        said = element.get("id")
        fault = None if said is None else self._fault_of_id(said)
        if (said is None or fault is not None) and kind not in HELD and kind != "definitions":
            id = ""
        elif said is None or fault is not None:
            stem = f"~{kind}-{self.line_of(element)}"
            lines[stem] += 1
            id = stem if lines[stem] == 1 else f"{stem}.{lines[stem]}"
        else:
            id = said
        if id:
            self._ids[element] = (id, id != said)
            self._by_id[id] = element
        if fault is not None:
            self.report(element, *fault)

    def _fault_of_id(self, id: str) -> tuple[str, str, str] | None:
        """What stands against an id: rule, message and remedy."""
        if _ID.fullmatch(id) is None:
            message = (
                f"Expected an id without white space, quotes and brackets, up to 255 characters, found {id!r:.120}."
            )
            return "bad-id", message, "Give the element another id."
        if (other := self._by_id.get(id)) is not None:
            where = f"the {kind_of(other)} in line {self.line_of(other)}"
            return "duplicate-id", f"The id {id!r:.120} stands twice: {where} has it too.", "Give one another id."
        return None

    def _meaning(self, element: Markup) -> Meaning:
        extended = (
            element.find(_EXTENSIONS) is not None
            or any(str(name).startswith("{") for name in element.attrib)
            or kind_of(element) in ("callActivity", "scriptTask")  # whose plain attributes say as much as an extension
        )
        return meaning_of(element, self.findings, self.id_of(element)) if extended else NO_MEANING


def is_event_definition(kind: str | None) -> bool:
    """Whether a BPMN name is that of an event definition."""
    return kind in EVENT_DEFINITIONS
