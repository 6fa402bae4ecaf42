"""Syntax trees back to text, one canonical way: for those who show, explain or change what an analyst wrote.

The text parses to the same tree, for names that are known then. Brackets stand where the tree needs them and nowhere
else; comments and the writer's spaces are not kept (DMN 1.5, 10.3.1.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import syntax
from engine.feel.names import is_identifier
from engine.feel.text import literal_text

_ANY, _OR, _AND, _COMPARING, _ADDING, _MULTIPLYING, _RAISING, _TYPED, _SIGNED, _JOINED, _WHOLE = range(11)
"""How tightly the parts of a text hold together; a part within a tighter one stands in brackets."""
_TIGHTNESS = {"or": _OR, "and": _AND, "+": _ADDING, "-": _ADDING, "*": _MULTIPLYING, "/": _MULTIPLYING, "**": _RAISING}


def write_expression(node: syntax.Node) -> str:
    """The text of an expression."""
    return _within(node, _ANY)


def write_tests(node: syntax.Tests) -> str:
    """The text of unary tests, as in a cell of a decision table."""
    if not node.tests:
        return "-"
    tests = _listed(node.tests)
    return f"not({tests})" if node.negated else tests


def write_type(node: syntax.TypeNode) -> str:
    """The text of a type."""
    match node:
        case syntax.TypeName(name=name):
            return name
        case syntax.TypeOf(kind=kind, item=item):
            return f"{kind}<{write_type(item)}>"
        case syntax.ContextOf(entries=entries):
            return f"context<{', '.join(f'{_key(key)}: {write_type(entry)}' for key, entry in entries)}>"
        case syntax.FunctionOf(parameters=parameters, result=result):
            return f"function<{', '.join(map(write_type, parameters))}> -> {write_type(result)}"


def _within(node: syntax.Node, tightness: int) -> str:
    own, text = _WRITERS[type(node)](node)
    return text if own >= tightness else f"({text})"


def _listed(nodes: tuple[syntax.Node, ...]) -> str:
    return ", ".join(_within(node, _ANY) for node in nodes)


def _key(key: str) -> str:
    return key if is_identifier(key) else literal_text(key)


def _literal(node: syntax.Literal) -> tuple[int, str]:
    return _WHOLE, literal_text(node.value, inner=True)


def _name(node: syntax.Name) -> tuple[int, str]:
    return _WHOLE, node.name


def _list(node: syntax.ListLiteral) -> tuple[int, str]:
    return _WHOLE, f"[{_listed(node.items)}]"


def _context(node: syntax.ContextLiteral) -> tuple[int, str]:
    return _WHOLE, f"{{{', '.join(f'{_key(key)}: {_within(entry, _ANY)}' for key, entry in node.entries)}}}"


def _range(node: syntax.RangeLiteral) -> tuple[int, str]:
    ends = [_within(end, _ADDING) for end in (node.start, node.end) if end is not None]
    if node.operator is not None:
        return _WHOLE, f"({node.operator} {ends[0]})"
    opening, closing = "[" if node.start_included else "(", "]" if node.end_included else ")"
    return _WHOLE, f"{opening}{'..'.join(ends)}{closing}"


def _if(node: syntax.If) -> tuple[int, str]:
    condition, then, otherwise = (_within(part, _ANY) for part in (node.condition, node.then, node.otherwise))
    return _ANY, f"if {condition} then {then} else {otherwise}"


def _walks(iterators: tuple[syntax.Iterator, ...]) -> str:
    written = []
    for walk in iterators:
        end = "" if walk.end is None else f"..{_within(walk.end, _ADDING)}"
        written.append(f"{walk.name} in {_within(walk.source, _ADDING)}{end}")
    return ", ".join(written)


def _for(node: syntax.For) -> tuple[int, str]:
    return _ANY, f"for {_walks(node.iterators)} return {_within(node.body, _ANY)}"


def _quantified(node: syntax.Quantified) -> tuple[int, str]:
    word = "every" if node.every else "some"
    return _ANY, f"{word} {_walks(node.iterators)} satisfies {_within(node.condition, _ANY)}"


def _function(node: syntax.FunctionLiteral) -> tuple[int, str]:
    parameters = ", ".join(name if kind is None else f"{name}: {write_type(kind)}" for name, kind in node.parameters)
    return _ANY, f"function({parameters}) {'external ' if node.external else ''}{_within(node.body, _ANY)}"


def _call(node: syntax.Call) -> tuple[int, str]:
    callee = _within(node.callee, _JOINED)
    if node.names is None:
        return _JOINED, f"{callee}({_listed(node.arguments)})"
    named = zip(node.names, node.arguments, strict=True)
    return _JOINED, f"{callee}({', '.join(f'{name}: {_within(value, _ANY)}' for name, value in named)})"


def _path(node: syntax.Path) -> tuple[int, str]:
    return _JOINED, f"{_within(node.source, _JOINED)}.{node.name}"


def _filter(node: syntax.Filter) -> tuple[int, str]:
    return _JOINED, f"{_within(node.source, _JOINED)}[{_within(node.condition, _ANY)}]"


def _between(node: syntax.Between) -> tuple[int, str]:
    low, high = _within(node.low, _ADDING), _within(node.high, _ADDING)
    return _COMPARING, f"{_within(node.value, _COMPARING)} between {low} and {high}"


def _in(node: syntax.In) -> tuple[int, str]:
    return _COMPARING, f"{_within(node.value, _COMPARING)} in ({_listed(node.tests)})"


def _comparison(node: syntax.Comparison) -> tuple[int, str]:
    return _COMPARING, f"{_within(node.left, _COMPARING)} {node.operator} {_within(node.right, _ADDING)}"


def _arithmetic(node: syntax.Arithmetic) -> tuple[int, str]:
    own = _TIGHTNESS[node.rest[0][0]]
    rest = "".join(f" {operator} {_within(right, own + 1)}" for operator, right in node.rest)
    return own, _within(node.first, own + 1) + rest


def _negation(node: syntax.Negation) -> tuple[int, str]:
    return _SIGNED, f"-{_within(node.value, _SIGNED)}"


def _logic(node: syntax.Logic) -> tuple[int, str]:
    own = _TIGHTNESS[node.operator]
    return own, f" {node.operator} ".join(_within(operand, own + 1) for operand in node.operands)


def _instance_of(node: syntax.InstanceOf) -> tuple[int, str]:
    return _TYPED, f"{_within(node.value, _SIGNED)} instance of {write_type(node.type)}"


_WRITERS: dict[type, Callable[[Any], tuple[int, str]]] = {
    syntax.Literal: _literal,
    syntax.Name: _name,
    syntax.ListLiteral: _list,
    syntax.ContextLiteral: _context,
    syntax.RangeLiteral: _range,
    syntax.If: _if,
    syntax.For: _for,
    syntax.Quantified: _quantified,
    syntax.FunctionLiteral: _function,
    syntax.Call: _call,
    syntax.Path: _path,
    syntax.Filter: _filter,
    syntax.Between: _between,
    syntax.In: _in,
    syntax.Comparison: _comparison,
    syntax.Arithmetic: _arithmetic,
    syntax.Negation: _negation,
    syntax.Logic: _logic,
    syntax.InstanceOf: _instance_of,
}
