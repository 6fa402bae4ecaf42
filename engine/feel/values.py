"""The values of FEEL (DMN 1.5, 10.3.2): what they are, what they are called, when two are equal.

    null            None
    boolean         bool
    number          decimal.Decimal, 34 digits, half-even
    string          str
    list            list
    context         dict with text keys
    date, time, date and time, both durations    engine.feel.temporal
    range           Range
    function        Function

Values are never changed once made. How they become text is in `text`, JSON in `plain`, lossless text in `codec`.
"""

from __future__ import annotations

import datetime as py
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.feel.temporal import NANOSECONDS, Date, DateTime, DaysDuration, MonthsDuration, Time

if TYPE_CHECKING:
    from engine.feel.run import Run

Value: TypeAlias = Any
"""A FEEL value: see the module's table."""

NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""IEEE 754-2008 decimal128, as the standard asks; what has no number raises `decimal.DecimalException`."""

DEEPEST_VALUE = 200
"""Lists and contexts nested deeper than this are not compared or written."""
HEAVIEST_VALUE = 20_000_000
"""Weight of a value (see `weigh`) that is written as text or JSON."""
CHARACTERS_PER_OPERATION = 256
"""Of a long text that is made or compared."""
MOST_COMPARED = 1_000_000
"""Steps of one comparison of lists and contexts outside of an evaluation."""

Charge: TypeAlias = Callable[[int], None]
"""Takes steps off the budget of an evaluation; raises when none are left."""


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends. The missing end of a range with an operator is open to infinity."""

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True
    operator: str | None = None
    """`<`, `<=`, `>`, `>=`, `=` or `!=` when it was written with one end, such as `(< 10)`."""

    def holds(self, value: Value) -> bool | None:
        """Whether a value lies in the range; None when it cannot be compared with the ends."""
        if self.operator == "!=":
            same = equal(value, self.start)
            return None if same is None else not same
        if self.operator == "=":
            return equal(value, self.start)
        if value is None:
            return None
        if self.operator is None and (self.start is None or self.end is None):
            return None
        above = below = True
        if self.start is not None:
            order = compare(value, self.start)
            if order is None:
                return None
            above = order > 0 or (order == 0 and self.start_included)
        if self.end is not None:
            order = compare(value, self.end)
            if order is None:
                return None
            below = order < 0 or (order == 0 and self.end_included)
        return above and below


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something that can be called: built in, of the host, or written in FEEL.

    `signatures` lists the parameter names of each way to call it by name. The body gets the run and the arguments in
    order and gives a value.
    """

    name: str
    signatures: tuple[tuple[str, ...], ...]
    body: Callable[[Run, Sequence[Value]], Value]
    fewest: int = 0
    """Fewest arguments."""
    most: int | None = None
    """Most arguments; None for any number."""
    parameter_types: tuple[Any, ...] = field(default=(), repr=False)
    """Types of the parameters of a function written in FEEL."""
    result_type: Any = field(default=None, repr=False)
    """Type of its result, when declared."""
    bodies: tuple[Callable[[Run, Sequence[Value]], Value], ...] = field(default=(), repr=False)
    """A body for each signature, where a call by name must not reach another one."""


@dataclass(frozen=True, slots=True)
class HostFunction:
    """A pure function of the product that models may call, such as `working days after(date, n)`.

    The callable gets FEEL values and gives one; a ValueError becomes null with its text as the warning.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[..., Value]
    fewest: int | None = None
    """Fewest arguments; all parameters when None."""
    _function: Function = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:

        def body(run: Run, arguments: Sequence[Value]) -> Value:
            try:
                return admit(self.call(*arguments))
            except ValueError as fault:
                return run.null("function-refused", f"{self.name}(): {fault}")

        fewest = len(self.parameters) if self.fewest is None else self.fewest
        function = Function(self.name, (self.parameters,), body, fewest, len(self.parameters))
        object.__setattr__(self, "_function", function)

    def as_function(self) -> Function:
        """The same as FEEL sees it."""
        return self._function


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
    Range: "range",
    Function: "function",
}
"""The standard's names of Python's types."""
NATIVE = frozenset(KINDS)
"""Python's types of FEEL values; everything else must pass `admit`."""


def feel_type(value: Value) -> str:
    """The standard's name of a value's kind; `null` for None. Raises TypeError for what is no FEEL value."""
    kind = KINDS.get(type(value))
    if kind is None:
        raise TypeError(f"expected a FEEL value, found {type(value).__name__}")
    return kind


def admit(value: Any) -> Value:
    """A FEEL value from a like one of Python: int, float, tuple, datetime and their kin, also inside of lists.

    Raises TypeError for what has no like in FEEL, ValueError for a number that is not finite and for too large a value.
    """
    if type(value) in (list, dict) and weigh(value) > HEAVIEST_VALUE:
        raise ValueError(f"expected a value of at most {HEAVIEST_VALUE:,} characters")
    return _admit(value)


def _admit(value: Any) -> Value:
    kind = type(value)
    if kind is list:
        return value if all(type(item) in _SIMPLE for item in value) else [_admit(item) for item in value]
    if kind is dict:
        plain = all(type(item) in _SIMPLE for item in value.values())
        return value if plain else {str(key): _admit(item) for key, item in value.items()}
    if kind in NATIVE:
        return value
    return _admit_foreign(value)


_SIMPLE = NATIVE - {list, dict}


def _admit_foreign(value: Any) -> Value:
    if isinstance(value, bool | str | Decimal):
        return bool(value) if isinstance(value, bool) else type(value).__mro__[-2](value)
    if isinstance(value, int):
        return NUMBERS.create_decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        if not number.is_finite():
            raise ValueError(f"expected a finite number, found {value}")
        return number
    if isinstance(value, py.datetime):
        return DateTime.from_python(value)
    if isinstance(value, py.date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, py.time):
        return DateTime.from_python(py.datetime.combine(py.date(2000, 1, 1), value)).time
    if isinstance(value, py.timedelta):
        return DaysDuration((value.days * 86_400 + value.seconds) * 1_000_000_000 + value.microseconds * 1000)
    if isinstance(value, HostFunction):
        return value.as_function()
    if isinstance(value, Mapping):
        return {str(key): _admit(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [_admit(item) for item in value]
    raise TypeError(f"expected a FEEL value, found {type(value).__name__}")


def compare(left: Value, right: Value) -> int | None:
    """Negative, zero or positive as left is before, with or after right; None when they have no order."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is Decimal or kind is str or kind is Date or kind is DaysDuration or kind is MonthsDuration:
        return int(left > right) - int(left < right)
    if kind is DateTime or kind is Time:
        if (left.utc_offset() is None) is not (right.utc_offset() is None):
            return None
        a: int = left.instant()
        b: int = right.instant()
        return (a > b) - (a < b)
    return None


def equal(left: Value, right: Value, depth: int = DEEPEST_VALUE, charge: Charge | None = None) -> bool | None:
    """FEEL's `=`: true, false, or None when the two are of different kinds (DMN 1.5, table 49).

    Lists may hold one list many times, so that a small value has more parts than can be walked: every list and context
    compared is charged; without a `charge`, None is given when there are too many.
    """
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in _BY_VALUE:
        if kind is str and charge is not None and len(left) > CHARACTERS_PER_OPERATION:
            charge(len(left) // CHARACTERS_PER_OPERATION)
        return bool(left == right)
    if kind is list or kind is dict:
        return _equal_parts(left, right, depth, charge)
    if kind is DateTime or kind is Time:
        if (left.utc_offset() is None) is not (right.utc_offset() is None):
            return False
        # `=` looks at whole seconds, as the property `second` tells them (10.3.2.13.1).
        return bool(left.instant() // NANOSECONDS == right.instant() // NANOSECONDS)
    if kind is Range:
        return _equal_ranges(left, right)
    if kind is Function:
        return True if left is right else None
    return None


_BY_VALUE = frozenset({bool, Decimal, str, Date, DaysDuration, MonthsDuration})


def _equal_ranges(left: Range, right: Range) -> bool:
    signs = (left.start_included, left.end_included, left.operator)
    if signs != (right.start_included, right.end_included, right.operator):
        return False
    return equal(left.start, right.start) is True and equal(left.end, right.end) is True


class _TooManySteps(Exception):
    """A comparison outside of an evaluation has run long enough."""


def _steps() -> Charge:
    left = MOST_COMPARED

    def charge(steps: int) -> None:
        nonlocal left
        left -= steps
        if left < 0:
            raise _TooManySteps

    return charge


def _equal_parts(left: Any, right: Any, depth: int, charge: Charge | None) -> bool | None:
    if left is right:
        return True
    if len(left) != len(right) or (type(left) is dict and left.keys() != right.keys()):
        return False
    if charge is None:
        try:
            return _equal_parts(left, right, depth, _steps())
        except _TooManySteps:
            return None
    charge(1 + len(left) // 8)
    if type(left) is dict:
        return _all_equal(((left[key], right[key]) for key in left), depth, charge)
    return _all_equal(zip(left, right, strict=True), depth, charge)


def _all_equal(pairs: Any, depth: int, charge: Charge) -> bool | None:
    if depth <= 0:
        return None
    known: bool | None = True
    for a, b in pairs:
        same = a is b or equal(a, b, depth - 1, charge)
        if same is False:
            return False
        if same is None:
            known = None
    return known


def weigh(value: Value) -> int:
    """How many characters the text of a value has at least; what is held many times counts each time.

    It is quick where the text would be endless: a list of lists that hold one list twice, forty levels deep.
    """
    if type(value) is str:
        return len(value)
    return _weigh(value, {}, DEEPEST_VALUE) if type(value) in (list, dict) else 1


def _weigh(value: Any, known: dict[int, int], depth: int) -> int:
    if depth <= 0:
        return 1
    weight = 1
    if type(value) is dict:
        weight += sum(len(key) for key in value if type(key) is str)
        value = value.values()
    for part in value:
        kind = type(part)
        if kind is str:
            weight += len(part)
        elif kind is list or kind is dict:
            if id(part) not in known:
                known[id(part)] = _weigh(part, known, depth - 1)
            weight += known[id(part)]
        else:
            weight += 1
    return weight


def is_same(left: Value, right: Value) -> bool:
    """FEEL's is(): the same value of the same kind, with no conversion between offsets, zones and kinds."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Time | DateTime):
        return bool(left == right)
    return equal(left, right) is True
