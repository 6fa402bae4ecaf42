"""What an expression can give, told from its text and the types of its names: unknown names, certain errors of types.

In: a parsed expression or unary tests, and the names in sight with their types. Out: the type of its value, and
findings with places. Pure. Only what is certain for every value is a fault: a name that nothing can have, an operator
or function that gives null whatever comes (DMN 1.5, 10.3.2.13, tables 49 to 57); what is only probable is a doubt.
Null itself is never foreseen: any name may be null.

    kinds      types seen as sets of kinds; one of several      operators  what operators make of kinds
    scope      names in sight                                   calls      arguments and results of functions
    results    what the built-in functions give                 members    entries and properties
    walk       the walk over the syntax tree
"""

from engine.feel.inference.calls import NamedFunction
from engine.feel.inference.kinds import AnyOf, Whole, can_become, item_of, kinds_of, one_of, told
from engine.feel.inference.members import within_item
from engine.feel.inference.operators import walked
from engine.feel.inference.scope import Finding, Names, meant, place_in
from engine.feel.inference.walk import call_of, infer, infer_tests

__all__ = [
    "AnyOf",
    "Finding",
    "NamedFunction",
    "Names",
    "Whole",
    "call_of",
    "can_become",
    "infer",
    "infer_tests",
    "item_of",
    "kinds_of",
    "meant",
    "one_of",
    "place_in",
    "told",
    "walked",
    "within_item",
]
