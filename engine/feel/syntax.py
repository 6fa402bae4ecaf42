"""The syntax tree of FEEL: what the grammar makes and the compiler reads.

Every node knows its place `at`, in characters from the start of the text. Runs of one kind of operator are one node
(`1 + 2 - 3`), so that a long sum is no deep tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, boolean, null or at-literal."""

    at: int
    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the scope or of a built-in function; `?` is the input of a unary test."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`"""

    at: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral:
    """`{a: 1, b: a + 1}`; an entry sees those before it."""

    at: int
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral:
    """`[a..b]`, `(a..b)`, or with one end `(< b)`, whose operator is kept."""

    at: int
    start: Node | None
    end: Node | None
    start_included: bool
    end_included: bool
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class If:
    """`if a then b else c`"""

    at: int
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator:
    """`x in list`, or `x in a..b` when `end` is given."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For:
    """`for x in a, y in b return c`"""

    at: int
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified:
    """`some x in a satisfies c`, or `every`."""

    at: int
    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type by name: of FEEL, or of an item definition."""

    name: str


@dataclass(frozen=True, slots=True)
class TypeOf:
    """`list<T>` or `range<T>`"""

    kind: str
    item: TypeNode


@dataclass(frozen=True, slots=True)
class ContextOf:
    """`context<a: T, b: U>`"""

    entries: tuple[tuple[str, TypeNode], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """`function<T, U> -> V`"""

    parameters: tuple[TypeNode, ...]
    result: TypeNode


TypeNode: TypeAlias = TypeName | TypeOf | ContextOf | FunctionOf


@dataclass(frozen=True, slots=True)
class FunctionLiteral:
    """`function(a: number, b) a + b`; `external` when its body is the host's."""

    at: int
    parameters: tuple[tuple[str, TypeNode | None], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """`f(a, b)`, or `f(x: a, y: b)` when `names` are given."""

    at: int
    callee: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """`a.b`"""

    at: int
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`list[condition or index]`"""

    at: int
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Between:
    """`x between a and b`"""

    at: int
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In:
    """`x in tests`: any of them holds."""

    at: int
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a < b` and the five like it."""

    at: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A run of `+ -`, of `* /` or of `**`, from left to right."""

    at: int
    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`-a`"""

    at: int
    value: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """A run of `and`, or of `or`."""

    at: int
    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """`a instance of T`"""

    at: int
    value: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class Tests:
    """Unary tests as in a cell of a decision table: `-`, `a, < b`, `not(c, d)`."""

    at: int
    tests: tuple[Node, ...]
    negated: bool = False


Node: TypeAlias = (
    Literal
    | Name
    | ListLiteral
    | ContextLiteral
    | RangeLiteral
    | If
    | For
    | Quantified
    | FunctionLiteral
    | Call
    | Path
    | Filter
    | Between
    | In
    | Comparison
    | Arithmetic
    | Negation
    | Logic
    | InstanceOf
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node."""
    match node:
        case Literal() | Name():
            return ()
        case ListLiteral(items=items):
            return items
        case ContextLiteral(entries=entries):
            return tuple(entry for _, entry in entries)
        case RangeLiteral(start=start, end=end):
            return tuple(part for part in (start, end) if part is not None)
        case If(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case For(iterators=iterators, body=body) | Quantified(iterators=iterators, condition=body):
            sources = (part for walk in iterators for part in (walk.source, walk.end) if part is not None)
            return (*sources, body)
        case FunctionLiteral(body=body):
            return (body,)
        case Call(callee=callee, arguments=arguments):
            return (callee, *arguments)
        case Path(source=source):
            return (source,)
        case Filter(source=source, condition=condition):
            return source, condition
        case Between(value=value, low=low, high=high):
            return value, low, high
        case In(value=value, tests=tests):
            return (value, *tests)
        case Comparison(left=left, right=right):
            return left, right
        case Arithmetic(first=first, rest=rest):
            return (first, *(part for _, part in rest))
        case Logic(operands=operands):
            return operands
        case Negation(value=value) | InstanceOf(value=value):
            return (value,)


def names_in(node: Node) -> frozenset[str]:
    """All names read anywhere in a tree, free or bound."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        seen = waiting.pop()
        if isinstance(seen, Name):
            found.add(seen.name)
        waiting.extend(children(seen))
    return frozenset(found)


def free_names(node: Node, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names that a tree reads and does not bind itself. Within a filter names may be entries of the items: not told."""
    match node:
        case Name(name=name):
            return frozenset() if name in bound else frozenset({name})
        case ContextLiteral(entries=entries):
            found: frozenset[str] = frozenset()
            for key, entry in entries:
                found |= free_names(entry, bound)
                bound |= {key}
            return found
        case For(iterators=iterators, body=body) | Quantified(iterators=iterators, condition=body):
            found = frozenset()
            for walk in iterators:
                found |= free_names(walk.source, bound)
                found |= free_names(walk.end, bound) if walk.end is not None else frozenset()
                bound |= {walk.name}
            return found | free_names(body, bound | {"partial"})
        case FunctionLiteral(parameters=parameters, body=body, external=external):
            return frozenset() if external else free_names(body, bound | {name for name, _ in parameters})
        case Filter(source=source):
            return free_names(source, bound)
        case _:
            return frozenset().union(*(free_names(child, bound) for child in children(node)))
