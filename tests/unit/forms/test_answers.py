"""What a filled-in form gives: values, or every fault with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import AnswersInvalid, Form, validate
from tests.builders.a_form import a_field, a_form, a_group, a_list, choices

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def values_of(form: Form, answers: Any, variables: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    return validate(form, answers, variables or {}, NOW, **said)


def faults_of(form: Form, answers: Any, variables: dict[str, Any] | None = None, **said: Any) -> dict[str, str]:
    with pytest.raises(AnswersInvalid) as refused:
        values_of(form, answers, variables, **said)
    return {place.path: place.code for place in refused.value.places}


class TestKinds:
    @pytest.mark.parametrize(
        ("field", "answer", "value"),
        [
            pytest.param(a_field("a"), "Şərif 𝄞 \u200fשלום", "Şərif 𝄞 \u200fשלום", id="any-letters"),
            pytest.param(a_field("a"), "", None, id="empty-text-is-null"),
            pytest.param(a_field("a"), "   ", None, id="blank-text-is-null"),
            pytest.param(a_field("a", "textarea"), "one\ntwo", "one\ntwo", id="lines-in-an-area"),
            pytest.param(a_field("a", "number"), 3, Decimal(3), id="whole-number"),
            pytest.param(a_field("a", "number"), Decimal("0.10"), Decimal("0.10"), id="fraction-as-written"),
            pytest.param(a_field("a", "number", serializeToString=True), "12.50", "12.50", id="number-kept-as-text"),
            pytest.param(a_field("a", "datetime"), "2026-02-28", "2026-02-28", id="date-stays-text"),
            pytest.param(a_field("a", "datetime", subtype="time"), "09:30", "09:30", id="time"),
            pytest.param(
                a_field("a", "datetime", subtype="datetime"),
                "2026-02-28T09:30+04:00",
                "2026-02-28T09:30+04:00",
                id="both",
            ),
            pytest.param(a_field("a", "checkbox"), False, False, id="no"),
            pytest.param(a_field("a", "radio", values=choices("x", "y")), "y", "y", id="one-option"),
            pytest.param(a_field("a", "taglist", values=choices("x", "y")), ["y"], ["y"], id="several-options"),
            pytest.param(a_field("a", "taglist", values=choices("x", "y")), [], None, id="nothing-chosen-is-null"),
            pytest.param(
                a_field("a", properties={"ow:idtype": "pin"}), " 5fq2k7m ", "5FQ2K7M", id="personal-number-in-capitals"
            ),
        ],
    )
    def test_a_good_answer_becomes_a_value(self, field: dict[str, Any], answer: Any, value: Any) -> None:
        assert values_of(a_form(field), {"a": answer}) == {"a": value}

    @pytest.mark.parametrize(
        ("field", "answer", "code"),
        [
            pytest.param(a_field("a"), 5, "text-expected", id="number-for-text"),
            pytest.param(a_field("a"), ["x"], "text-expected", id="list-for-text"),
            pytest.param(a_field("a"), "a\x00b", "control-character", id="nul"),
            pytest.param(a_field("a"), "a\x1bb", "control-character", id="escape"),
            pytest.param(a_field("a"), "a\nb", "control-character", id="line-end-in-a-line"),
            pytest.param(a_field("a"), "a\ud800", "control-character", id="lone-surrogate"),
            pytest.param(a_field("a"), "x" * 1001, "too-long", id="longer-than-a-line"),
            pytest.param(a_field("a", maxLength=3), "abcd", "too-long", id="longer-than-said"),
            pytest.param(a_field("a", minLength="3"), "ab", "too-short", id="shorter-than-said"),
            pytest.param(a_field("a", pattern="^[0-9]+$"), "12a", "pattern", id="pattern"),
            pytest.param(a_field("a", validationType="email"), "a@b", "pattern", id="no-address"),
            pytest.param(a_field("a", properties={"ow:idtype": "pin"}), "5FQ2K7O", "pin-malformed", id="letter-o"),
            pytest.param(a_field("a", "number"), "5", "number-expected", id="digits-as-text"),
            pytest.param(a_field("a", "number"), True, "number-expected", id="true-for-number"),
            pytest.param(a_field("a", "number"), Decimal("1E+30"), "number-expected", id="exponent"),
            pytest.param(a_field("a", "number"), Decimal("NaN"), "number-expected", id="not-a-number"),
            pytest.param(a_field("a", "number"), 10**40, "too-many-digits", id="forty-digits"),
            pytest.param(a_field("a", "number", decimalDigits=0), Decimal("3.7"), "decimals", id="fraction"),
            pytest.param(a_field("a", "number", min=1), 0, "too-small", id="too-small"),
            pytest.param(a_field("a", "number", max="=1 + 1"), 3, "too-large", id="too-large-by-feel"),
            pytest.param(a_field("a", "number", increment=5), 7, "step", id="between-the-steps"),
            pytest.param(a_field("a", "datetime"), "20260228", "date-expected", id="date-without-hyphens"),
            pytest.param(a_field("a", "datetime"), "2026-02-30", "date-expected", id="no-such-day"),
            pytest.param(a_field("a", "datetime"), "2026-W09-1", "date-expected", id="week-date"),
            pytest.param(a_field("a", "datetime", disallowPassedDates=True), "2026-11-01", "past", id="yesterday"),
            pytest.param(
                a_field("a", "datetime", properties={"ow:latest": "=today()"}), "2026-11-03", "too-late", id="tomorrow"
            ),
            pytest.param(a_field("a", "checkbox"), "yes", "yes-no-expected", id="yes-as-text"),
            pytest.param(a_field("a", "checkbox", required=True), False, "required", id="not-confirmed"),
            pytest.param(a_field("a", "radio", values=choices("x")), "z", "not-an-option", id="unknown-option"),
            pytest.param(a_field("a", "radio", values=choices("x")), {}, "not-an-option", id="context-as-option"),
            pytest.param(a_field("a", "taglist", values=choices("x")), "x", "list-expected", id="text-for-list"),
            pytest.param(a_field("a", "taglist", values=choices("x")), ["x", "x"], "chosen-twice", id="chosen-twice"),
        ],
    )
    def test_a_wrong_answer_is_told_by_its_place(self, field: dict[str, Any], answer: Any, code: str) -> None:
        assert faults_of(a_form(field), {"a": answer}) == {"/answers/a": code}

    @pytest.mark.parametrize(
        ("count", "message"),
        [
            pytest.param(2, "Expected one of: x0, x1.", id="few"),
            pytest.param(9, "Expected one of the options given.", id="many"),
        ],
    )
    def test_options_are_named_when_they_are_few(self, count: int, message: str) -> None:
        form = a_form(a_field("a", "radio", values=choices(*(f"x{number}" for number in range(count)))))
        with pytest.raises(AnswersInvalid) as refused:
            values_of(form, {"a": "z"}, language="en")
        assert refused.value.places[0].message == message

    def test_every_fault_is_told_at_once(self) -> None:
        form = a_form(a_field("a", required=True), a_field("b", "number"), a_field("c", "datetime"))
        faults = faults_of(form, {"b": "x", "c": "y", "d": 1})
        assert faults == {
            "/answers/a": "required",
            "/answers/b": "number-expected",
            "/answers/c": "date-expected",
            "/answers/d": "unknown-field",
        }

    @pytest.mark.parametrize(("language", "word"), [("az", "doldurulmalıdır"), ("ru", "заполнить"), ("fr", "needed")])
    def test_faults_speak_the_senders_language(self, language: str, word: str) -> None:
        with pytest.raises(AnswersInvalid) as refused:
            values_of(a_form(a_field("a", required=True)), {}, language=language)
        assert word in refused.value.places[0].message


class TestWhatIsTaken:
    def test_every_field_shown_has_a_value_even_when_left_empty(self) -> None:
        assert values_of(a_form(a_field("a"), a_field("b", "number")), {"a": "x"}) == {"a": "x", "b": None}

    @pytest.mark.parametrize("name", ["case", "__builtins__", "typename", "a/b", "a~b", "x" * 500])
    def test_a_name_the_form_does_not_know_is_refused(self, name: str) -> None:
        (code,) = set(faults_of(a_form(a_field("a")), {"a": "x", name: {}}).values())
        assert code == "unknown-field"

    @pytest.mark.parametrize("answers", [None, [], "x", 3])
    def test_answers_that_are_no_object_are_refused(self, answers: Any) -> None:
        assert faults_of(a_form(a_field("a")), answers) == {"/answers": "context-expected"}

    def test_a_read_only_field_is_not_taken_from_the_sender(self) -> None:
        form = a_form(a_field("a", readonly=True), a_field("b"))
        assert faults_of(form, {"a": "mine", "b": "x"}, {"a": "known"}) == {"/answers/a": "read-only"}
        assert values_of(form, {"a": "known", "b": "x"}, {"a": "known"}) == {"b": "x"}

    def test_a_disabled_field_and_a_field_read_only_by_condition_are_not_taken(self) -> None:
        form = a_form(a_field("a", disabled=True), a_field("b", readonly="=locked"))
        assert set(faults_of(form, {"a": "1", "b": "2"}, {"locked": True})) == {"/answers/a", "/answers/b"}
        assert values_of(form, {"b": "2"}, {"locked": False}) == {"b": "2"}

    def test_a_computed_value_is_computed_here(self) -> None:
        form = a_form(
            a_field("a", "number"),
            {"type": "expression", "id": "e", "key": "twice", "expression": "=a * 2", "computeOn": "change"},
        )
        assert values_of(form, {"a": 4}) == {"a": Decimal(4), "twice": Decimal(8)}
        assert faults_of(form, {"a": 4, "twice": 9}) == {"/answers/twice": "read-only"}

    def test_options_can_come_from_the_case(self) -> None:
        form = a_form(
            a_field("a", "select", valuesExpression="=for r in grounds return {value: r.code, label: r.text}")
        )
        reasons = {"grounds": [{"code": "late", "text": "Late"}]}
        assert values_of(form, {"a": "late"}, reasons) == {"a": "late"}
        assert faults_of(form, {"a": "early"}, reasons) == {"/answers/a": "not-an-option"}

    def test_a_draft_may_be_incomplete_but_not_of_wrong_kinds(self) -> None:
        form = a_form(a_field("a", required=True), a_field("b", minLength=5), a_field("c", "number"))
        assert values_of(form, {"b": "x"}, draft=True) == {"b": "x"}
        assert faults_of(form, {"c": "x", "d": 1}, draft=True) == {
            "/answers/c": "number-expected",
            "/answers/d": "unknown-field",
        }


class TestHidden:
    FORM = a_form(
        a_field("kind", "radio", values=choices("new", "old")),
        a_field("number", "number", required=True, hide='=kind != "old"'),
        a_field("note", hide="=number = null"),
    )

    def test_a_hidden_answer_is_dropped_and_its_faults_do_not_count(self) -> None:
        assert values_of(self.FORM, {"kind": "new", "number": "rubbish", "note": 5}) == {"kind": "new"}

    def test_a_shown_field_must_be_answered(self) -> None:
        assert faults_of(self.FORM, {"kind": "old"}) == {"/answers/number": "required"}

    def test_a_hidden_answer_counts_as_not_given_for_other_conditions(self) -> None:
        assert values_of(self.FORM, {"kind": "new", "number": 4, "note": "x"}) == {"kind": "new"}

    def test_a_field_before_the_one_it_depends_on_is_hidden_too(self) -> None:
        form = a_form(a_field("b", hide="=a = null"), a_field("a", hide="=c != true"), a_field("c", "checkbox"))
        assert values_of(form, {"a": "x", "b": "y", "c": False}) == {"c": False}

    def test_conditions_see_the_case(self) -> None:
        form = a_form(a_field("a", required=True, hide="=licence != null"))
        assert values_of(form, {}, {"licence": {"number": "AA1"}}) == {}
        assert faults_of(form, {}, {"licence": None}) == {"/answers/a": "required"}

    def test_a_hidden_group_hides_all_in_it(self) -> None:
        form = a_form(a_group(a_field("a", required=True), a_list("rows", a_field("b", "number")), hide="=true"))
        assert values_of(form, {"a": "x", "rows": [{"b": "rubbish", "c": 1}]}) == {}


class TestNested:
    def test_a_group_with_a_path_makes_a_context(self) -> None:
        form = a_form(a_group(a_field("name"), path="person"), a_field("address.city"))
        answers = {"person": {"name": "Leyla"}, "address": {"city": "Bakı"}}
        assert values_of(form, answers) == answers
        assert faults_of(form, {"person": {"age": 3}, "address": "x"}) == {
            "/answers/person/age": "unknown-field",
            "/answers/address": "context-expected",
        }

    def test_rows_of_a_list_are_checked_each(self) -> None:
        form = a_form(a_list("fines", a_field("amount", "number", required=True, min=1), a_field("why")))
        assert values_of(form, {"fines": [{"amount": 2}]}) == {"fines": [{"amount": Decimal(2), "why": None}]}
        assert faults_of(form, {"fines": [{"amount": 2}, {"amount": 0, "x": 1}, {}]}) == {
            "/answers/fines/1/amount": "too-small",
            "/answers/fines/1/x": "unknown-field",
            "/answers/fines/2/amount": "required",
        }

    def test_a_condition_in_a_row_sees_its_own_row(self) -> None:
        form = a_form(a_list("rows", a_field("a", "checkbox"), a_field("b", required=True, hide="=this.a != true")))
        assert values_of(form, {"rows": [{"a": False}, {"a": True, "b": "x"}]}) == {
            "rows": [{"a": False}, {"a": True, "b": "x"}]
        }
        assert faults_of(form, {"rows": [{"a": False}, {"a": True}]}) == {"/answers/rows/1/b": "required"}

    @pytest.mark.parametrize(
        ("rows", "code"),
        [("x", "list-expected"), ([1], "context-expected"), ([{}] * 201, "too-many-rows")],
        ids=["text", "number-as-row", "too-many"],
    )
    def test_a_list_of_anything_else_is_refused(self, rows: Any, code: str) -> None:
        assert faults_of(a_form(a_list("rows", a_field("a"))), {"rows": rows}) == {"/answers/rows": code}

    def test_a_list_with_a_fixed_number_of_rows_keeps_it(self) -> None:
        form = a_form(a_list("rows", a_field("a"), allowAddRemove=False, defaultRepetitions=2))
        assert faults_of(form, {"rows": [{}]}) == {"/answers/rows": "row-count"}
        assert faults_of(form, {}) == {"/answers/rows": "row-count"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
EVERY_KIND = a_form(
    a_field("text", maxLength=20, pattern="^(a|b)+$"),
    a_field("number", "number", decimalDigits=2, increment="0.01"),
    a_field("date", "datetime"),
    a_field("yes", "checkbox"),
    a_field("one", "select", values=choices("x", "y")),
    a_field("many", "checklist", values=choices("x", "y")),
    a_group(a_field("inner", hide='=text = "a"'), path="group"),
    a_list("rows", a_field("cell", "number")),
)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("text", "number", "date", "yes", "one", "many", "group", "rows", "other"), JSON),
    )
)
def test_whatever_comes_is_taken_or_told_and_taken_again_is_the_same(answers: dict[str, Any]) -> None:
    try:
        values = values_of(EVERY_KIND, answers)
    except AnswersInvalid:
        return
    assert values_of(EVERY_KIND, values) == values
