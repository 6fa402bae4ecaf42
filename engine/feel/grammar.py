"""FEEL's grammar: text to syntax tree (DMN 1.5, 10.3.1.2), by precedence climbing over `tokens`.

From loosest to tightest: or; and; comparison, between, in; + and -; * and /; **; unary minus; instance of; path, filter
and call. Depth is bounded, so that no text can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from engine.feel.names import NameTree, normal_name
from engine.feel.syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextLiteral,
    ContextOf,
    Filter,
    For,
    FunctionLiteral,
    FunctionOf,
    If,
    In,
    InstanceOf,
    Iterator,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeLiteral,
    Tests,
    TypeName,
    TypeNode,
    TypeOf,
)
from engine.feel.temporal_text import read_temporal
from engine.feel.tokens import Token, Tokens

LONGEST_TEXT = 10_000
"""Characters of one expression."""
DEEPEST_NESTING = 60
"""Expressions within expressions."""
LONGEST_CHAIN = 80
"""Paths, filters and calls in a row."""

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_OR, _AND, _COMPARING, _ADDING, _MULTIPLYING, _RAISING = range(1, 7)
_TIGHTNESS = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys((*_COMPARISONS, "between", "in"), _COMPARING),
    **dict.fromkeys("+-", _ADDING),
    **dict.fromkeys("*/", _MULTIPLYING),
    "**": _RAISING,
}
# Words are taken whole (`++`), so that no run of blanks is walked twice.
_VARIABLE = re.compile(r"([^\s\d,()\[\]{}\":][^\s,()\[\]{}\":]*+(?:\s++[^\s,()\[\]{}\":]++)*?)\s++(?=in\b)")
_KEY = re.compile(r"([^\s\d:,{}()\[\]\"@.][^\s:{}\"()\[\],]*+(?:\s++[^\s:{}\"()\[\],]++)*+)\s*+:(?!\s*+:)")
_PARAMETER = re.compile(r"([^\s\d:,{}()\[\]\"][^\s:,{}()\[\]\"]*+(?:\s++[^\s:,{}()\[\]\"]++)*+)\s*+(?=[:,)])")
_NAMED = re.compile(r"([^\s\d:,{}()\[\]\"@.\-+*/=<>][^\s:,{}()\[\]\"@=<>]*+(?:\s++[^\s:,{}()\[\]\"@=<>]++)*+)\s*+:")
_TYPE = re.compile(
    r"((?:date\s+and\s+time|days\s+and\s+time\s+duration|years\s+and\s+months\s+duration|[^\W\d]\w*"
    r"(?:\s*\.\s*[^\W\d]\w*|\s+(?!(?:and|or|then|else|return|satisfies|in|between|external)\b)[^\W\d]\w*)*))"
)
_AFTER_RANGE = frozenset({")", "]", "}", ",", "=", "!=", "<", "<=", ">", ">=", ":", "."})


_Part = TypeVar("_Part")


class Grammar:
    """One parse of one text."""

    def __init__(self, text: str, known: tuple[NameTree, ...], members: tuple[NameTree, ...]) -> None:
        self.tokens = Tokens(text, known, members)
        self._depth = 0
        self._ends_range = False
        """Whether the second end of a range is read, which a `[` may close."""

    # --- whole texts ---------------------------------------------------------------------------------------------

    def whole_expression(self) -> Node:
        """The text as one expression. Raises FeelSyntaxError."""
        return self._whole(self.expression)

    def whole_tests(self) -> Tests:
        """The text as the unary tests of a decision table's cell. Raises FeelSyntaxError."""
        first = self.tokens.token
        if first.text == "-":
            self.tokens.advance()
            if self.tokens.token.kind == "end":
                return Tests(first.at, ())
            self.tokens.back_to(first)
        if first.kind == "name" and first.text == "not":
            negated = self._negated_tests(first)
            if negated is not None:
                return negated
            self.tokens.back_to(first)
        return Tests(first.at, self._whole(self._test_list))

    def _negated_tests(self, first: Token) -> Tests | None:
        self.tokens.advance()
        if not self._accept("("):
            return None
        tests = self._test_list()
        if self._accept(")") and self.tokens.token.kind == "end":
            return Tests(first.at, tests, negated=True)
        return None

    def _whole(self, part: Callable[[], _Part]) -> _Part:
        result = part()
        token = self.tokens.token
        if token.kind != "end":
            raise self.tokens.fail(f"expected an operator or the end of the text, found {token.told()}")
        return result

    # --- operators -----------------------------------------------------------------------------------------------

    def expression(self) -> Node:
        """Any expression, up to what cannot belong to it."""
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self.tokens.fail(f"expected at most {DEEPEST_NESTING} expressions within each other, found more")
        outside, self._ends_range = self._ends_range, False
        result = self._binary(_OR)
        self._ends_range = outside
        self._depth -= 1
        return result

    def _binary(self, loosest: int) -> Node:
        left = self._prefixed()
        for _ in range(LONGEST_CHAIN):
            token = self.tokens.token
            tightness = _TIGHTNESS.get(token.text, 0) if token.kind in ("operator", "keyword") else 0
            if not tightness or tightness < loosest:
                return left
            if tightness == _COMPARING:
                left = self._compared(left)
            elif tightness < _COMPARING:
                left = Logic(left.at, token.text, (left, *(node for _, node in self._run(tightness))))
            else:
                left = Arithmetic(left.at, left, tuple(self._run(tightness)))
        raise self.tokens.fail(f"expected at most {LONGEST_CHAIN} comparisons in a row, found more")

    def _run(self, tightness: int) -> list[tuple[str, Node]]:
        """All operators of one tightness that follow, each with its right side."""
        found: list[tuple[str, Node]] = []
        while _TIGHTNESS.get(self.tokens.token.text) == tightness and self.tokens.token.kind in ("operator", "keyword"):
            operator = self.tokens.advance().text
            found.append((operator, self._binary(tightness + 1)))
        return found

    def _compared(self, left: Node) -> Node:
        token = self.tokens.advance()
        if token.text == "between":
            low = self._arithmetic()
            self._expect_keyword("and", "of `between ... and ...`")
            return Between(token.at, left, low, self._arithmetic())
        if token.text == "in":
            return In(token.at, left, self._in_tests())
        return Comparison(token.at, token.text, left, self._arithmetic())

    def _arithmetic(self) -> Node:
        return self._binary(_COMPARING + 1)

    def _prefixed(self) -> Node:
        signs: list[Token] = []
        while self._is("-"):
            signs.append(self.tokens.advance())
            if len(signs) > DEEPEST_NESTING:
                raise self.tokens.fail(f"expected at most {DEEPEST_NESTING} signs in a row, found more")
        value = self._postfixed()
        for sign in reversed(signs):
            value = Negation(sign.at, value)
        while self._is_keyword("instance"):
            at = self.tokens.advance().at
            if self.tokens.token.text != "of":
                raise self.tokens.fail(f"expected `of` after `instance`, found {self.tokens.token.told()}")
            self.tokens.advance()
            value = InstanceOf(at, value, self.type())
        return value

    def _postfixed(self) -> Node:
        value = self._primary()
        for _ in range(LONGEST_CHAIN):
            token = self.tokens.token
            if token.kind != "operator":
                return value
            if token.text == ".":
                self.tokens.advance_to_member()
                value = Path(token.at, value, self._joined_name("the name of a member"))
            elif token.text == "[" and not self._closes_range(token):
                self.tokens.advance()
                condition = self.expression()
                self._expect("]", "of the filter")
                value = Filter(token.at, value, condition)
            elif token.text == "(":
                value = self._call(value)
            else:
                return value
        raise self.tokens.fail(f"expected at most {LONGEST_CHAIN} paths, filters and calls in a row, found more")

    def _closes_range(self, bracket: Token) -> bool:
        """`]1..5[`: whether a `[` ends a range rather than begins a filter."""
        if not self._ends_range:
            return False
        self.tokens.advance()
        after = self.tokens.token
        self.tokens.back_to(bracket)
        if after.kind == "keyword":
            return after.text in ("and", "or", "then", "else", "return", "satisfies", "in", "between", "instance")
        return after.kind == "end" or (after.kind == "operator" and after.text in _AFTER_RANGE)

    # --- tests ---------------------------------------------------------------------------------------------------

    def _in_tests(self) -> tuple[Node, ...]:
        opening = self.tokens.token
        if not self._accept("("):
            return (self._open_range() if self._compares() else self._arithmetic(),)
        if self._is(")"):
            raise self.tokens.fail("expected a test, found `)`")
        first = self.test()
        if self._is(".."):
            return (self._range_from(opening, first),)
        tests = [first]
        while self._accept(","):
            tests.append(self.test())
        self._expect(")", "of the tests")
        return tuple(tests)

    def _test_list(self) -> tuple[Node, ...]:
        tests = [self.test()]
        while self._accept(","):
            tests.append(self.test())
        return tuple(tests)

    def test(self) -> Node:
        """One positive unary test: `< 5`, `[1..5]` or an expression."""
        return self._open_range() if self._compares() else self.expression()

    def _compares(self) -> bool:
        return self.tokens.token.kind == "operator" and self.tokens.token.text in _COMPARISONS

    def _open_range(self) -> RangeLiteral:
        operator = self.tokens.advance()
        end = self._arithmetic()
        sign = operator.text
        if sign in ("<", "<="):
            return RangeLiteral(operator.at, None, end, False, sign == "<=", sign)
        if sign in (">", ">="):
            return RangeLiteral(operator.at, end, None, sign == ">=", False, sign)
        return RangeLiteral(operator.at, end, end, True, True, sign)

    def _range_from(self, opening: Token, start: Node) -> RangeLiteral:
        self._expect("..", "of the range")
        self._ends_range = True
        end = self._arithmetic()
        self._ends_range = False
        closing = self.tokens.token
        if closing.kind != "operator" or closing.text not in (")", "]", "["):
            raise self.tokens.fail(f"expected `]`, `)` or `[` to close the range, found {closing.told()}")
        self.tokens.advance()
        return RangeLiteral(opening.at, start, end, opening.text == "[", closing.text == "]")

    # --- primaries -----------------------------------------------------------------------------------------------

    def _primary(self) -> Node:
        token = self.tokens.token
        if token.kind in ("number", "string"):
            self.tokens.advance()
            return Literal(token.at, token.value)
        if token.kind == "moment":
            self.tokens.advance()
            return self._moment(token)
        if token.kind == "name":
            return Name(token.at, self._joined_name("a name"))
        if token.kind == "keyword":
            return self._worded(token)
        if token.kind == "operator":
            bracketed = self._bracketed(token)
            if bracketed is not None:
                return bracketed
        raise self.tokens.fail(f"expected an expression, found {token.told()}")

    def _moment(self, token: Token) -> Node:
        value = read_temporal(token.value)
        if value is None:
            problem = f'expected a date, time, date and time or duration within `@"..."`, found {token.told()}'
            raise self.tokens.fail(problem, token.at)
        return Literal(token.at, value)

    def _joined_name(self, wanted: str) -> str:
        token = self.tokens.token
        if token.kind != "name":
            raise self.tokens.fail(f"expected {wanted}, found {token.told()}")
        words = [self.tokens.advance().text]
        while self.tokens.token.kind == "name":
            words.append(self.tokens.advance().text)
        return " ".join(words)

    def _bracketed(self, token: Token) -> Node | None:
        if token.text == "(":
            self.tokens.advance()
            if self._compares():
                value: Node = self._open_range()
                self._expect(")", "of the range")
                return value
            value = self.expression()
            if self._is(".."):
                return self._range_from(token, value)
            self._expect(")", "of the bracket")
            return value
        if token.text == "[":
            return self._list_or_range(token)
        if token.text == "]":
            self.tokens.advance()
            return self._range_from(token, self.expression())
        return self._context() if token.text == "{" else None

    def _list_or_range(self, token: Token) -> Node:
        self.tokens.advance()
        if self._accept("]"):
            return ListLiteral(token.at, ())
        first = self.test()
        if self._is(".."):
            return self._range_from(token, first)
        items = [first]
        while self._accept(","):
            items.append(self.test())
        self._expect("]", "of the list")
        return ListLiteral(token.at, tuple(items))

    def _context(self) -> Node:
        at = self.tokens.advance().at
        entries: list[tuple[str, Node]] = []
        while not self._is("}"):
            key_at = self.tokens.token.at
            key = self._key()
            if any(key == known for known, _ in entries):
                raise self.tokens.fail(f"expected each key once, found `{key}` again", key_at)
            entries.append((key, self.expression()))
            self.tokens.meet((key,))
            if not self._accept(","):
                break
        self._expect("}", "of the context")
        return ContextLiteral(at, tuple(entries))

    def _key(self) -> str:
        token = self.tokens.token
        if token.kind == "string":
            self.tokens.advance()
            self._expect(":", "after the key")
            return str(token.value)
        key = self.tokens.take(_KEY)
        if key is None:
            raise self.tokens.fail(f"expected a key and `:`, found {token.told()}")
        return normal_name(key)

    def _call(self, callee: Node) -> Node:
        at = self.tokens.advance().at
        arguments: list[Node] = []
        names: list[str] = []
        while not self._is(")"):
            name = self.tokens.take(_NAMED) if len(names) == len(arguments) else None
            if name is not None:
                names.append(normal_name(name))
            elif names:
                raise self.tokens.fail(f"expected a named argument `name: value`, found {self.tokens.token.told()}")
            arguments.append(self.test())
            if not self._accept(","):
                break
        self._expect(")", "of the arguments")
        return Call(at, callee, tuple(arguments), tuple(names) if names else None)

    # --- expressions that begin with a word ------------------------------------------------------------------------

    def _worded(self, token: Token) -> Node:
        word = token.text
        if word in ("true", "false", "null"):
            self.tokens.advance()
            return Literal(token.at, {"true": True, "false": False, "null": None}[word])
        if word == "if":
            return self._if()
        if word == "for":
            self.tokens.advance()
            iterators = self._iterators()
            self._expect_keyword("return", "of `for ... in ... return ...`")
            self.tokens.meet(("partial",))
            return For(token.at, iterators, self.expression())
        if word in ("some", "every"):
            self.tokens.advance()
            iterators = self._iterators()
            self._expect_keyword("satisfies", f"of `{word} ... in ... satisfies ...`")
            return Quantified(token.at, word == "every", iterators, self.expression())
        if word == "function":
            return self._function()
        raise self.tokens.fail(f"expected an expression, found the word {token.told()}")

    def _if(self) -> Node:
        at = self.tokens.advance().at
        condition = self.expression()
        self._expect_keyword("then", "of `if ... then ... else ...`")
        then = self.expression()
        self._expect_keyword("else", "of `if ... then ... else ...`")
        return If(at, condition, then, self.expression())

    def _iterators(self) -> tuple[Iterator, ...]:
        iterators: list[Iterator] = []
        while True:
            name = self.tokens.take(_VARIABLE)
            if name is None:
                raise self.tokens.fail(f"expected a variable and `in`, found {self.tokens.token.told()}")
            name = normal_name(name)
            self._expect_keyword("in", f"after the variable `{name}`")
            source = self.expression()
            end = self._arithmetic() if self._accept("..") else None
            iterators.append(Iterator(name, source, end))
            self.tokens.meet((name,))
            if not self._accept(","):
                return tuple(iterators)

    def _function(self) -> Node:
        at = self.tokens.advance().at
        self._expect("(", "of the parameters")
        parameters: list[tuple[str, TypeNode | None]] = []
        while not self._is(")"):
            name = self.tokens.take(_PARAMETER)
            if name is None:
                raise self.tokens.fail(f"expected the name of a parameter, found {self.tokens.token.told()}")
            parameters.append((normal_name(name), self.type() if self._accept(":") else None))
            if not self._accept(","):
                break
        self._expect(")", "of the parameters")
        self.tokens.meet(name for name, _ in parameters)
        external = self.tokens.token.text == "external"
        if external:
            self.tokens.advance()
        return FunctionLiteral(at, tuple(parameters), self.expression(), external)

    # --- types ---------------------------------------------------------------------------------------------------

    def type(self) -> TypeNode:
        """A type, such as `list<number>` or `function<string> -> Any`."""
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self.tokens.fail(f"expected at most {DEEPEST_NESTING} types within each other, found more")
        found = self.tokens.token
        name = self.tokens.take(_TYPE)
        if name is None:
            raise self.tokens.fail(f"expected a type, found {found.told()}")
        result = self._typed(".".join(normal_name(part) for part in name.split(".")))
        self._depth -= 1
        return result

    def _typed(self, name: str) -> TypeNode:
        if not self._is("<") or name not in ("list", "range", "context", "function"):
            return TypeName(name)
        self.tokens.advance()
        if name in ("list", "range"):
            item = self.type()
            self._expect(">", f"of `{name}<...>`")
            return TypeOf(name, item)
        return self._context_type() if name == "context" else self._function_type()

    def _context_type(self) -> TypeNode:
        entries: list[tuple[str, TypeNode]] = []
        while not self._is(">"):
            entries.append((self._key(), self.type()))
            if not self._accept(","):
                break
        self._expect(">", "of `context<...>`")
        return ContextOf(tuple(entries))

    def _function_type(self) -> TypeNode:
        parameters: list[TypeNode] = []
        while not self._is(">"):
            parameters.append(self.type())
            if not self._accept(","):
                break
        self._expect(">", "of `function<...>`")
        self._expect("->", "before the type of the result")
        return FunctionOf(tuple(parameters), self.type())

    # --- tokens --------------------------------------------------------------------------------------------------

    def _is(self, operator: str) -> bool:
        return self.tokens.token.kind == "operator" and self.tokens.token.text == operator

    def _accept(self, operator: str) -> bool:
        if self._is(operator):
            self.tokens.advance()
            return True
        return False

    def _expect(self, operator: str, of_what: str) -> None:
        if not self._accept(operator):
            raise self.tokens.fail(f"expected `{operator}` {of_what}, found {self.tokens.token.told()}")

    def _is_keyword(self, word: str) -> bool:
        return self.tokens.token.kind == "keyword" and self.tokens.token.text == word

    def _keyword(self, word: str) -> bool:
        if self._is_keyword(word):
            self.tokens.advance()
            return True
        return False

    def _expect_keyword(self, word: str, of_what: str) -> None:
        if not self._keyword(word):
            raise self.tokens.fail(f"expected `{word}` {of_what}, found {self.tokens.token.told()}")
