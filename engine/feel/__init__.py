"""FEEL, the expression language of DMN 1.5: parse once, compile to closures, evaluate within bounds.

In: text, names and values. Out: values with warnings that say why something became null. Pure: no clock, no disk, no
network, nothing of ours but `engine.errors`. Everybody may import this package; from outside only what `__all__` names.

    expression  the door          grammar, tokens, names, syntax  text -> tree      compiler  tree -> closures
    values, temporal, types       operators, closures, paths, loops, calls   functions/  the built-ins
    text, plain, codec            values as text, as plain JSON, as lossless text
    printer                       trees back to text
"""

from engine.feel.codec import decode, encode
from engine.feel.effort import Effort
from engine.feel.errors import FeelBudgetExceeded, FeelSyntaxError
from engine.feel.expression import Expression, Result, UnaryTests, parse_expression, parse_unary_tests
from engine.feel.plain import from_json, to_json
from engine.feel.printer import write_expression, write_tests
from engine.feel.run import Budget, Warning_
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from engine.feel.temporal_text import read_date, read_date_time, read_duration, read_temporal, read_time
from engine.feel.text import to_text
from engine.feel.values import Function, HostFunction, Range, Value, admit, compare, equal, feel_type

__all__ = [
    "Budget",
    "Date",
    "DateTime",
    "DaysDuration",
    "Effort",
    "Expression",
    "FeelBudgetExceeded",
    "FeelSyntaxError",
    "Function",
    "HostFunction",
    "MonthsDuration",
    "Range",
    "Result",
    "Time",
    "UnaryTests",
    "Value",
    "Warning_",
    "admit",
    "compare",
    "decode",
    "encode",
    "equal",
    "feel_type",
    "from_json",
    "parse_expression",
    "parse_unary_tests",
    "read_date",
    "read_date_time",
    "read_duration",
    "read_temporal",
    "read_time",
    "to_json",
    "to_text",
    "write_expression",
    "write_tests",
]
