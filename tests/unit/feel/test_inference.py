"""What an expression can give is told from its text: the type of its value, and what is certain to fail."""

from __future__ import annotations

import pytest

from engine.feel import parse_expression, parse_unary_tests
from engine.feel.inference import Finding, NamedFunction, Names, Whole, can_become, infer, infer_tests
from engine.feel.names import KnownNames
from engine.feel.types import ANY, SIMPLE, FeelType, ListType, RangeType, Record

NUMBER, TEXT, DATE, LIST = SIMPLE["number"], SIMPLE["string"], SIMPLE["date"], SIMPLE["list"]
PERSON = Record({"name": TEXT, "age": NUMBER}, "tPerson")
NAMES = Names(
    {
        "amount": NUMBER,
        "status": TEXT,
        "born": DATE,
        "fit": SIMPLE["boolean"],
        "person": PERSON,
        "people": ListType(PERSON),
        "years": RangeType(NUMBER),
        "whatever": ANY,
        "tax": NamedFunction((NUMBER, NUMBER), NUMBER, ("amount", "rate")),
        "legal deadline": DATE,
    }
)
KNOWN = KnownNames(frozenset({"legal deadline"}))


def looked_at(text: str, names: Names = NAMES, *, only_data: bool = False) -> tuple[FeelType, tuple[Finding, ...]]:
    """An expression's type, and what is found."""
    return infer(parse_expression(text, KNOWN).tree, names, {"tPerson": PERSON}, only_data=only_data)


def rules(text: str, names: Names = NAMES) -> list[str]:
    """The rules that an expression breaks."""
    return [finding.rule for finding in looked_at(text, names)[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount + 1", "number"),
        ('status + "x"', "string"),
        ('born + @"P1D"', "date"),
        ('@"P1D" + born', "date"),
        ("born - born", "days and time duration"),
        ("-amount", "number"),
        ("amount > 3 and fit", "boolean"),
        ("born.year", "number"),
        ("legal deadline", "date"),
        ("person.name", "string"),
        ("people.name", "list<string>"),
        ("people[age > 3]", "list<tPerson>"),
        ("people[1]", "tPerson"),
        ("people[item.age > 3].name", "list<string>"),
        ("people[whatever]", "tPerson or list<tPerson>"),
        ("for x in people return x.age", "list<number>"),
        ("for i in 1..3 return i", "list<number>"),
        ("for y in years return y", "list<number>"),
        ("some p in people satisfies p.age > 3", "boolean"),
        ("{a: 1, b: a + 1}.b", "number"),
        ("if fit then 1 else status", "number or string"),
        ("if fit then 1 else null", "number"),
        ("tax(amount, 0.2)", "number"),
        ("tax(rate: 0.2, amount: 1)", "number"),
        ("(function(x: number) x + 1)(3)", "number"),
        ("count(people)", "number"),
        ("max(people.age)", "number"),
        ("append([1], 2)", "list<number>"),
        ("concatenate([1], [status])", "list<number or string>"),
        ('split(status, ",")', "list<string>"),
        ("sort(people, function(a, b) a.age < b.age)", "list<tPerson>"),
        ("whatever", "Any"),
        ("whatever.anything", "Any"),
        ("whatever[1]", "Any"),
        ("[amount..3]", "range<number>"),
        ("person instance of tPerson", "boolean"),
        ("null", "null"),
    ],
)
def test_expression_has_the_type_of_what_it_gives(text: str, expected: str) -> None:
    kind, findings = looked_at(text)

    assert findings == ()
    assert kind.name == expected


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("amuont > 3", "unknown-name", "`amuont`"),
        ("strng length(status)", "unknown-function", "`strng length`"),
        ("amount + status", "unfit-operands", "a number and a string"),
        ("born + 1", "unfit-operands", "a date and a number"),
        ("null + 1", "unfit-operands", "null and a number"),
        ("-status", "unfit-operands", "found a string"),
        ("status = 3", "unfit-operands", "a string and a number"),
        ("fit < true", "unfit-operands", "a boolean and a boolean"),
        ('amount between "a" and 3', "unfit-operands", "a number and a string"),
        ('amount in ("open", 3)', "test-type", "a number, found a string"),
        ("if amount then 1 else 2", "condition", "true or false, found a number"),
        ("fit and status", "condition", "`and` expects true or false"),
        ("some p in people satisfies p.age", "condition", "`some` expects true or false"),
        ("people[name]", "filter", "found a string"),
        ('for x in 1.."a" return x', "iteration", "a number to a string"),
        ('for x in ["a".."b"] return x', "iteration", "range<string>"),
        ("for x in null return x", "iteration", "found null"),
        ('["a"..3]', "range-ends", "a string and a number"),
        ("born.yer", "unknown-entry", "`yer`"),
        ("{a: 1}.b", "unknown-entry", "`b`"),
        ("null.b", "unknown-entry", "found null"),
        ("substring(status)", "arguments", "found 1 argument"),
        ("substring(string: status, start: 2)", "arguments", "(string, start)"),
        ("tax(amount)", "arguments", "tax(amount, rate), found 1 argument"),
        ("tax(amount: 1, rat: 2)", "arguments", "found (amount, rat)"),
        ("tax(status, 1)", "argument-type", "a number as `amount`, found a string"),
        ("string length(amount)", "argument-type", "found a number: it always gives null"),
        ("string length([1])", "argument-type", "list<number>"),
        ("string length(null)", "argument-type", "found null"),
        ("day of week(status)", "argument-type", "as `date`"),
        ("amount(3)", "no-function", "found a number"),
        ("amount instance of nmber", "unknown-type", "`nmber`"),
        ("(function(x: persn) x)(1)", "unknown-type", "`persn`"),
    ],
)
def test_what_is_certain_to_fail_is_told_once_with_its_reason(text: str, rule: str, said: str) -> None:
    findings = looked_at(text)[1]

    assert [finding.rule for finding in findings] == [rule]
    assert said in findings[0].message
    assert findings[0].remedy
    assert findings[0].is_certain


@pytest.mark.parametrize(
    ("text", "at"),
    [("1 + amuont", 4), ("amount + 1 + status", 13), ("string length(amount)", 14), ("people[agee > 3]", 7)],
)
def test_finding_has_the_place_in_the_text(text: str, at: int) -> None:
    assert looked_at(text)[1][0].at == at


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("amuont", "amount"),
        ("legal_deadline", "legal deadline"),
        ("strng length(status)", "string length"),
        ("person.nmae", "name"),
        ("born.yer", "year"),
        ("amount instance of nmber", "number"),
    ],
)
def test_remedy_names_what_was_probably_meant(text: str, near: str) -> None:
    assert f"Did you mean `{near}`?" in looked_at(text)[1][0].remedy


@pytest.mark.parametrize(
    "text",
    [
        "amount = null",
        "null = amount",
        "null != null",
        "amount in (null)",
        "string length([status])",
        "string length(whatever)",
        "tax([1], 2)",
        "whatever + status",
        "whatever()",
        "whatever.a.b[c > 3].d",
        "[][1]",
        "for x in [] return x * 2",
        "count(amount)",
        "sum(1, 2, 3)",
        "list contains(people, null)",
        "if null then 1 else 2",
        "amount[1]",
        "status in [whatever, 3]",
        "date and time(born, time(10, 0, 0))",
        "get value(person, status) + 1",
        "(if fit then 1 else status) + 1",
        "true in =true",
        "not(amount)",
        "for x in [1, 2] return if x = 1 then 1 else x * partial[-1]",
    ],
)
def test_what_may_have_a_value_is_left_alone(text: str) -> None:
    assert rules(text) == []


def test_entry_beyond_the_declared_ones_is_doubted_for_a_value_may_have_more() -> None:
    findings = [*looked_at("person.shoe size")[1], *looked_at("people[shoe > 3]")[1]]

    assert [finding.rule for finding in findings] == ["unknown-entry", "unknown-name"]
    assert not any(finding.is_certain for finding in findings)


def test_a_fault_is_not_told_again_by_what_is_made_of_it() -> None:
    assert rules('amuont.year > 3 and amuont = "a"') == ["unknown-name", "unknown-name"]
    assert rules("(amount + status).year > 3") == ["unfit-operands"]


def test_open_place_may_know_any_name_and_hide_what_is_around() -> None:
    variables = Names({"amount": NUMBER}, is_open=True)

    assert rules("unheard + of", variables) == []
    assert rules('whatever[amount = "a"]') == [], "an item may have an amount of its own"
    assert rules('amount = "a"', variables) == ["unfit-operands"]


def test_variables_of_a_process_are_never_functions() -> None:
    variables = Names(is_open=True)

    assert looked_at("strng(3)", variables)[1] == ()
    [found] = looked_at("strng(3)", variables, only_data=True)[1]
    assert (found.rule, found.is_certain) == ("unknown-function", True)


def test_variable_named_like_a_function_does_not_hide_it_in_a_call() -> None:
    assert rules("count([1]) + count", Names({"count": NUMBER})) == []


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ('"open", "closed"', TEXT, []),
        ("< 5, [7..9]", NUMBER, []),
        ("-", NUMBER, []),
        ("null", NUMBER, []),
        ("not(1, 2)", NUMBER, []),
        ("? > 3", NUMBER, []),
        ("amount", NUMBER, []),
        ("whatever", NUMBER, []),
        ("[1, 2]", NUMBER, []),
        ("fit", NUMBER, []),
        ("true", SIMPLE["boolean"], []),
        ('"open"', NUMBER, ["test-type"]),
        ("< 5", TEXT, ["test-type"]),
        ("[1..2]", DATE, ["test-type"]),
        ('"yes"', SIMPLE["boolean"], ["test-type"]),
        ('? > "a"', NUMBER, ["unfit-operands"]),
        ("opne", TEXT, ["unknown-name"]),
        ('["a", "b"]', NUMBER, ["test-type"]),
    ],
)
def test_cell_is_tried_against_the_type_of_its_input(text: str, kind: FeelType, expected: list[str]) -> None:
    found = infer_tests(parse_unary_tests(text).tree, kind, NAMES)

    assert [finding.rule for finding in found] == expected


@pytest.mark.parametrize(
    ("own", "wanted", "expected"),
    [
        (NUMBER, NUMBER, True),
        (NUMBER, TEXT, False),
        (ANY, TEXT, True),
        (ListType(NUMBER), NUMBER, True),
        (NUMBER, ListType(NUMBER), True),
        (TEXT, ListType(NUMBER), False),
        (ListType(TEXT), ListType(NUMBER), True),
        (DATE, SIMPLE["date and time"], True),
        (SIMPLE["date and time"], DATE, False),
        (NUMBER, LIST, True),
        (Whole({"name": TEXT}), PERSON, False),
        (Whole({"name": TEXT, "age": NUMBER}), PERSON, True),
        (Whole({"name": TEXT, "age": TEXT}), PERSON, False),
        (Record({"name": TEXT}), PERSON, True),
    ],
    ids=str,
)
def test_conversions_of_the_standard_are_counted_in(own: FeelType, wanted: FeelType, expected: bool) -> None:
    assert can_become(own, wanted) is expected
