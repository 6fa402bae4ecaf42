"""The decision tables of the driving licence, at the edges the law draws."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.casework.fee import Fee
from engine.dmn import CompiledDecisions, compile_decisions, evaluate, read_dmn
from engine.feel import from_json

FILE = Path(__file__).parents[3] / "processes" / "driving-licence" / "driving-licence.dmn"
NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "application": {"kind": "renewal", "pin": "5FQ2K7M"},
    "case": {"number": "AZ-2026-000001-1", "applicant": {"pin": "5FQ2K7M"}},
    "person": {"birth_date": "1985-04-12", "status": "alive", "citizenship": "AZ", "residence_permit": None},
    "licence": {"number": "AA100201", "categories": ["B"], "disqualified_until": None, "unpaid_fines_total": 0},
    "certificate": {
        "valid_until": "2027-08-29",
        "fit": True,
        "listed_illness": False,
        "certified_years": None,
    },
    "foreign_licence": None,
    "correction": None,
}


@pytest.fixture(scope="module")
def decisions() -> CompiledDecisions:
    return compile_decisions(read_dmn(FILE.read_bytes(), file=FILE.name))


def assess(decisions: CompiledDecisions, decision: str = "assessment", **changes: dict[str, Any] | None) -> Any:
    facts = {
        name: None if name in changes and changes[name] is None else {**(value or {}), **(changes.get(name) or {})}
        for name, value in FACTS.items()
    }
    if "foreign_licence" not in changes:
        facts["foreign_licence"] = None
    if "correction" not in changes:
        facts["correction"] = None
    return evaluate(decisions, decision, from_json(facts), now=NOW, functions={}).value


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in found]


@pytest.mark.parametrize(
    ("birth_date", "until"),
    [
        ("1985-04-12", "2036-11-02"),
        ("1966-11-03", "2036-11-02"),
        ("1966-11-02", "2036-11-02"),
        ("1964-01-17", "2034-01-17"),
        ("1956-11-03", "2026-11-03"),
        ("1956-11-02", "2028-11-02"),
        ("1950-06-30", "2028-11-02"),
    ],
    ids=["41", "59-for-one-day-more", "60-today", "62", "69-for-one-day-more", "70-today", "76"],
)
def test_validity_goes_by_age(decisions: CompiledDecisions, birth_date: str, until: str) -> None:
    assert assess(decisions, person={"birth_date": birth_date})["valid_until"] == until


@pytest.mark.parametrize(
    ("years", "until"), [(1, "2027-11-02"), (2, "2028-11-02"), (9, "2028-11-02"), (None, "2028-11-02")]
)
def test_a_listed_illness_counts_as_certified_and_two_years_at_most(
    decisions: CompiledDecisions, years: int | None, until: str
) -> None:
    found = assess(decisions, certificate={"listed_illness": True, "certified_years": years})
    assert found["valid_until"] == until


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"case": {"applicant": {"pin": "7KZ4R2X"}}}, ["not-own-licence"], id="another-person"),
        pytest.param({"case": {"applicant": {"pin": None}}}, [], id="account-without-number"),
        pytest.param({"person": {"status": "deceased"}}, ["person-not-alive"], id="deceased"),
        pytest.param({"licence": {"disqualified_until": "2026-11-03"}}, ["disqualified"], id="disqualified"),
        pytest.param({"licence": {"disqualified_until": "2026-11-02"}}, [], id="disqualified-until-today"),
        pytest.param({"certificate": {"fit": False}}, ["not-fit"], id="not-fit"),
        pytest.param({"licence": None, "certificate": None}, [], id="nothing-known"),
    ],
)
def test_reasons_against_a_renewal(decisions: CompiledDecisions, changes: dict[str, Any], reasons: list[str]) -> None:
    found = assess(decisions, **changes)
    assert codes(found["reasons"]) == reasons
    assert all(each["article"] and each["text"] and each["text_en"] and each["text_ru"] for each in found["reasons"])
    assert (found["route"] == "examine") == bool(reasons) or changes.get("licence", {}) is None


@pytest.mark.parametrize(
    ("status", "reasons"),
    [
        ("confirmed", []),
        ("withdrawn", ["foreign-licence-withdrawn"]),
        ("expired", ["foreign-licence-expired"]),
        ("unknown", ["foreign-licence-unconfirmed"]),
    ],
)
def test_reasons_against_an_exchange(decisions: CompiledDecisions, status: str, reasons: list[str]) -> None:
    foreign = {"number": "TR-1", "status": status, "categories": ["B"]}
    found = assess(decisions, application={"kind": "exchange"}, licence=None, foreign_licence=foreign)
    assert codes(found["reasons"]) == reasons
    assert found["replaces"] == "TR-1"


@pytest.mark.parametrize(
    ("changes", "shortcomings"),
    [
        pytest.param({"certificate": None}, ["medical-missing"], id="no-certificate"),
        pytest.param({"certificate": {"valid_until": "2026-11-01"}}, ["medical-expired"], id="expired"),
        pytest.param({"certificate": {"valid_until": "2026-11-02"}}, [], id="valid-today"),
        pytest.param({"licence": {"unpaid_fines_total": 120}}, ["fines-unpaid"], id="fines"),
        pytest.param(
            {"certificate": None, "licence": {"unpaid_fines_total": 1}},
            ["medical-missing", "fines-unpaid"],
            id="all-at-once",
        ),
        pytest.param(
            {
                "application": {"kind": "exchange"},
                "person": {"citizenship": "GE"},
                "foreign_licence": {"status": "confirmed"},
            },
            ["residence-permit-missing"],
            id="foreigner-without-permit",
        ),
    ],
)
def test_shortcomings_go_back_to_the_applicant_once(
    decisions: CompiledDecisions, changes: dict[str, Any], shortcomings: list[str]
) -> None:
    found = assess(decisions, **changes)
    assert codes(found["shortcomings"]) == shortcomings
    assert (found["route"] == "return") == bool(shortcomings)
    again = assess(decisions, **changes, correction={"remarks": None})
    assert again["route"] != "return"


def test_what_is_in_order_needs_no_examiner(decisions: CompiledDecisions) -> None:
    assert assess(decisions)["route"] == "decide"
    assert assess(decisions, licence=None)["route"] == "examine"


@pytest.mark.parametrize(("kind", "term"), [("renewal", "P1D"), ("exchange", "P10D")])
def test_term_and_fee_are_dated(decisions: CompiledDecisions, kind: str, term: str) -> None:
    found = assess(decisions, "tariff", application={"kind": kind})
    assert (found["term"], found["fee"], found["currency"]) == (term, Decimal(25), "AZN")
    long_ago = datetime(2018, 10, 31, tzinfo=UTC)
    assert (
        evaluate(decisions, "tariff", from_json({"application": {"kind": kind}}), now=long_ago, functions={}).value
        is None
    )


@pytest.mark.parametrize(
    ("day", "ground", "share"),
    [
        pytest.param(datetime(2026, 11, 2, tzinfo=UTC), None, 1, id="everybody-pays"),
        pytest.param(datetime(2026, 11, 2, tzinfo=UTC), "martyr-family", 0, id="exempt"),
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), "war-disabled", 0, id="on-the-first-day"),
        pytest.param(datetime(2025, 12, 31, 12, tzinfo=UTC), "war-disabled", 1, id="before-the-law"),
    ],
)
def test_who_is_exempt_from_the_fee_is_dated(
    decisions: CompiledDecisions, day: datetime, ground: str | None, share: int
) -> None:
    found = evaluate(decisions, "exemption", from_json({"verdict": {"exemption": ground}}), now=day, functions={}).value

    fee = Fee.of_decision({"fee": 25, "currency": "AZN", "share": found["share"], "exemption": found["ground"]})

    assert (found["share"], fee.amount.minor) == (share, 2500 * share)
    assert fee.is_due == (share == 1)
