"""Syntax tree to closures: each node becomes a function of an `Env`, made once and run many times.

The common cases (a name, a number, arithmetic and comparison of numbers) have closures of their own, because every
gateway and every cell of a decision table passes here.
"""

# ruff: noqa: ARG005  (every closure gets the environment)

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel import syntax
from engine.feel.calls import call, call_by_name, external_function, written_function
from engine.feel.closures import arithmetic, arithmetic_with, both, comparison, comparison_with, logic
from engine.feel.functions import BUILT_INS
from engine.feel.loops import Walk, for_loop, quantified
from engine.feel.operators import ARITHMETIC, all_true, any_true, compared, member, negate
from engine.feel.paths import at_index, filtered, path
from engine.feel.run import MISSING, Env
from engine.feel.text import shown
from engine.feel.types import FeelType, resolve, unrestricted
from engine.feel.values import NATIVE, NUMBERS, Function, Range, Value, admit, compare

Compiled: TypeAlias = Callable[[Env], Value]


def compile_node(node: syntax.Node) -> Compiled:
    """The closure of a syntax tree."""
    return _COMPILERS[type(node)](node)


def _literal(node: syntax.Literal) -> Compiled:
    value = node.value
    return lambda env: value


def _name(node: syntax.Name) -> Compiled:
    name, at = node.name, node.at
    built_in = BUILT_INS.get(name)

    def find(env: Env) -> Value:
        try:
            value = env.names[name]
        except KeyError:
            value = env.find(name)
            if value is MISSING:
                if built_in is not None:
                    return built_in
                return env.run.null("unknown-name", f"Nothing is known under the name `{name}`.", at)
            return value
        return value if value.__class__ in NATIVE else admit(value)

    return find


def _list(node: syntax.ListLiteral) -> Compiled:
    if all(isinstance(item, syntax.Literal) for item in node.items):
        values = [item.value for item in node.items if isinstance(item, syntax.Literal)]
        return lambda env: values
    items = [compile_node(item) for item in node.items]
    return lambda env: [item(env) for item in items]


def _context(node: syntax.ContextLiteral) -> Compiled:
    entries = [(key, compile_node(entry)) for key, entry in node.entries]

    def make(env: Env) -> Value:
        made: dict[str, Value] = {}
        inner = Env(made, env, env.run)
        for key, entry in entries:
            made[key] = entry(inner)
        return made

    return make


def _range(node: syntax.RangeLiteral) -> Compiled:
    start = compile_node(node.start) if node.start is not None else None
    end = compile_node(node.end) if node.end is not None else None
    signs = (node.start_included, node.end_included, node.operator)
    at = node.at

    def make(env: Env) -> Value:
        first = start(env) if start else None
        last = end(env) if end else None
        if node.operator is None:
            if first is not None and last is not None and compare(first, last) is None:
                kinds = f"{shown(first)} and {shown(last)}"
                return env.run.null("range", f"A range expects two ends that have an order, found {kinds}.", at)
        elif node.operator not in ("=", "!=") and first is None and last is None:
            return env.run.null("range", "A range expects an end, found null.", at)
        return Range(first, last, *signs)

    if all(end is None or isinstance(end, syntax.Literal) for end in (node.start, node.end)):
        return _once(make)
    return make


def _once(make: Compiled) -> Compiled:
    """A constant: made at the first evaluation that gives a value."""
    made: list[Value] = []

    def get(env: Env) -> Value:
        if made:
            return made[0]
        value = make(env)
        if value is not None:
            made.append(value)
        return value

    return get


def _if(node: syntax.If) -> Compiled:
    condition, then, otherwise = compile_node(node.condition), compile_node(node.then), compile_node(node.otherwise)

    at = node.at

    def choose(env: Env) -> Value:
        answer = condition(env)
        if answer is True:
            return then(env)
        if answer is False or answer is None:
            return otherwise(env)
        return env.run.null("condition", f"`if` expects true or false, found {shown(answer)}.", at)

    return choose


def _walks(iterators: tuple[syntax.Iterator, ...]) -> list[Walk]:
    return [
        Walk(it.name, compile_node(it.source), compile_node(it.end) if it.end is not None else None, it.source.at)
        for it in iterators
    ]


def _for(node: syntax.For) -> Compiled:
    walks, body = _walks(node.iterators), compile_node(node.body)
    partial = "partial" in syntax.names_in(node.body)
    return lambda env: for_loop(env, walks, body, partial=partial)


def _quantified(node: syntax.Quantified) -> Compiled:
    walks, condition, every = _walks(node.iterators), compile_node(node.condition), node.every
    return lambda env: quantified(env, walks, condition, every)


def _function(node: syntax.FunctionLiteral) -> Compiled:
    if node.external:
        external = external_function([name for name, _ in node.parameters], at=node.at)
        return lambda env: external
    body = compile_node(node.body)

    def make(env: Env) -> Value:
        parameters: list[tuple[str, FeelType | None]] = []
        for name, kind in node.parameters:
            resolved = None if kind is None else resolve(kind, env.run.types)
            if kind is not None and resolved is None:
                return env.run.null("unknown-type", f"The type of the parameter `{name}` is unknown.", node.at)
            parameters.append((name, resolved))
        return written_function(parameters, body, env)

    return make


def _call(node: syntax.Call) -> Compiled:
    callee = compile_node(node.callee)
    arguments = [compile_node(argument) for argument in node.arguments]
    names, at = node.names, node.at
    told = node.callee.name if isinstance(node.callee, syntax.Name) else "this"
    built_in = BUILT_INS.get(told)

    def invoke(env: Env) -> Value:
        function = callee(env)
        if function.__class__ is not Function:
            if built_in is None:
                return env.run.null("no-function", f"Expected a function as `{told}`, found {shown(function)}.", at)
            function = built_in
        values = [argument(env) for argument in arguments]
        if names is None:
            return call(env.run, function, values, at)
        return call_by_name(env.run, function, names, values, at)

    return invoke


def _path(node: syntax.Path) -> Compiled:
    source, name, at = compile_node(node.source), node.name, node.at
    return lambda env: path(env.run, source(env), name, at)


def _filter(node: syntax.Filter) -> Compiled:
    source, condition, at = compile_node(node.source), compile_node(node.condition), node.at
    index = _literal_number(node.condition)
    if index is not None:
        return lambda env: at_index(env.run, source(env), index, at)
    return lambda env: filtered(env, source(env), condition, at)


def _literal_number(node: syntax.Node) -> Decimal | None:
    if isinstance(node, syntax.Negation):
        inner = _literal_number(node.value)
        return None if inner is None else NUMBERS.minus(inner)
    return node.value if isinstance(node, syntax.Literal) and isinstance(node.value, Decimal) else None


def _between(node: syntax.Between) -> Compiled:
    value, low, high, at = compile_node(node.value), compile_node(node.low), compile_node(node.high), node.at

    def test(env: Env) -> bool | None:
        found = value(env)
        above = compared(env.run, ">=", found, low(env), at)
        return all_true([above, compared(env.run, "<=", found, high(env), at)])

    return test


def _in(node: syntax.In) -> Compiled:
    value, tests = compile_node(node.value), [compile_node(test) for test in node.tests]
    if all(isinstance(test, syntax.Literal) and isinstance(test.value, str) for test in node.tests):
        texts = frozenset(test.value for test in node.tests if isinstance(test, syntax.Literal))

        def among(env: Env) -> bool | None:
            found = value(env)
            if found.__class__ is str:
                return found in texts
            return any_true([member(env.run, found, text) for text in texts])

        return among

    def test(env: Env) -> bool | None:
        found = value(env)
        return any_true([member(env.run, found, one(env)) for one in tests])

    return test


def _comparison(node: syntax.Comparison) -> Compiled:
    left, operator, at = compile_node(node.left), node.operator, node.at
    if isinstance(node.right, syntax.Literal) and isinstance(node.right.value, Decimal | str):
        return comparison_with(operator, left, node.right.value, at)
    return comparison(operator, left, compile_node(node.right), at)


def _arithmetic(node: syntax.Arithmetic) -> Compiled:
    first = compile_node(node.first)
    if len(node.rest) == 1:
        operator, right = node.rest[0]
        number = _literal_number(node.first)
        if number is not None:
            return arithmetic_with(operator, number, compile_node(right), node.at)
        return arithmetic(operator, first, compile_node(right), node.at)
    steps = [(ARITHMETIC[operator], compile_node(right), right.at) for operator, right in node.rest]

    def calculate(env: Env) -> Value:
        value, run = first(env), env.run
        for operate, right, at in steps:
            value = operate(run, value, right(env), at)
        return value

    return calculate


def _negation(node: syntax.Negation) -> Compiled:
    number = _literal_number(node)
    if number is not None:
        return lambda env: number
    value, at = compile_node(node.value), node.at
    return lambda env: negate(env.run, value(env), at)


def _logic(node: syntax.Logic) -> Compiled:
    operands = [compile_node(operand) for operand in node.operands]
    if len(operands) == 2:
        return both(node.operator, operands[0], operands[1], node.at)
    return logic(node.operator, operands, node.at)


def _instance_of(node: syntax.InstanceOf) -> Compiled:
    value, at = compile_node(node.value), node.at
    if node.type == syntax.TypeName("Null"):
        return lambda env: value(env) is None

    def test(env: Env) -> bool | None:
        kind = resolve(node.type, env.run.types)
        if kind is None:
            env.run.null("unknown-type", "The type after `instance of` is unknown.", at)
            return None
        found = value(env)
        return found is not None and unrestricted(kind).holds(found, run=env.run)

    return test


_COMPILERS: dict[type, Callable[[Any], Compiled]] = {
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
