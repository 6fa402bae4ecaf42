"""The walk over a syntax tree: each node's type from those of its parts, and what is certain to fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from engine.feel import syntax
from engine.feel.functions import BUILT_INS
from engine.feel.inference.calls import Misfit, NamedFunction, built_in_call, function_call
from engine.feel.inference.kinds import Whole, item_of, kinds_of, one_of, settled, told, type_of
from engine.feel.inference.members import NoMember, member_of, within_item
from engine.feel.inference.operators import (
    calculated,
    can_be_ordered,
    can_equal,
    can_pass,
    negated,
    walked,
)
from engine.feel.inference.scope import Finding, Names, meant
from engine.feel.text import shown
from engine.feel.types import (
    ANY,
    BY_NAME,
    SIMPLE,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    Restricted,
    resolve,
)

_BOOLEAN: Final = SIMPLE["boolean"]


def infer(
    tree: syntax.Node, names: Names, types: Mapping[str, FeelType] | None = None, *, only_data: bool = False
) -> tuple[FeelType, tuple[Finding, ...]]:
    """The type of an expression's value, null apart, and what is found about it.

    `types` are item definitions, for `instance of` and parameters. With `only_data` names that nobody declared are
    never functions, as with the variables of a process.
    """
    walk = _Walk(types or {}, only_data=only_data)
    try:
        return walk.of(tree, names), tuple(walk.findings)
    except RecursionError:
        return ANY, ()


def call_of(
    callee: syntax.Node,
    arguments: Sequence[FeelType],
    argument_names: Sequence[str],
    names: Names,
    types: Mapping[str, FeelType] | None = None,
) -> tuple[FeelType, tuple[Finding, ...]]:
    """The type of what a call by name gives, for a boxed invocation, whose arguments are no texts."""
    walk = _Walk(types or {})
    try:
        return walk.call(callee, arguments, argument_names, [callee.at] * len(arguments), names), tuple(walk.findings)
    except RecursionError:
        return ANY, ()


def infer_tests(
    tests: syntax.Tests, value: FeelType, names: Names, types: Mapping[str, FeelType] | None = None
) -> tuple[Finding, ...]:
    """What is found about unary tests of a value of some type (DMN 1.5, 7.3.3)."""
    walk = _Walk(types or {})
    try:
        for test in tests.tests:
            walk.test(test, value, names)
        return tuple(walk.findings)
    except RecursionError:
        return ()


class _Walk:
    def __init__(self, types: Mapping[str, FeelType], *, only_data: bool = False) -> None:
        self._types = types
        self._only_data = only_data
        self.findings: list[Finding] = []

    def of(self, node: syntax.Node, names: Names) -> FeelType:
        """The type of a node's value."""
        return _OF[type(node)](self, node, names)

    def test(self, test: syntax.Node, value: FeelType, names: Names) -> None:
        """One unary test: true or false where it asks for `?`, else what the input may be in or equal."""
        found = self.of(test, names.within({"?": value}))
        kinds = kinds_of(found)
        if "boolean" in kinds and ("?" in syntax.names_in(test) or kinds_of(value) != {"boolean"}):
            return
        if found is not _FAULTY and not can_pass(value, found):
            self._fault(
                "test-type",
                f"Expected a test of {told(value)}, found {told(found)}: it never holds.",
                "Compare with a value of the same type.",
                test.at,
            )

    def _fault(self, rule: str, message: str, remedy: str, at: int, *, is_certain: bool = True) -> FeelType:
        self.findings.append(Finding(rule, message, remedy, at, is_certain))
        return _FAULTY

    # --- names and values ---------------------------------------------------------------------------------------

    def _literal(self, node: syntax.Literal, _names: Names) -> FeelType:
        return type_of(node.value)

    def _name(self, node: syntax.Name, names: Names) -> FeelType:
        found = names.find(node.name)
        if found is not None:
            return found
        if node.name in BUILT_INS:
            return SIMPLE["function"]
        return self._unknown("unknown-name", node.name, node.at, names)

    def _unknown(self, rule: str, name: str, at: int, names: Names, known: frozenset[str] = frozenset()) -> FeelType:
        remedy = meant(name, known or names.all(), "Check the spelling, or make the value known here.")
        message = f"Nothing is known under the name `{name:.100}`."
        is_certain = not names.is_surprised_by_others or (self._only_data and rule == "unknown-function")
        return self._fault(rule, message, remedy, at, is_certain=is_certain)

    def _list(self, node: syntax.ListLiteral, names: Names) -> FeelType:
        return ListType(one_of(self.of(item, names) for item in node.items))

    def _context(self, node: syntax.ContextLiteral, names: Names) -> FeelType:
        entries: dict[str, FeelType] = {}
        for key, entry in node.entries:
            entries[key] = self.of(entry, names.within(dict(entries)))
        return Whole(entries)

    def _range(self, node: syntax.RangeLiteral, names: Names) -> FeelType:
        ends = [self.of(end, names) for end in (node.start, node.end) if end is not None]
        known = [end for end in ends if kinds_of(end)]
        if node.operator is None and len(known) == len(ends) == 2 and not can_be_ordered(*known):
            return self._fault(
                "range-ends",
                f"A range expects two ends that have an order, found {told(known[0])} and {told(known[1])}.",
                "Write both ends as values of one type.",
                node.at,
            )
        return RangeType(one_of(ends))

    def _path(self, node: syntax.Path, names: Names) -> FeelType:
        source = self.of(node.source, names)
        found = member_of(source, node.name)
        if not isinstance(found, NoMember):
            return found
        message = f"Expected a value with `{node.name:.100}`, found {told(source)}."
        remedy = meant(node.name, found.known, "Check the spelling and the type.")
        return self._fault("unknown-entry", message, remedy, node.at, is_certain=found.is_certain)

    # --- operators ----------------------------------------------------------------------------------------------

    def _arithmetic(self, node: syntax.Arithmetic, names: Names) -> FeelType:
        value = self.of(node.first, names)
        for operator, part in node.rest:
            other = self.of(part, names)
            result = calculated(operator, value, other)
            if result is None:
                value = self._unfit(operator, value, other, node.at if len(node.rest) == 1 else part.at)
            else:
                value = result
        return value

    def _unfit(self, operator: str, left: FeelType, right: FeelType, at: int) -> FeelType:
        return self._fault(
            "unfit-operands",
            f"`{operator}` has no meaning between {told(left)} and {told(right)}: it always gives null.",
            "Convert one of them, or compare what is alike.",
            at,
        )

    def _negation(self, node: syntax.Negation, names: Names) -> FeelType:
        value = self.of(node.value, names)
        result = negated(value)
        if result is not None:
            return result
        message = f"Expected a number or a duration after `-`, found {told(value)}."
        return self._fault("unfit-operands", message, "Convert the value.", node.at)

    def _comparison(self, node: syntax.Comparison, names: Names) -> FeelType:
        left, right = self.of(node.left, names), self.of(node.right, names)
        fits = can_equal if node.operator in ("=", "!=") else can_be_ordered
        if not fits(left, right):
            self._unfit(node.operator, left, right, node.at)
        elif node.operator in ("=", "!="):
            self._never_allowed(left, node.right)
            self._never_allowed(right, node.left)
        return _BOOLEAN

    def _never_allowed(self, kind: FeelType, other: syntax.Node) -> None:
        """A comparison with a constant that is none of the allowed values."""
        if not (isinstance(kind, Restricted) and isinstance(other, syntax.Literal)) or other.value is None:
            return
        if kind.base.holds(other.value) and not kind.holds(other.value):
            self._fault(
                "value-not-allowed",
                f"Expected one of the allowed values of {kind.name}, found {shown(other.value)}: it is never equal.",
                "Choose one of the allowed values, or allow this one.",
                other.at,
                is_certain=False,
            )

    def _between(self, node: syntax.Between, names: Names) -> FeelType:
        value = self.of(node.value, names)
        for end in (node.low, node.high):
            kind = self.of(end, names)
            if not can_be_ordered(value, kind):
                self._unfit("between", value, kind, end.at)
        return _BOOLEAN

    def _in(self, node: syntax.In, names: Names) -> FeelType:
        value = self.of(node.value, names)
        for test in node.tests:
            kind = self.of(test, names)
            if kind is not _FAULTY and not can_pass(value, kind):
                self._fault(
                    "test-type",
                    f"Expected a test of {told(value)}, found {told(kind)}: it never holds.",
                    "Compare with a value of the same type.",
                    test.at,
                )
        return _BOOLEAN

    def _logic(self, node: syntax.Logic, names: Names) -> FeelType:
        for operand in node.operands:
            self._condition(f"`{node.operator}`", operand, names)
        return _BOOLEAN

    def _condition(self, what: str, node: syntax.Node, names: Names) -> None:
        kind = self.of(node, names)
        if kinds_of(kind) and "boolean" not in kinds_of(kind):
            message = f"{what} expects true or false, found {told(kind)}."
            self._fault("condition", message, "Write a comparison.", node.at)

    def _instance_of(self, node: syntax.InstanceOf, names: Names) -> FeelType:
        self.of(node.value, names)
        if node.type != syntax.TypeName("Null"):
            self._known_type(node.type, node.at)
        return _BOOLEAN

    def _known_type(self, node: syntax.TypeNode, at: int) -> FeelType:
        found = resolve(node, self._types)
        if found is None:
            name = node.name if isinstance(node, syntax.TypeName) else "another"
            message = f"Expected a type of FEEL or of the model, found `{name:.100}`."
            remedy = meant(name, self._types.keys() | BY_NAME.keys(), "Define the type, or choose another.")
            return self._fault("unknown-type", message, remedy, at)
        return found

    # --- loops, conditions, functions ---------------------------------------------------------------------------

    def _if(self, node: syntax.If, names: Names) -> FeelType:
        self._condition("`if`", node.condition, names)
        return one_of([self.of(node.then, names), self.of(node.otherwise, names)])

    def _for(self, node: syntax.For, names: Names) -> FeelType:
        inner = self._rounds(node.iterators, names)
        return ListType(self.of(node.body, inner.within({"partial": SIMPLE["list"]})))

    def _quantified(self, node: syntax.Quantified, names: Names) -> FeelType:
        self._condition("`every`" if node.every else "`some`", node.condition, self._rounds(node.iterators, names))
        return _BOOLEAN

    def _rounds(self, iterators: Sequence[syntax.Iterator], names: Names) -> Names:
        for one in iterators:
            source = self.of(one.source, names)
            end = None if one.end is None else self.of(one.end, names)
            item = walked(source, end)
            if item is None:
                message = f"`{one.name}` expects a list, or a range of whole numbers or days, to walk over, found "
                found = told(source) if end is None else f"{told(source)} to {told(end)}"
                item = self._fault("iteration", f"{message}{found}.", "Walk over a list or range.", one.source.at)
            names = names.within({one.name: item})
        return names

    def _filter(self, node: syntax.Filter, names: Names) -> FeelType:
        item = item_of(self.of(node.source, names))
        condition = self.of(node.condition, within_item(item, names))
        kinds = kinds_of(condition)
        if kinds and not kinds & {"boolean", "number"}:
            message = f"A filter expects true, false or a number, found {told(condition)}."
            return self._fault("filter", message, "Write a condition, or the place of an item.", node.condition.at)
        if _is_number(node.condition):
            return item
        return ListType(item) if "number" not in kinds else one_of([item, ListType(item)])

    def _function(self, node: syntax.FunctionLiteral, names: Names) -> FeelType:
        parameters = {name: ANY if kind is None else self._known_type(kind, node.at) for name, kind in node.parameters}
        told_names = tuple(parameters)
        if node.external:
            return NamedFunction(tuple(parameters.values()), ANY, told_names)
        return NamedFunction(tuple(parameters.values()), self.of(node.body, names.within(parameters)), told_names)

    def _call(self, node: syntax.Call, names: Names) -> FeelType:
        arguments = [self.of(argument, names) for argument in node.arguments]
        return self.call(node.callee, arguments, node.names, [argument.at for argument in node.arguments], names)

    def call(
        self,
        callee: syntax.Node,
        arguments: Sequence[FeelType],
        argument_names: Sequence[str] | None,
        places: Sequence[int],
        names: Names,
    ) -> FeelType:
        """The type of what a call gives; `places` are those of the arguments in the text."""
        name = callee.name if isinstance(callee, syntax.Name) else ""
        kind = names.declared(name) if name else self.of(callee, names)
        found: FeelType | Misfit
        if name in BUILT_INS and (kind is None or "function" not in kinds_of(kind)):
            found = built_in_call(name, arguments, argument_names)
        elif kind is None:
            if names.find(name) is not None and not self._only_data:
                return ANY
            return self._unknown("unknown-function", name, callee.at, names, names.all() | BUILT_INS.keys())
        elif "function" not in kinds_of(kind):
            message = f"Expected a function as `{name or 'this'}`, found {told(kind)}."
            return self._fault("no-function", message, "Call a function.", callee.at)
        else:
            form = settled(kind)
            if not isinstance(form, FunctionType):
                return ANY
            found = function_call(name or "the function", form, arguments, argument_names)
        if isinstance(found, Misfit):
            at = callee.at if found.argument is None else places[found.argument]
            return self._fault(found.rule, found.message, found.remedy, at)
        return found


def _is_number(node: syntax.Node) -> bool:
    """Whether it is written as a number, so that it is never null."""
    if isinstance(node, syntax.Negation):
        return _is_number(node.value)
    return isinstance(node, syntax.Literal) and type_of(node.value) == SIMPLE["number"]


_FAULTY: Final[FeelType] = type(ANY)("anything")
"""The type of what was told to be at fault, so that it is told once: anything, but not the common `ANY`."""

_OF: Final[dict[type, Callable[[_Walk, Any, Names], FeelType]]] = {
    syntax.Literal: _Walk._literal,
    syntax.Name: _Walk._name,
    syntax.ListLiteral: _Walk._list,
    syntax.ContextLiteral: _Walk._context,
    syntax.RangeLiteral: _Walk._range,
    syntax.If: _Walk._if,
    syntax.For: _Walk._for,
    syntax.Quantified: _Walk._quantified,
    syntax.FunctionLiteral: _Walk._function,
    syntax.Call: _Walk._call,
    syntax.Path: _Walk._path,
    syntax.Filter: _Walk._filter,
    syntax.Between: _Walk._between,
    syntax.In: _Walk._in,
    syntax.Comparison: _Walk._comparison,
    syntax.Arithmetic: _Walk._arithmetic,
    syntax.Negation: _Walk._negation,
    syntax.Logic: _Walk._logic,
    syntax.InstanceOf: _Walk._instance_of,
}
