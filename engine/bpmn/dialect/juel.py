"""Camunda 7's `${...}` expressions as FEEL, where they only read, compare and reckon.

Properties, literals, comparisons, `&& || !`, sums, `empty` on nothing else, and the choice `a ? b : c` are translated.
What calls Java (methods, beans' functions, indexes) is not: it would run code, and FEEL has other names for it.
Text around expressions makes a sum of texts. Source: JSR 341 (Expression Language 3.0), the grammar of its chapter 1.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/<>!?:().\[\]%,]))"
)
_WORDS: Final = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
}
_BINARY: Final = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_IN_FEEL: Final = {"||": "or", "&&": "and", "==": "="}
_FEEL_WORDS: Final = frozenset(
    {"for", "if", "then", "else", "some", "every", "in", "return", "satisfies", "between", "function", "instance", "of"}
)
_DEEPEST: Final = 40
_LONGEST: Final = 4_000


class NotTranslatable(ValueError):
    """The expression does more than read, compare and reckon; the message says what."""


def has_expression(text: str) -> bool:
    """Whether a text holds `${` or `#{`."""
    return "${" in text or "#{" in text


def to_feel(text: str) -> str:
    """The FEEL of a text with `${...}` in it, beginning with `=`. Raises NotTranslatable."""
    if len(text) > _LONGEST:
        raise NotTranslatable(f"it is longer than {_LONGEST:,} characters")
    pieces = [piece for piece in _pieces(text.strip()) if piece[1]]
    if len(pieces) == 1:
        return f"={_Translator(pieces[0][1]).whole()}"
    return "=" + " + ".join(
        f"string({_Translator(inside).whole()})" if is_code else _text(inside) for is_code, inside in pieces
    )


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Static and expression parts in their order; `}` inside quotes does not end an expression."""
    found: list[tuple[bool, str]] = []
    rest = text
    while (start := re.search(r"[$#]\{", rest)) is not None:
        found.append((False, rest[: start.start()]))
        end = _end_of(rest, start.end())
        inside = rest[start.end() : end].strip()
        if not inside:
            raise NotTranslatable("there is nothing between the braces")
        found.append((True, inside))
        rest = rest[end + 1 :]
    return [*found, (False, rest)]


def _end_of(text: str, position: int) -> int:
    quote = ""
    while position < len(text):
        sign = text[position]
        if quote and sign == "\\":
            position += 1
        elif sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote = sign
        elif not quote and sign == "}":
            return position
        position += 1
    raise NotTranslatable("the closing brace is missing")


def _text(inside: str) -> str:
    escaped = inside.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


class _Translator:
    """One expression, read by precedence climbing; depth is bounded."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> str:
        feel = self._choice()
        if self._peek() is not None:
            raise NotTranslatable(f"{self._peek()!r} is not expected there")
        return feel

    def _peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise NotTranslatable("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        if self._take()[1] != sign:
            raise NotTranslatable(f"{sign!r} is missing")

    def _choice(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotTranslatable("it is nested too deep")
        condition = self._binary(1)
        if self._peek() == "?":
            self._take()
            yes = self._choice()
            self._expect(":")
            condition = f"(if {condition} then {yes} else {self._choice()})"
        self._depth -= 1
        return condition

    def _binary(self, lowest: int) -> str:
        left = self._unary()
        compared = False
        while (sign := self._peek()) in _BINARY and _BINARY[sign or ""] >= lowest:
            strength = _BINARY[sign or ""]
            self._take()
            right = self._binary(5 if strength in (3, 4) else strength + 1)
            if strength in (3, 4):
                if compared:
                    raise NotTranslatable("comparisons of comparisons are not FEEL")
                compared = True
            elif strength < 3:
                compared = False
            left = f"{left} {_IN_FEEL.get(sign or '', sign)} {right}"
        return left

    def _unary(self) -> str:
        sign = self._peek()
        if sign in ("!", "-"):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise NotTranslatable("it is nested too deep")
            self._take()
            inner = self._unary()
            self._depth -= 1
            return f"not({inner})" if sign == "!" else f"-{inner}"
        return self._primary()

    def _primary(self) -> str:
        kind, word = self._take()
        if word == "(":
            inner = self._choice()
            self._expect(")")
            return f"({inner})"
        if kind == "number":
            return word
        if kind == "text":
            return _text(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind != "name":
            raise NotTranslatable(f"{word!r} is not expected there")
        if word in ("true", "false", "null"):
            return word
        if word == "empty" or word in _FEEL_WORDS:
            raise NotTranslatable(f"{word!r} has no plain counterpart")
        return self._path(word)

    def _path(self, name: str) -> str:
        while (sign := self._peek()) in (".", "(", "["):
            if sign != ".":
                raise NotTranslatable(
                    f"{name!r} is called or indexed, which would run code of the engine it was made for"
                )
            self._take()
            kind, step = self._take()
            if kind != "name":
                raise NotTranslatable("a property name is missing")
            name = f"{name}.{step}"
        return name


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        if text[position:].isspace():
            break
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotTranslatable(f"{text[position : position + 10]!r} is not understood")
        kind = match.lastgroup or ""
        token = match[kind]
        position = match.end()
        if kind == "name" and token in _WORDS:
            kind, token = "sign", _WORDS[token]
        if token in ("%", ","):
            raise NotTranslatable(f"{token!r} has no plain counterpart")
        found.append((kind, token))
    return found
