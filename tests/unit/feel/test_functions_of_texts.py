"""Built-in functions of texts (DMN 1.5, 10.3.4.3, table 75): every overload, names, positions by code points, nulls."""

from __future__ import annotations

import pytest

from tests.builders.a_feel_value import reasons, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('substring("foobar", 3)', '"obar"'),
        ('substring("foobar", 3, 3)', '"oba"'),
        ('substring("foobar", -2, 1)', '"a"'),
        ('substring("foobar", 1, 100)', '"foobar"'),
        ('substring("foobar", -6)', '"foobar"'),
        ('substring("\\U01F40Eab", 2)', '"ab"'),
        ('substring("🐎ab", 1, 1)', '"🐎"'),
        ('substring(string: "foobar", start position: 3, length: 2)', '"ob"'),
        ('substring(length: 2, start position: 3, string: "foobar")', '"ob"'),
        ('string length("foo")', "3"),
        ('string length("\\U01F40Eab")', "3"),
        ('string length("")', "0"),
        ('upper case("aBc4")', '"ABC4"'),
        ('upper case("straße")', '"STRASSE"'),
        ('lower case("aBc4")', '"abc4"'),
        ('substring before("foobar", "bar")', '"foo"'),
        ('substring before("foobar", "xyz")', '""'),
        ('substring before("foobar", "o")', '"f"'),
        ('substring before("foobar", "")', '""'),
        ('substring after("foobar", "ob")', '"ar"'),
        ('substring after("", "a")', '""'),
        ('substring after("foobar", "xyz")', '""'),
        ('substring after("foobar", "")', '"foobar"'),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', '"[1=ab][2=]cd"'),
        ('replace("abracadabra", "bra", "*")', '"a*cada*"'),
        ('replace("abracadabra", "a.*?a", "*")', '"*c*bra"'),
        ('replace("AAAA", "A+?", "b")', '"bbbb"'),
        ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', '"carted"'),
        ('replace("foo bar", "O", "0", "i")', '"f00 bar"'),
        ('replace("a.b.c", ".", "-", "q")', '"a-b-c"'),
        ('replace("a\\nb", "a.b", "x", "s")', '"x"'),
        ('replace("abc", "b", "\\\\$")', '"a$c"'),
        ('replace(input: "abc", pattern: "b", replacement: "x")', '"axc"'),
        ('contains("foobar", "of")', "false"),
        ('contains("foobar", "ob")', "true"),
        ('starts with("foobar", "fo")', "true"),
        ('ends with("foobar", "r")', "true"),
        ('ends with(string: "foobar", match: "f")', "false"),
        ('matches("foobar", "^fo*b")', "true"),
        ('matches("abracadabra", "bra")', "true"),
        ('matches("abracadabra", "^bra")', "false"),
        ('matches("A\\nB", "^B$")', "false"),
        ('matches("A\\nB", "^b$", "im")', "true"),
        ('matches("hello world", "hello world", "x")', "false"),
        ('matches("helloworld", "hello world", "x")', "true"),
        ('matches("Ünder", "^\\\\p{Lu}\\\\p{Ll}+$")', "true"),
        ('matches("a1", "^\\\\i\\\\c$")', "true"),
        ('matches("x", "[a-z-[aeiou]]")', "true"),
        ('matches("a", "[a-z-[aeiou]]")', "false"),
        ('matches("abab", "^(ab)\\\\1$")', "true"),
        ('matches("foobar", "^fo*b", null)', "true"),
        ('split("John Doe", "\\\\s")', '["John", "Doe"]'),
        ('split("a;b;c;;", ";")', '["a", "b", "c", "", ""]'),
        ('split("abc", "x")', '["abc"]'),
        ('split(string: "a1b22c", delimiter: "[0-9]+")', '["a", "b", "c"]'),
        ('string join(["a", "b", "c"], "_and_")', '"a_and_b_and_c"'),
        ('string join(["a", "b", "c"], "")', '"abc"'),
        ('string join(["a", "b", "c"], null)', '"abc"'),
        ('string join(["a"], "X")', '"a"'),
        ('string join(["a", null, "c"], "X")', '"aXc"'),
        ('string join([], "X")', '""'),
        ('string join(["a", "b", "c"])', '"abc"'),
        ('string join(["a", null, "c"])', '"ac"'),
        ('string join(list: ["a", "b"], delimiter: "-")', '"a-b"'),
    ],
)
def test_a_function_of_texts_gives_its_value(text: str, value: str) -> None:
    assert told(text) == told(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('substring("foobar", 0)', "index"),
        ('substring("foobar", 7)', "index"),
        ('substring("foobar", -7)', "index"),
        ('substring("foobar", 1, 0)', "index"),
        ("substring(1, 2)", "argument-type"),
        ("substring(null, 1)", "argument-type"),
        ('substring("foobar")', "arguments"),
        ('substring(text: "foobar", start position: 1)', "arguments"),
        ("string length(null)", "argument-type"),
        ("upper case(1)", "argument-type"),
        ('contains("a", null)', "argument-type"),
        ('replace("abc", "x*", "-")', "pattern"),
        ('replace("abc", "(", "-")', "pattern"),
        ('replace("abc", "b", "$")', "pattern"),
        ('replace("abc", "b", "x", "z")', "pattern"),
        ('matches("a", "[z-a]")', "pattern"),
        ('split("a", null)', "argument-type"),
        ('split("abc", "")', "pattern"),
        ('split("abc", "x*")', "pattern"),
        ('not("a")', "logic"),
        ('string join([1, "a"])', "argument-type"),
        ('string join(null, ",")', "argument-type"),
    ],
)
def test_a_function_of_texts_is_null_and_says_why(text: str, reason: str) -> None:
    assert told(text) == "[null]"
    assert reason in reasons(text)
