"""Names that nobody knows and types that cannot fit, in the expressions of a model (DMN 1.5, 10.3.2).

In: a compiled model. Out: diagnostics with the expression's place. What is certain for every input is an error; what
is only probable, such as an entry beyond a type's declared components, a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from engine.diagnostics import Diagnostic
from engine.dmn.checks.boxes import Boxes, told_function
from engine.dmn.compiled import CompiledDecisions
from engine.dmn.model import BusinessKnowledgeModel, Decision
from engine.dmn.nodes import DecisionNode, InputNode, Key, Node, RequirementCycle, plan_for
from engine.feel.inference import Names, Whole, can_become
from engine.feel.types import ANY, FeelType

_MOST_FINDINGS: Final = 200


def check_types(compiled: CompiledDecisions) -> tuple[Diagnostic, ...]:
    """The findings about all expressions of a model; those of imported models are theirs."""
    return tuple(_walked(compiled).boxes.diagnostics[:_MOST_FINDINGS])


def inferred_types(compiled: CompiledDecisions) -> Mapping[Key, FeelType]:
    """What each decision gives, null apart: the declared type, else what its logic tells."""
    return _walked(compiled).inferred


def _walked(compiled: CompiledDecisions) -> _Model:
    checks = _Model(compiled)
    for element in compiled.definitions.elements:
        if isinstance(element, BusinessKnowledgeModel):
            checks.knowledge(element)
    for key in _in_order(compiled):
        checks.decision(key)
    return checks


def _in_order(compiled: CompiledDecisions) -> Iterable[Key]:
    """The decisions of the model, each after those it requires; none when some require each other in a circle."""
    own = [key for key, node in compiled.nodes.items() if isinstance(node, DecisionNode)]
    try:
        return [key for key in plan_for(compiled.nodes, own) if isinstance(compiled.nodes[key], DecisionNode)]
    except RequirementCycle:
        return ()


class _Model:
    def __init__(self, compiled: CompiledDecisions) -> None:
        self._compiled = compiled
        self._namespace = compiled.definitions.namespace
        self.boxes = Boxes(compiled.types, compiled.components, compiled.definitions.file)
        self.inferred: dict[Key, FeelType] = {}

    def decision(self, key: Key) -> None:
        """Check a decision of this model; of another only its type is of interest."""
        node = self._compiled.nodes[key]
        element = self._compiled.definitions.by_id.get(key[1]) if key[0] == self._namespace else None
        assert isinstance(node, DecisionNode)
        if not isinstance(element, Decision):
            self.inferred[key] = node.kind or ANY
            return
        types: dict[str, FeelType] = {}
        for need in node.needs:
            _bind(types, need.path, self._type(need.key, self._compiled.nodes[need.key]))
        known = self._compiled.components | {part for need in node.needs for part in need.path}
        found = self.boxes.type_of(element.logic, Names(types), known)
        if node.kind is not None and not can_become(found, node.kind):
            self.boxes.misfit("decision-type", f"The decision `{element.name}`", node.kind, found, element.spot)
        self.inferred[key] = node.kind or found

    def knowledge(self, element: BusinessKnowledgeModel) -> None:
        """Check the body of a business knowledge model, which sees its parameters and what it requires."""
        if element.logic is None:
            return
        types: dict[str, FeelType] = {}
        is_open = False
        for reference in element.requires:
            other = self._compiled.definitions.by_id.get(reference.element_id)
            if reference.namespace not in (None, self._namespace) or other is None:
                is_open = True
            else:
                key = (self._namespace, reference.element_id)
                types[other.variable.name] = self._type(key, self._compiled.nodes[key])
        own = self._compiled.nodes[self._namespace, element.spot.element_id or element.name]
        types[element.variable.name] = self._type((self._namespace, ""), own)
        self.boxes.type_of(element.logic, Names(types, is_open=is_open), self._compiled.components | types.keys())

    def _type(self, key: Key, node: Node) -> FeelType:
        if isinstance(node, InputNode):
            return node.kind or ANY
        if isinstance(node, DecisionNode):
            return self.inferred.get(key, node.kind or ANY)
        return told_function(node.function)


def _bind(types: dict[str, FeelType], path: tuple[str, ...], kind: FeelType) -> None:
    """Set a name, or an entry of the context that stands for an imported model."""
    if len(path) == 1:
        types[path[0]] = kind
        return
    outer = types.get(path[0])
    inner: dict[str, FeelType] = dict(outer.entries) if isinstance(outer, Whole) else {}
    _bind(inner, path[1:], kind)
    types[path[0]] = Whole(inner)
