"""Field types stricter than the library's, whose integer takes 3.7 and "1_000" and whose date takes 20260101.

Every type refuses what it does not mean, says what it expected, and bounds what it takes. Texts keep letters of every
script and right-to-left marks as they are; names refuse what is not seen, identifiers all outside of their pattern.
"""

# ruff: noqa: ARG002 (the arguments of `_deserialize` are the library's)
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal as Number
from typing import Any, Final
from unicodedata import category

from marshmallow import ValidationError, fields

from engine.errors import Invalid
from engine.feel.plain import from_json, to_json
from engine.identity import QueueName, is_key

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_PLAIN_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,12})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,199}")
_VARIABLE_NAME: Final = re.compile(r"[^\W\d]\w{0,99}")
_LARGEST: Final = 2**63 - 1


class Text(fields.String):
    """A text without control characters (line breaks and tabs are allowed), of bounded length in characters."""

    def __init__(self, *, max_length: int = 1_000, min_length: int = 0, one_line: bool = False, **kwargs: Any) -> None:
        metadata = {"maxLength": max_length, **({"minLength": min_length} if min_length else {})}
        super().__init__(**_with_metadata(kwargs, metadata))
        self._max, self._min, self._one_line = max_length, min_length, one_line

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"Expected a text, found {_kind(value)}.")
        if len(value) > self._max:
            raise ValidationError(f"Expected at most {self._max} characters, found {len(value)}.")
        if len(value.strip()) < self._min:
            raise ValidationError(f"Expected at least {self._min} character{'s' * (self._min > 1)}.")
        found = _CONTROL.search(value) or (re.search(r"[\t\r\n]", value) if self._one_line else None)
        if found:
            raise ValidationError(f"Expected no control characters, found U+{ord(found.group()):04X}.")
        return value


class Name(Text):
    """A name models and programs call something by: one line, and nothing that is not seen.

    Two names that look alike must be alike, so it holds no characters of Unicode's categories Cf (marks that turn the
    direction or join letters, zero-width spaces), Zl and Zp, and no space around it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=1, max_length=200, one_line=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        unseen = next((sign for sign in name if category(sign) in ("Cf", "Zl", "Zp")), None)
        if unseen is not None:
            raise ValidationError(f"Expected a name of characters that can be seen, found U+{ord(unseen):04X}.")
        if name != name.strip():
            raise ValidationError("Expected a name without space around it.")
        return name


class Identifier(fields.String):
    """A name programs use: letters, digits and `_ . : -` of ASCII, at most 200."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_with_metadata(kwargs, {"pattern": f"^{_IDENTIFIER.pattern}$"}))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or _IDENTIFIER.fullmatch(value) is None:
            raise ValidationError("Expected an identifier of letters, digits, hyphens, dots and underscores.")
        return value


class Key(fields.String):
    """A key of 26 small letters and digits, as this API gives them out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **_with_metadata(kwargs, {"minLength": 26, "maxLength": 26, "example": "01hk3v8b6s9e4w2m7q5t0x1y2z"})
        )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or not is_key(value):
            raise ValidationError("Expected a key of 26 letters and digits.")
        return value


class Queue(fields.String):
    """A queue, written `agency:role`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"Expected a queue written agency:role, found {_kind(value)}.")
        try:
            return str(QueueName.parse(value))
        except Invalid as fault:
            raise ValidationError(fault.message) from fault


class Whole(fields.Integer):
    """A whole number written plainly, within bounds (64 bits where none are given).

    In a query, where all is text, only plain ASCII digits are taken.
    """

    def __init__(self, *, least: int = -_LARGEST - 1, most: int = _LARGEST, in_query: bool = False, **kwargs: Any):
        bounds = {} if least < -_LARGEST and most == _LARGEST else {"minimum": least, "maximum": most}
        super().__init__(**_with_metadata(kwargs, bounds))
        self._least, self._most, self._in_query = least, most, in_query

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self._in_query and isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(f"Expected a whole number, found {_kind(value)}.")
        if not self._least <= value <= self._most:
            raise ValidationError(f"Expected a whole number from {self._least} to {self._most}.")
        return value


class Decimal(fields.Decimal):
    """A number written as a text or number without an exponent, at most 28 digits before and 12 after the point."""

    def __init__(self, **kwargs: Any) -> None:
        # apispec would document it as a number although a text is sent
        super().__init__(as_string=True, **_with_metadata(kwargs, {"type": "string", "format": "decimal"}))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Number:
        written = str(value) if isinstance(value, (str, int, Number)) and not isinstance(value, bool) else ""
        if _PLAIN_NUMBER.fullmatch(written) is None:
            raise ValidationError('Expected a decimal number without an exponent, such as "25.50".')
        return Number(written)


class Truth(fields.Boolean):
    """`true` or `false`, nothing else; in a query the same words."""

    def __init__(self, *, in_query: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._in_query = in_query

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if self._in_query and value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise ValidationError(f"Expected true or false, found {_kind(value)}.")
        return value


class Day(fields.Date):
    """A day, written YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if isinstance(value, str) and _DAY.fullmatch(value) and value.isascii():
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise ValidationError("Expected a day of the calendar written YYYY-MM-DD.")


class Moment(fields.AwareDateTime):
    """A moment with its offset, written as RFC 3339 has it; given out in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if isinstance(value, str) and _MOMENT.fullmatch(value) and value.isascii():
            try:
                return datetime.fromisoformat(value).astimezone(UTC)
            except (ValueError, OverflowError):
                pass
        raise ValidationError("Expected a moment such as 2026-03-01T09:30:00+04:00.")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Values(fields.Raw):
    """FEEL values given out as plain JSON."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else to_json(value)


class Variables(fields.Dict):
    """Values of a process by name: JSON of any shape whose names and texts are clean. They come in as FEEL values."""

    def __init__(self, *, most: int = 500, **kwargs: Any) -> None:
        super().__init__(**_with_metadata(kwargs, {"maxProperties": most}))
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError(f"Expected an object of values by name, found {_kind(value)}.")
        if len(value) > self._most:
            raise ValidationError(f"Expected at most {self._most} values, found {len(value)}.")
        bad_names = [name for name in value if _VARIABLE_NAME.fullmatch(name) is None or name.startswith("__")]
        if bad_names:
            raise ValidationError(
                {
                    name: ["Expected a name of letters, digits and underscores that begins with a letter."]
                    for name in bad_names
                }
            )
        found = _unclean_text(value)
        if found is not None:
            raise ValidationError({found[0]: [f"Expected no control characters, found U+{ord(found[1]):04X}."]})
        return _feel_values(value)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else to_json(dict(value))


class Answers(Variables):
    """What a person filled into a form: shapes are the form's affair, texts must be clean."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError(f"Expected an object of answers by field, found {_kind(value)}.")
        if len(value) > self._most:
            raise ValidationError(f"Expected at most {self._most} answers, found {len(value)}.")
        found = _unclean_text(value)
        if found is not None:
            raise ValidationError({found[0]: [f"Expected no control characters, found U+{ord(found[1]):04X}."]})
        return _feel_values(value)


class Language(fields.String):
    """One of the three languages every text exists in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_with_metadata(kwargs, {"enum": ["az", "en", "ru"]}))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if value not in ("az", "en", "ru"):
            raise ValidationError("Expected one of az, en, ru.")
        return str(value)


def _feel_values(value: dict[str, Any]) -> Any:
    try:
        return from_json(value)
    except (ValueError, TypeError) as fault:
        raise ValidationError(f"Not taken: {fault}.") from fault


def _unclean_text(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first control character in a tree of values: the top name it stands under, and the character."""
    waiting: list[tuple[str, Any]] = [(name, part) for name, part in value.items()]
    waiting.extend((name, name) for name in value)
    while waiting:
        top, found = waiting.pop()
        if isinstance(found, str):
            bad = _CONTROL.search(found)
            if bad:
                return top, bad.group()
        elif isinstance(found, dict):
            waiting.extend((top, part) for pair in found.items() for part in pair)
        elif isinstance(found, list):
            waiting.extend((top, part) for part in found)
    return None


def _kind(value: Any) -> str:
    """What JSON calls the kind of a value."""
    kinds = ((bool, "true or false"), (str, "a text"), (dict, "an object"), (list, "an array"), (type(None), "null"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a number of another kind")


def _with_metadata(kwargs: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {**kwargs, "metadata": {**more, **kwargs.get("metadata", {})}}
