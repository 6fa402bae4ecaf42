"""What an answer must be, kind by kind: the shape first, then the rules of its component.

`shape` turns what came as JSON into a value (number -> decimal, empty text -> None) and never asks an expression;
`rules` checks a value against limits, patterns and options, which may be FEEL over the other answers. Both raise Fault.
Numbers are `Decimal`; dates and times stay ISO 8601 text, as form-js keeps them: models say `date(x)`.
"""

from __future__ import annotations

import datetime as py
import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

from engine.feel import to_json
from forms.expressions import Expression
from forms.identifiers import ID_TYPES
from forms.messages import MESSAGES
from forms.model import (
    Checkbox,
    Choice,
    DateTimeInput,
    FilePicker,
    Input,
    Moment,
    NumberInput,
    Option,
    TextInput,
    Widget,
)

LONGEST_LINE: Final = 1_000
"""Characters of a textfield that says no length."""
LONGEST_AREA: Final = 10_000
"""Characters of a textarea that says no length."""
LONGEST_TEXT: Final = 100_000
"""Characters of any text, whatever its component says."""
MOST_CHOSEN: Final = 1_000
MOST_OPTIONS_TOLD: Final = 8
"""A refusal names the options when they are few."""
MOST_DIGITS: Final = 34
MOST_FILES: Final = 20
"""Of one file picker."""

_EXACT: Final = Context(prec=120)
"""Enough digits that no remainder of two numbers taken here is inexact."""
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROLS_BUT_LINES: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,40})(?:\.[0-9]{1,40})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FILE: Final = re.compile("[0-9a-hjkmnp-tv-z]{26}")
"""The key that an upload was given."""
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")

Ask = Callable[[Expression], Any]
"""Evaluates an expression over the answers and variables at hand."""


class Fault(Exception):
    """An answer is wrong; caught in `validate` and told with its place."""

    def __init__(self, code: str, message_code: str | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.message_code, self.facts = code, message_code or code, facts
        assert self.message_code in MESSAGES


# --- shape ----------------------------------------------------------------------------------------------------------


def shape(component: Input, answer: Any) -> Any:
    """The value of an answer; None when it says nothing. Raises Fault when it is of the wrong kind."""
    if answer is None or answer == "":
        return None
    if isinstance(component, TextInput):
        return _text(component, answer)
    if isinstance(component, NumberInput):
        return _number(component, answer)
    if isinstance(component, DateTimeInput):
        return _moment(component.asks, answer)
    if isinstance(component, Checkbox):
        if not isinstance(answer, bool):
            raise Fault("yes-no-expected")
        return answer
    if isinstance(component, FilePicker):
        return _files(answer)
    assert isinstance(component, Choice)
    return _chosen(component, answer)


def _text(component: TextInput, answer: Any) -> str | None:
    if not isinstance(answer, str):
        raise Fault("text-expected")
    if len(answer) > LONGEST_TEXT:
        raise Fault("too-long", limit=LONGEST_TEXT, found=len(answer))
    lines = component.widget is Widget.textarea
    if (_CONTROLS_BUT_LINES if lines else _CONTROLS).search(answer):
        raise Fault("control-character")
    if component.id_type is not None and answer.strip():
        return ID_TYPES[component.id_type].normal(answer) or answer
    return answer if answer.strip() else None


def _number(component: NumberInput, answer: Any) -> Decimal | str:
    if isinstance(answer, str) and component.as_text:
        if not _NUMBER.fullmatch(answer):
            raise Fault("number-expected")
        found = Decimal(answer)
    elif isinstance(answer, bool) or not isinstance(answer, int | float | Decimal):
        raise Fault("number-expected")
    elif isinstance(answer, int) and abs(answer) >= 10**MOST_DIGITS:
        raise Fault("too-many-digits", limit=MOST_DIGITS)
    else:
        found = Decimal(repr(answer)) if isinstance(answer, float) else Decimal(answer)
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or exponent > 0:
        raise Fault("number-expected")
    if len(found.as_tuple().digits) > MOST_DIGITS or exponent < -MOST_DIGITS:
        raise Fault("too-many-digits", limit=MOST_DIGITS)
    return format(found, "f") if component.as_text else found


def _moment(asks: Moment, answer: Any) -> str:
    """ISO 8601 text, checked to be a real day and time of day."""
    fault = Fault(f"{asks}-expected")
    if not isinstance(answer, str) or len(answer) > 40:
        raise fault
    day, _, hour = answer.partition("T") if asks is Moment.datetime else (answer, "", answer)
    if asks is not Moment.time and not _DATE.fullmatch(day):
        raise fault
    if asks is not Moment.date and not _TIME.fullmatch(hour):
        raise fault
    try:
        if asks is not Moment.time:
            py.date.fromisoformat(day)
        if asks is not Moment.date:
            py.time.fromisoformat(hour)
    except ValueError:
        raise fault from None
    return answer


def _chosen(component: Choice, answer: Any) -> Any:
    if not component.many:
        return _option_value(answer)
    if not isinstance(answer, list):
        raise Fault("list-expected")
    if len(answer) > MOST_CHOSEN:
        raise Fault("too-many-rows", limit=MOST_CHOSEN)
    chosen = [_option_value(each) for each in answer]
    if len({(type(each), each) for each in chosen}) < len(chosen):
        raise Fault("chosen-twice")
    return chosen or None


def _files(answer: Any) -> list[str] | None:
    """Keys of files that were sent before. One alone may stand without a list."""
    keys = [answer] if isinstance(answer, str) else answer
    if not isinstance(keys, list) or not all(isinstance(key, str) and _FILE.fullmatch(key) for key in keys):
        raise Fault("files-expected")
    if len(keys) > MOST_FILES:
        raise Fault("too-many-files", limit=MOST_FILES)
    return list(dict.fromkeys(keys)) or None


def _option_value(answer: Any) -> str | bool | Decimal:
    if isinstance(answer, str) and len(answer) > LONGEST_LINE:
        raise Fault("not-an-option")
    if isinstance(answer, Decimal) and not answer.is_finite():
        raise Fault("not-an-option")
    if isinstance(answer, str | bool | Decimal):
        return answer
    if isinstance(answer, int) and abs(answer) < 10**MOST_DIGITS:
        return Decimal(answer)
    raise Fault("not-an-option")


# --- rules ----------------------------------------------------------------------------------------------------------


def rules(component: Input, value: Any, ask: Ask, today: py.date) -> None:
    """Check a value that is there against what its component asks. Raises Fault."""
    if isinstance(component, TextInput):
        _check_text(component, value, ask)
    elif isinstance(component, NumberInput):
        _check_number(component, Decimal(value), ask)
    elif isinstance(component, DateTimeInput):
        _check_moment(component, value, ask, today)
    elif isinstance(component, Checkbox):
        if component.required and value is not True:
            raise Fault("required", "must-be-yes")
    elif isinstance(component, FilePicker):
        many = component.many if isinstance(component.many, bool) else ask(component.many) is True
        if len(value) > 1 and not many:
            raise Fault("too-many-files", limit=1)
    elif isinstance(component, Choice):
        options = options_of(component, ask)
        known = {(type(option.value), option.value) for option in options}
        for each in value if component.many else [value]:
            if (type(each), each) not in known:
                told = ", ".join(str(option.value) for option in options)
                few = 0 < len(options) <= MOST_OPTIONS_TOLD
                raise Fault("not-an-option", "not-among-options" if few else None, options=told)


def _check_text(component: TextInput, value: str, ask: Ask) -> None:
    usual = LONGEST_AREA if component.widget is Widget.textarea else LONGEST_LINE
    asked = _number_of(component.max_length, ask)
    longest = usual if asked is None else asked
    if len(value) > longest:
        raise Fault("too-long", limit=longest, found=len(value))
    shortest = _number_of(component.min_length, ask)
    if shortest is not None and len(value) < shortest:
        raise Fault("too-short", limit=shortest, found=len(value))
    if component.id_type is not None and ID_TYPES[component.id_type].normal(value) is None:
        kind = ID_TYPES[component.id_type]
        raise Fault(kind.code, "malformed", example=kind.example)
    if component.pattern is not None and not component.pattern.matches(value):
        raise Fault("pattern")


def _check_number(component: NumberInput, value: Decimal, ask: Ask) -> None:
    least, most = _number_of(component.minimum, ask), _number_of(component.maximum, ask)
    if least is not None and value < least:
        raise Fault("too-small", limit=least)
    if most is not None and value > most:
        raise Fault("too-large", limit=most)
    exponent = value.normalize().as_tuple().exponent
    digits = component.decimal_digits
    if digits is not None and isinstance(exponent, int) and -exponent > digits:
        raise Fault("decimals", limit=digits)
    if component.step and _EXACT.remainder(value, component.step) != 0:
        raise Fault("step", limit=component.step)


def _check_moment(component: DateTimeInput, value: str, ask: Ask, today: py.date) -> None:
    if component.asks is Moment.time:
        return
    day = py.date.fromisoformat(value[:10])
    if component.no_past and day < today:
        raise Fault("past")
    earliest, latest = _day_of(component.earliest, ask), _day_of(component.latest, ask)
    if earliest is not None and day < earliest:
        raise Fault("too-early", limit=earliest.isoformat())
    if latest is not None and day > latest:
        raise Fault("too-late", limit=latest.isoformat())


def _number_of(limit: int | Decimal | Expression | None, ask: Ask) -> Decimal | None:
    found = ask(limit) if isinstance(limit, Expression) else limit
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    return Decimal(found)


def _day_of(limit: Expression | None, ask: Ask) -> py.date | None:
    """The day a FEEL date, or its text, stands for; None when it gives none: then there is no limit."""
    found = None if limit is None else ask(limit)
    text = str(to_json(found))[:10]
    return py.date.fromisoformat(text) if _DATE.fullmatch(text) else None


def options_of(component: Choice, ask: Ask) -> tuple[Option, ...]:
    """What can be chosen now: the fixed options, or those an expression gives."""
    if component.options_from is None:
        return component.options
    found = ask(component.options_from)
    options: list[Option] = []
    for each in (found if isinstance(found, list) else [])[:MOST_CHOSEN]:
        value = each.get("value") if isinstance(each, dict) else each
        label = each.get("label", value) if isinstance(each, dict) else each
        if isinstance(value, str | bool | Decimal):
            options.append(Option(value, str(label)))
    return tuple(options)
