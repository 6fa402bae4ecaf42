"""Expressions of the older dialect become FEEL where they only read, compare and reckon; else they are refused."""

from __future__ import annotations

import pytest

from engine.bpmn.dialect.juel import NotTranslatable, to_feel


@pytest.mark.parametrize(
    ("juel", "feel"),
    [
        ("${a}", "=a"),
        ("#{a}", "=a"),
        ("${ a.b.c }", "=a.b.c"),
        ("${a == 'x'}", '=a = "x"'),
        ('${a == "x"}', '=a = "x"'),
        ("${a eq b}", "=a = b"),
        ("${a != null}", "=a != null"),
        ("${a ne 1}", "=a != 1"),
        ("${a < 1 && b >= 2.5}", "=a < 1 and b >= 2.5"),
        ("${a lt 1 or b gt 2}", "=a < 1 or b > 2"),
        ("${!a || not b}", "=not(a) or not(b)"),
        ("${(a || b) && c}", "=(a or b) and c"),
        ("${a + b * -2}", "=a + b * -2"),
        ("${a ? 'x' : 'y'}", '=(if a then "x" else "y")'),
        ("${true}", "=true"),
        ("${'it\\'s }'}", '="it\'s }"'),
        ("Case ${id}", '="Case " + string(id)'),
        ("${a}-${b}", '=string(a) + "-" + string(b)'),
        ('say "${a}"', '="say \\"" + string(a) + "\\""'),
    ],
)
def test_plain_expressions_are_translated(juel: str, feel: str) -> None:
    assert to_feel(juel) == feel


@pytest.mark.parametrize(
    "juel",
    [
        "${}",
        "${a",
        "${a.b()}",
        "${bean.run(x)}",
        "${f(x)}",
        "${a[0]}",
        "${empty a}",
        "${a % 2}",
        "${a == b == c}",
        "${a < b == c}",
        "${a == b < c}",
        "${a b}",
        "${a +}",
        "${a.}",
        "${1.b}",
        "${a; b}",
        "${a = b}",
        "${for}",
        "${" + "(" * 100 + "a" + ")" * 100 + "}",
        "${" + "!" * 10_000 + "a}",
        "${" + "-" * 3_000 + "a}",
        "${T(java.lang.Runtime).getRuntime().exec('id')}",
        "${''.getClass().forName('java.lang.Runtime')}",
    ],
)
def test_everything_else_is_refused_with_a_reason(juel: str) -> None:
    with pytest.raises(NotTranslatable) as caught:
        to_feel(juel)

    assert str(caught.value)
