"""The model of a DMN file: decisions, tables, types; typed, as written, with places for messages.

Made by `reader`, compiled by `compiled`. Names and spellings are the standard's (DMN 1.5, chapters 6 to 10).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands in its file."""

    element_id: str | None = None
    """Of the element, or of the nearest around it that has one."""
    line: int | None = None
    place: str = field(default="", compare=False)
    """In words, such as "decision `Fee`, rule 2, input `Age`"."""


@dataclass(frozen=True, slots=True)
class Text:
    """FEEL as written, and where."""

    text: str
    spot: Spot = Spot()
    language: str | None = None
    """The expression language that the file names for it; FEEL when None."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A name and its type; an empty type is any."""

    name: str
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """An expression as text."""

    spot: Spot
    text: str
    type_ref: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column of a decision table that is tested."""

    spot: Spot
    label: str
    expression: Text
    type_ref: str | None = None
    allowed: Text | None = None


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column of a decision table that answers."""

    spot: Spot
    name: str
    type_ref: str | None = None
    allowed: Text | None = None
    """Output values, most wanted first."""
    default: Text | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a decision table."""

    spot: Spot
    tests: tuple[Text, ...]
    outputs: tuple[Text, ...]
    annotations: tuple[tuple[str, str], ...] = ()
    """Name of the annotation column, and the text of this rule."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Rules over inputs (DMN 1.5, chapter 8)."""

    spot: Spot
    hit_policy: str
    """As in the file: UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, OUTPUT ORDER, COLLECT."""
    aggregation: str | None
    """SUM, COUNT, MIN or MAX, with COLLECT."""
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[Rule, ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """An entry of a boxed context; without a variable it is the context's result."""

    variable: Variable | None
    value: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class BoxedContext:
    """Entries, each of which sees those before it."""

    spot: Spot
    entries: tuple[ContextEntry, ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a function with arguments by name."""

    spot: Spot
    callee: Text
    bindings: tuple[tuple[str, BoxedExpression | None], ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function with a boxed body."""

    spot: Spot
    kind: str
    """FEEL, Java or PMML; only FEEL is run."""
    parameters: tuple[Variable, ...]
    body: BoxedExpression | None
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedList:
    """A list of boxed expressions."""

    spot: Spot
    items: tuple[BoxedExpression | None, ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of contexts, drawn as a table."""

    spot: Spot
    columns: tuple[str, ...]
    rows: tuple[tuple[BoxedExpression | None, ...], ...]
    type_ref: str | None = None
    column_types: tuple[str | None, ...] = ()
    """The type of each column; none for any."""


@dataclass(frozen=True, slots=True)
class Conditional:
    """If, then, else, each boxed."""

    spot: Spot
    condition: BoxedExpression | None
    then: BoxedExpression | None
    otherwise: BoxedExpression | None
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedFilter:
    """The items of a list that match."""

    spot: Spot
    source: BoxedExpression | None
    match: BoxedExpression | None
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class BoxedIteration:
    """for, some or every over a list."""

    spot: Spot
    kind: str
    variable: str
    source: BoxedExpression | None
    body: BoxedExpression | None
    type_ref: str | None = None


BoxedExpression: TypeAlias = (
    LiteralExpression
    | DecisionTable
    | BoxedContext
    | Invocation
    | FunctionDefinition
    | BoxedList
    | Relation
    | Conditional
    | BoxedFilter
    | BoxedIteration
)


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type of the model."""

    spot: Spot
    name: str
    type_ref: str | None = None
    is_collection: bool = False
    allowed: Text | None = None
    """Allowed values, of the items when it is a collection."""
    constraint: Text | None = None
    """Constraint on the whole value (DMN 1.5)."""
    components: tuple[ItemDefinition, ...] = ()
    function_parameters: tuple[Variable, ...] | None = None
    """When it is the type of a function."""
    function_result: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a requirement points at."""

    element_id: str
    namespace: str | None = None
    """Of another model; None for the same one."""


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that comes from outside."""

    spot: Spot
    name: str
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision definition: what it needs, and how it is made."""

    spot: Spot
    name: str
    variable: Variable
    logic: BoxedExpression | None
    requires: tuple[Reference, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class BusinessKnowledgeModel:
    """A function that decisions share."""

    spot: Spot
    name: str
    variable: Variable
    logic: FunctionDefinition | None
    requires: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions offered as one function."""

    spot: Spot
    name: str
    variable: Variable
    outputs: tuple[Reference, ...]
    encapsulated: tuple[Reference, ...]
    input_decisions: tuple[Reference, ...]
    input_data: tuple[Reference, ...]


Element: TypeAlias = InputData | Decision | BusinessKnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True)
class Import:
    """Another model, under a name."""

    spot: Spot
    namespace: str
    name: str
    location: str | None = None
    """Where its file is said to be."""
    kind: str = ""
    """What is imported: a namespace of DMN, or that of PMML or XML Schema."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """One DMN file."""

    name: str
    namespace: str
    element_id: str | None
    file: str | None = None
    imports: tuple[Import, ...] = ()
    item_definitions: tuple[ItemDefinition, ...] = ()
    elements: tuple[Element, ...] = ()
    by_id: dict[str, Element] = field(default_factory=dict, repr=False, compare=False)
    """Elements by id, for requirements."""


_DEEPEST_LOGIC: Final = 40


def tables_in(logic: object, depth: int = _DEEPEST_LOGIC) -> Iterator[DecisionTable]:
    """The decision tables within a boxed expression, the outermost first; one within another's cells there is none."""
    if isinstance(logic, DecisionTable):
        yield logic
    elif isinstance(logic, tuple):
        for item in logic:
            yield from tables_in(item, depth)
    elif is_dataclass(logic) and depth > 0:
        for part in fields(logic):
            yield from tables_in(getattr(logic, part.name), depth - 1)
