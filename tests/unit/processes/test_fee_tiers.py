"""A fee by decision table: tiers that buy a shorter term, dated rows, exemptions. The figures are an identity card's.

Source: bpqmi.gov.az, 15 August 2022: 5 AZN in ten days, 50 in three working days, 70 in one; 25/35 AZN on older pages.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.casework.fee import Fee
from engine.dmn import compile_decisions, evaluate, read_dmn
from engine.feel import from_json
from tests.builders.a_decision_model import a_decision, a_model, an_input

RULES = (
    ('"ordinary"', '< date("2022-08-15")', "25", '"P10D"'),
    ('"ordinary"', '>= date("2022-08-15")', "5", '"P10D"'),
    ('"three-days"', '>= date("2022-08-15")', "50", '"P3D"'),
    ('"one-day"', '>= date("2022-08-15")', "70", '"P1D"'),
)
TABLE = (
    '<decisionTable hitPolicy="UNIQUE">'
    "<input><inputExpression><text>speed</text></inputExpression></input>"
    "<input><inputExpression><text>today()</text></inputExpression></input>"
    '<output name="fee"/><output name="term"/><output name="tier"/><output name="currency"/>'
    + "".join(
        f"<rule><inputEntry><text>{speed}</text></inputEntry><inputEntry><text>{day.replace('<', '&lt;')}</text>"
        f"</inputEntry><outputEntry><text>{fee}</text></outputEntry><outputEntry><text>{term}</text></outputEntry>"
        '<outputEntry><text>speed</text></outputEntry><outputEntry><text>"AZN"</text></outputEntry></rule>'
        for speed, day, fee, term in RULES
    )
    + "</decisionTable>"
)
MODEL = compile_decisions(read_dmn(a_model(an_input("speed") + a_decision("tariff", TABLE, inputs="speed"))))


@pytest.mark.parametrize(
    ("speed", "day", "minor", "term"),
    [
        ("ordinary", datetime(2022, 8, 14, 12, tzinfo=UTC), 2500, "P10D"),
        ("ordinary", datetime(2022, 8, 15, 12, tzinfo=UTC), 500, "P10D"),
        ("three-days", datetime(2026, 3, 2, tzinfo=UTC), 5000, "P3D"),
        ("one-day", datetime(2026, 3, 2, tzinfo=UTC), 7000, "P1D"),
    ],
)
def test_who_pays_more_waits_less_and_the_day_decides(speed: str, day: datetime, minor: int, term: str) -> None:
    found = evaluate(MODEL, "tariff", from_json({"speed": speed}), now=day, functions={}).value

    fee = Fee.of_decision(found)

    assert (fee.amount.minor, fee.term, fee.tier) == (minor, term, speed)
