"""DMN files to the typed model, with every fault named by element and line (DMN 1.1 to 1.5).

Files are hostile until read: they come in by `engine.safe_xml` (no DTD, no entities, no network, bounded size), and
number and depth of their elements are bounded here. What is inside of a decision is read by `boxed_reader`.
"""

from __future__ import annotations

from urllib.parse import unquote

from lxml import etree

from engine.diagnostics import Diagnostic, ModelRefused
from engine.dmn.boxed_reader import BoxedReader, line_of
from engine.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    Definitions,
    Element,
    Import,
    InputData,
    ItemDefinition,
    Reference,
    Variable,
)
from engine.safe_xml import XmlLimits, parse_xml

LARGEST_FILE = 5_000_000
"""Bytes."""
MOST_ELEMENTS = 50_000
DEEPEST_ELEMENT = 100
_BOUNDS = XmlLimits(bytes=LARGEST_FILE)
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
_WORDS = {
    "inputData": "input",
    "decision": "decision",
    "businessKnowledgeModel": "business knowledge model",
    "decisionService": "decision service",
}


def read_dmn(data: bytes, *, file: str | None = None) -> Definitions:
    """The model of a DMN file. Raises ModelRefused with a diagnostic for each fault."""
    return _Reader(_root(data, file), file).read()


def _refuse(rule: str, message: str, remedy: str, file: str | None, line: int | None = None) -> ModelRefused:
    return ModelRefused([Diagnostic(rule, message, remedy, line=line, file=file)])


def _root(data: bytes, file: str | None) -> etree._Element:
    root = parse_xml(data, file=file, limits=_BOUNDS)
    _check_shape(root, file)
    namespace = etree.QName(root).namespace
    if namespace not in NAMESPACES or etree.QName(root).localname != "definitions":
        problem = f"Expected `definitions` of DMN 1.1 to 1.5, found `{root.tag}`."
        raise _refuse("not-dmn", problem, "Export the model as DMN 1.5.", file, line_of(root))
    return root


def _check_shape(root: etree._Element, file: str | None) -> None:
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if count > MOST_ELEMENTS or depth > DEEPEST_ELEMENT:
            problem = f"Expected at most {MOST_ELEMENTS} elements, {DEEPEST_ELEMENT} within each other."
            raise _refuse("model-too-large", problem, "Split the model.", file, line_of(element))


class _Reader(BoxedReader):
    def __init__(self, root: etree._Element, file: str | None) -> None:
        super().__init__(etree.QName(root).namespace or "", file, root.get("expressionLanguage"))
        self._root = root

    def read(self) -> Definitions:
        root = self._root
        imports = tuple(
            Import(
                self.spot(node),
                node.get("namespace", ""),
                self.name(node),
                node.get("locationURI"),
                node.get("importType", ""),
            )
            for node in self.all(root, "import")
        )
        items = tuple(self._item(node) for node in self.all(root, "itemDefinition"))
        elements: list[Element] = []
        for node in root:
            with self.within(_WORDS.get(self.local(node), ""), self.name(node)):
                element = self._element(node)
            if element is not None:
                elements.append(element)
        by_id: dict[str, Element] = {}
        for element in elements:
            key = element.spot.element_id or element.name
            if key in by_id:
                self.fault("duplicate-id", f"Expected each id once, found `{key}` again.", element.spot)
            by_id[key] = element
        if self.diagnostics:
            raise ModelRefused(self.diagnostics)
        name, namespace = root.get("name", ""), root.get("namespace", "")
        return Definitions(name, namespace, root.get("id"), self.file, imports, items, tuple(elements), by_id)

    def _element(self, node: etree._Element) -> Element | None:
        local = self.local(node)
        if local == "inputData":
            return InputData(self.own_spot(node), self.name(node), self._variable(node))
        if local == "decision":
            question = self.child(node, "question")
            return Decision(
                self.own_spot(node),
                self.name(node),
                self._variable(node),
                self.boxed_child(node),
                self._requires(node),
                "" if question is None else (question.text or "").strip(),
            )
        if local == "businessKnowledgeModel":
            logic = self.child(node, "encapsulatedLogic")
            function = None if logic is None else self.function(logic)
            return BusinessKnowledgeModel(
                self.own_spot(node), self.name(node), self._variable(node), function, self._requires(node)
            )
        return self._service(node) if local == "decisionService" else None

    def _service(self, node: etree._Element) -> DecisionService:
        kinds = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
        references = [tuple(self._reference(found) for found in self.all(node, kind)) for kind in kinds]
        return DecisionService(self.own_spot(node), self.name(node), self._variable(node), *references)

    def _variable(self, node: etree._Element) -> Variable:
        variable = self.child(node, "variable")
        name = self.name(node)
        if variable is None:
            return Variable(name)
        return Variable(self.name(variable) or name, self.type_ref(variable))

    def _requires(self, node: etree._Element) -> tuple[Reference, ...]:
        kinds = ("requiredInput", "requiredDecision", "requiredKnowledge")
        return tuple(
            self._reference(target)
            for requirement in node
            if self.local(requirement) in ("informationRequirement", "knowledgeRequirement")
            for target in requirement
            if self.local(target) in kinds
        )

    def _reference(self, node: etree._Element) -> Reference:
        namespace, _, element_id = unquote(node.get("href", "")).rpartition("#")
        return Reference(element_id, None if namespace in ("", self._root.get("namespace")) else namespace)

    def _item(self, node: etree._Element) -> ItemDefinition:
        with self.within("component" if self.local(node) == "itemComponent" else "type", self.name(node)):
            return self._item_within(node)

    def _item_within(self, node: etree._Element) -> ItemDefinition:
        function = self.child(node, "functionItem")
        components = tuple(self._item(part) for part in self.all(node, "itemComponent"))
        return ItemDefinition(
            self.spot(node),
            self.name(node),
            self.type_ref(node),
            node.get("isCollection") in ("true", "1"),
            self.text_of(self.child(node, "allowedValues")),
            self.text_of(self.child(node, "typeConstraint")),
            components,
            None
            if function is None
            else tuple(Variable(self.name(part), self.type_ref(part)) for part in self.all(function, "parameters")),
            None if function is None else function.get("outputTypeRef"),
        )
