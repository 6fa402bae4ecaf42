"""Models to decisions that can be evaluated: all FEEL parsed, all requirements found, faults as diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.diagnostics import Diagnostic, ModelRefused, Severity, errors_in
from engine.dmn.boxes import Boxes
from engine.dmn.item_types import Types
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
    Text,
)
from engine.dmn.nodes import (
    DecisionNode,
    FunctionNode,
    InputNode,
    Key,
    Need,
    Node,
    RequirementCycle,
    at_home,
    bind,
    cycles_in,
    plan_for,
    service_function,
)
from engine.feel.expression import UnaryTests
from engine.feel.names import KnownNames
from engine.feel.run import Env, Run
from engine.feel.types import FeelType, FunctionType
from engine.feel.values import Function, Value

MOST_MODELS = 100
MOST_TYPES = 20_000
"""Types that one model may import; models that import one another twice would double them at every step."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledDecisions:
    """The decisions and services of one model, ready to evaluate. Immutable; may be shared by threads."""

    definitions: Definitions
    nodes: Mapping[Key, Node] = field(repr=False)
    types: Mapping[str, FeelType] = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings; also errors, when it was compiled tolerantly."""
    components: KnownNames = field(default=KnownNames(), repr=False)
    """Names of types and their components, which expressions may hold with spaces in them."""
    imported: tuple[Definitions, ...] = field(default=(), repr=False)
    """The models it imports, by way of others too."""
    _plans: dict[Key, tuple[Key, ...] | None] = field(default_factory=dict, repr=False)
    """Plans made so far; two threads that make the same one write the same."""

    def plan(self, decision: Key) -> tuple[Key, ...] | None:
        """What must be known for a decision, in order; None when it requires itself by way of others."""
        if decision not in self._plans:
            try:
                self._plans[decision] = plan_for(self.nodes, [decision])
            except RequirementCycle:
                self._plans[decision] = None
        return self._plans[decision]

    def find(self, id_or_name: str) -> Key | None:
        """The key of a decision or service of this model by id, else by name."""
        own = self.definitions.namespace
        if (own, id_or_name) in self.nodes:
            return own, id_or_name
        wanted = (key for key, node in self.nodes.items() if key[0] == own and node.name == id_or_name)
        found = sorted(wanted, key=lambda key: isinstance(self.nodes[key], InputNode))
        return found[0] if found else None

    @property
    def decision_ids(self) -> tuple[str, ...]:
        """Ids of this model's decisions."""
        own = self.definitions.namespace
        return tuple(k for (ns, k), node in self.nodes.items() if ns == own and isinstance(node, DecisionNode))

    @property
    def service_ids(self) -> tuple[str, ...]:
        """Ids of this model's decision services."""
        model = self.definitions
        return tuple(_key(model, one)[1] for one in model.elements if isinstance(one, DecisionService))


def compile_decisions(
    definitions: Definitions, imports: Iterable[Definitions] = (), *, tolerant: bool = False
) -> CompiledDecisions:
    """Compile a model and those it imports. Raises ModelRefused with a diagnostic for each fault.

    When `tolerant`, what cannot be compiled is null instead and the faults are in `diagnostics`: for comparing engines,
    never for deployment.
    """
    models = {model.namespace: model for model in imports}
    models[definitions.namespace] = definitions
    if len(models) > MOST_MODELS:
        problem = f"Expected at most {MOST_MODELS} models, found {len(models)}."
        raise ModelRefused([Diagnostic("too-many-models", problem, file=definitions.file)])
    compiler = _Compiler(models)
    types = compiler.model(definitions)
    names = compiler.components[definitions.namespace]
    compiler.note_cycles()
    if errors_in(compiler.diagnostics) and not tolerant:
        raise ModelRefused(compiler.diagnostics)
    imported = tuple(model for model in models.values() if model is not definitions)
    return CompiledDecisions(definitions, compiler.nodes, types.by_name, tuple(compiler.diagnostics), names, imported)


class _Compiler:
    def __init__(self, models: Mapping[str, Definitions]) -> None:
        self._models = models
        self._types: dict[str, Types] = {}
        self._boxes: dict[str, Boxes] = {}
        self._scopes: dict[Key, dict[str, Value]] = {}
        self.components: dict[str, KnownNames] = {}
        self.nodes: dict[Key, Node] = {}
        self.diagnostics: list[Diagnostic] = []

    def model(self, model: Definitions) -> Types:
        """Compile a model after those it imports; twice is once."""
        if model.namespace in self._types:
            return self._types[model.namespace]
        types = self._types[model.namespace] = Types()
        boxes = self._boxes[model.namespace] = Boxes(types, model.file)
        imported: dict[str, FeelType] = {}
        for entry in model.imports:
            other = self._models.get(entry.namespace)
            if other is None:
                self._missing(boxes, entry)
                continue
            prefix = f"{entry.name}." if entry.name else ""
            imported |= {prefix + name: kind for name, kind in self.model(other).by_name.items()}
            if len(imported) > MOST_TYPES:
                problem = f"Expected at most {MOST_TYPES} imported types, found more."
                boxes.note("too-many-types", problem, entry.spot, "Import a model once.")
                imported.clear()
                break
        names = set(_component_names(model.item_definitions))
        for entry in model.imports:
            other = self._models.get(entry.namespace)
            if other is not None:
                names.update(element.name for element in other.elements)
                names.update(_component_names(other.item_definitions))
        components = self.components[model.namespace] = KnownNames(frozenset(names))

        def parse(text: Text) -> UnaryTests | None:
            return boxes.tests(text, components)

        types.learn(model.item_definitions, parse, imported, boxes.unknown_type)
        self._note_same_names(model, boxes)
        functions = [e for e in model.elements if isinstance(e, BusinessKnowledgeModel)]
        for element in model.elements:
            if isinstance(element, InputData):
                kind = boxes.kind(element.variable.type_ref, element.spot)
                self.nodes[_key(model, element)] = InputNode(element.spot, element.variable.name, kind)
        for knowledge in functions:
            self._knowledge(model, boxes, knowledge, components)
        services = [element for element in model.elements if isinstance(element, DecisionService)]
        for service in services:
            self.nodes[_key(model, service)] = FunctionNode(service.spot, service.name, _UNBUILT)
        for element in model.elements:
            if isinstance(element, Decision):
                self._decision(model, boxes, element, components)
        for service in services:
            self._service(model, boxes, service)
        for knowledge in functions:
            for need in self._needs(model, boxes, knowledge, knowledge.requires):
                target = self.nodes.get(need.key)
                if isinstance(target, FunctionNode):
                    bind(self._scopes[_key(model, knowledge)], need.path, target.function)
        self.diagnostics.extend(boxes.diagnostics)
        return types

    def _note_same_names(self, model: Definitions, boxes: Boxes) -> None:
        """Note types and elements of one name: expressions and requests can reach only one of them."""
        for parts, what in ((model.item_definitions, "type"), (model.elements, "element")):
            met: set[str] = set()
            for part in parts:
                if part.name in met:
                    problem = f"Expected each {what} to have a name of its own, found `{part.name}` again."
                    boxes.note("duplicate-name", problem, part.spot, "Rename one of them.", Severity.warning)
                met.add(part.name)

    def _missing(self, boxes: Boxes, entry: Import) -> None:
        """Note an import that is not there, or is of no decisions: PMML, XML Schema."""
        if entry.kind and "DMN" not in entry.kind:
            problem = f"Expected the import of a DMN model, found one of the type `{entry.kind:.100}`."
            boxes.note("import-type", problem, entry.spot, "Import DMN models only.")
            return
        remedy = "Put the imported model beside this one, into the same deployment or folder; or deploy it before."
        boxes.note("missing-import", f"The imported model `{entry.namespace}` is missing.", entry.spot, remedy)

    def note_cycles(self) -> None:
        """Note every circle of requirements, once."""
        for key in cycles_in(self.nodes):
            node, file = self.nodes[key], self._models[key[0]].file
            problem = f"The decision `{node.name}` requires itself, by way of others."
            remedy = "Remove one of the information requirements of the circle."
            spot = node.spot
            found = Diagnostic(
                "requirement-cycle", problem, remedy, element_id=spot.element_id, line=spot.line, file=file
            )
            self.diagnostics.append(found)

    def _needs(
        self, model: Definitions, boxes: Boxes, element: Element, references: Iterable[Reference]
    ) -> tuple[Need, ...]:
        needs: list[Need] = []
        for reference in references:
            namespace = reference.namespace or model.namespace
            other = self._models.get(namespace)
            target = None if other is None else other.by_id.get(reference.element_id)
            if other is None or target is None:
                wanted = f"{reference.namespace or ''}#{reference.element_id}"
                problem = f"`{element.name}` requires `{wanted}`, which is not there."
                boxes.note("missing-requirement", problem, element.spot, "Draw the requirement again.")
                continue
            if namespace not in self._types:
                self.model(other)
            path = (*self._way(model, namespace), target.variable.name)
            needs.append(Need((namespace, reference.element_id), path))
        return tuple(needs)

    def _way(self, model: Definitions, namespace: str) -> tuple[str, ...]:
        """The names of the imports that lead to a model."""
        if namespace == model.namespace:
            return ()
        for entry in model.imports:
            if entry.namespace == namespace:
                return (entry.name,) if entry.name else ()
        for entry in model.imports:
            other = self._models.get(entry.namespace)
            if other is not None and any(inner.namespace == namespace for inner in other.imports):
                return (entry.name, *self._way(other, namespace))
        return ()

    def _names(self, needs: Iterable[Need]) -> frozenset[str]:
        return frozenset(part for need in needs for part in need.path)

    def _decision(self, model: Definitions, boxes: Boxes, decision: Decision, components: KnownNames) -> None:
        needs = self._needs(model, boxes, decision, decision.requires)
        logic = boxes.compile(decision.logic, components | self._names(needs))
        kind = boxes.kind(decision.variable.type_ref, decision.spot)
        name, types = decision.variable.name, self._types[model.namespace].by_name
        self.nodes[_key(model, decision)] = DecisionNode(decision.spot, name, needs, logic, kind, types)

    def _knowledge(
        self, model: Definitions, boxes: Boxes, knowledge: BusinessKnowledgeModel, components: KnownNames
    ) -> None:
        key = _key(model, knowledge)
        needs = self._needs(model, boxes, knowledge, knowledge.requires)
        names = components | self._names(needs) | {knowledge.name}
        scope = self._scopes[key] = {}
        declared = boxes.kind(knowledge.variable.type_ref, knowledge.spot)
        result = declared.result if isinstance(declared, FunctionType) else declared
        run = Run(types=self._types[model.namespace].by_name)
        function: Value = None
        if knowledge.logic is not None:
            made = boxes.function(knowledge.logic, names, name=knowledge.name, result=result)
            function = made(Env(scope, None, run))
        if not isinstance(function, Function):
            function = _refusing(knowledge.name, run)
        function = at_home(function, run.types)
        scope[knowledge.variable.name] = function
        self.nodes[key] = FunctionNode(knowledge.spot, knowledge.variable.name, function)

    def _service(self, model: Definitions, boxes: Boxes, service: DecisionService) -> None:
        given = self._needs(model, boxes, service, (*service.input_data, *service.input_decisions))
        outputs: list[Need] = []
        for need in self._needs(model, boxes, service, service.outputs):
            if isinstance(self._models[need.key[0]].by_id[need.key[1]], Decision):
                outputs.append(need)
                continue
            problem = f"Expected a decision as an output of `{service.name}`, found `{need.path[-1]}`."
            boxes.note("service-output", problem, service.spot, "Offer decisions only.")
        inputs: list[tuple[Key, str, FeelType | None]] = []
        for need in given:
            node = self.nodes.get(need.key)
            kind = node.kind if isinstance(node, InputNode | DecisionNode) else None
            inputs.append((need.key, need.path[-1], kind))
        declared = boxes.kind(service.variable.type_ref, service.spot)
        result = declared.result if isinstance(declared, FunctionType) else declared
        named = [(need.key, need.path[-1]) for need in outputs]
        function = service_function(service.name, self.nodes, inputs, named, result)
        self.nodes[_key(model, service)] = FunctionNode(service.spot, service.variable.name, function)


def _key(model: Definitions, element: Element) -> Key:
    return model.namespace, element.spot.element_id or element.name


def _component_names(items: Iterable[ItemDefinition]) -> Iterable[str]:
    for item in items:
        yield item.name
        yield from _component_names(item.components)


def _refusing(name: str, made: Run) -> Function:
    """A function without logic of ours: null, for the reason found when it was compiled."""
    reason = made.warnings[0].message if made.warnings else f"`{name}` has no logic."
    return Function(name, (), lambda run, _: run.null("no-logic", reason), 0, None)


_UNBUILT = Function("", (), lambda run, _: run.null("no-logic", "The decision service is not ready."), 0, None)
