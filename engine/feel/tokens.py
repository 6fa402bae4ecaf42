"""Text to tokens, one at a time, as the grammar asks: FEEL's names may hold spaces and operators.

A name that is known (of the scope, of a built-in function, or met in the text as a key, parameter or variable) is taken
as one token, the longest first (DMN 1.5, 10.3.1.2). Other names are identifiers; the grammar joins those side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError
from engine.feel.names import IDENTIFIER, SPACE, NameTree, add_name, is_identifier, longest_name, normal_name
from engine.feel.values import NUMBERS, Value

_SKIPPED = re.compile(rf"(?:[{SPACE}]+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_OPERATOR = re.compile(r"\*\*|\.\.|->|<=|>=|!=|[()\[\]{},:.+\-*/<>=]")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(["\'\\nrt]))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")

KEYWORDS = frozenset(
    {
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "between",
        "instance",
        "function",
        "true",
        "false",
        "null",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands."""

    kind: str
    """`number`, `string`, `moment`, `name`, `keyword`, `operator` or `end`."""
    text: str
    """As written; of a name, with single spaces."""
    at: int
    end: int
    value: Value = None
    """Of a literal."""

    def told(self) -> str:
        """In words, for messages."""
        return "the end of the text" if self.kind == "end" else f"`{self.text:.40}`"


class Tokens:
    """The reader of one text. `token` is the one looked at; `advance` moves on."""

    def __init__(self, text: str, known: tuple[NameTree, ...], members: tuple[NameTree, ...]) -> None:
        self.text = text
        self._met: NameTree = {}
        self._known = (*known, self._met)
        self._members = (*members, self._met)
        self.token = self._read(0)

    def meet(self, names: Iterable[str]) -> None:
        """Names that the text itself brings: keys, parameters, variables."""
        for name in names:
            if not is_identifier(name):
                add_name(self._met, name)

    def advance(self) -> Token:
        """The token looked at; from now on the next one is."""
        token = self.token
        self.token = self._read(token.end)
        return token

    def advance_to_member(self) -> None:
        """Past a `.`: the next token is the name of a member."""
        self.token = self._read(self.token.end, member=True)

    def back_to(self, token: Token) -> None:
        """Look at an earlier token again."""
        self.token = token

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """Text at the present token by a pattern of the caller; its first group, or None when it does not match."""
        match = pattern.match(self.text, self.token.at)
        if match is None:
            return None
        self.token = self._read(match.end())
        return match[1]

    def fail(self, problem: str, at: int | None = None) -> FeelSyntaxError:
        """The error to raise, at the token looked at or at a place given."""
        return FeelSyntaxError(problem, text=self.text, at=self.token.at if at is None else at)

    def _read(self, at: int, *, member: bool = False) -> Token:
        skipped = _SKIPPED.match(self.text, at)
        at = skipped.end() if skipped else at
        if at >= len(self.text):
            return Token("end", "", at, at)
        identifier = IDENTIFIER.match(self.text, at)
        if identifier is not None:
            return self._name(at, identifier, member)
        return self._symbol(at)

    def _name(self, at: int, identifier: re.Match[str], member: bool) -> Token:
        trees = self._members if member else self._known
        end = max(longest_name(tree, self.text, at) for tree in trees)
        if end > identifier.end():
            return Token("name", normal_name(self.text[at:end]), at, end)
        text = identifier[0]
        return Token("keyword" if text in KEYWORDS and not member else "name", text, at, identifier.end())

    def _symbol(self, at: int) -> Token:
        text = self.text
        character = text[at]
        if character == '"':
            return self._string(at, at, "string")
        if character == "@" and text[at + 1 : at + 2] == '"':
            return self._string(at, at + 1, "moment")
        number = _NUMBER.match(text, at)
        if number is not None:
            try:
                return Token("number", number[0], at, number.end(), NUMBERS.create_decimal(number[0]))
            except ArithmeticError:
                found = f"{number[0]:.20}{'...' * (len(number[0]) > 20)}"
                problem = f"expected a number that 34 digits and an exponent up to 6144 can hold, found `{found}`"
                raise FeelSyntaxError(problem, text=text, at=at) from None
        operator = _OPERATOR.match(text, at)
        if operator is not None:
            return Token("operator", operator[0], at, operator.end())
        raise FeelSyntaxError(f"expected an expression, found the character {character!r}", text=text, at=at)

    def _string(self, at: int, quote: int, kind: str) -> Token:
        match = _STRING.match(self.text, quote)
        if match is None:
            raise FeelSyntaxError(
                'expected a closing `"` of this string, found the end of the text', text=self.text, at=at
            )
        value = _unescaped(match[1])
        if _LONE.search(value):
            raise FeelSyntaxError("expected a whole character, found half of a surrogate pair", text=self.text, at=at)
        return Token(kind, self.text[at : match.end()], at, match.end(), value)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is None:
            return _ESCAPED.get(match[3], match[3])
        return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else match[0]

    return _PAIR.sub(
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), _ESCAPE.sub(replace, text)
    )
