"""How long records are kept: what a passport may say, and what that means for a case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from engine.calendar import Length
from engine.casework.passport import ServicePassport, read_passport
from engine.casework.retention import RecordState, RetentionAct, RetentionPlan, RetentionRule, is_certainly_longer
from engine.diagnostics import ModelRefused
from tests.builders.a_public_procedure import a_passport

BAKU = ZoneInfo("Asia/Baku")
CLOSED = datetime(2026, 3, 4, 21, 30, tzinfo=UTC)
"""Half past one of the fifth of March, in Baku."""


def read(said: Any) -> ServicePassport:
    return read_passport(yaml.safe_load(a_passport(retention=said)))


def a_plan(archive_after: str | None = None, erase_after: str | None = None) -> RetentionPlan:
    lengths = {
        name: Length.parse(text) if text else None
        for name, text in (("archive_after", archive_after), ("erase_after", erase_after))
    }
    return RetentionPlan.of(RetentionRule(**lengths, legal_basis="art. 12"), CLOSED, BAKU)


def test_the_short_form_erases_by_the_law_of_the_service() -> None:
    retention = read("P10Y").retention

    assert retention is not None
    assert retention.rule == RetentionRule(erase_after=Length(years=10), legal_basis="Law on permits, art. 1")


def test_silence_leaves_it_to_the_operator() -> None:
    assert read(None).retention is None


def test_a_case_that_ended_otherwise_has_a_rule_of_its_own_and_what_it_leaves_out_is_as_usual() -> None:
    retention = read(
        {
            "archive_after": "P1Y",
            "erase_after": "P10Y",
            "legal_basis": "art. 12",
            "outcomes": {"withdrawn": {"erase_after": "P2Y"}, "cancelled": {"archive_after": None}},
        }
    ).retention

    assert retention is not None
    usual, withdrawn, cancelled = (retention.rule_for(end) for end in ("granted", "withdrawn", "cancelled"))
    assert (str(usual.archive_after), str(usual.erase_after), usual.legal_basis) == ("P1Y", "P10Y", "art. 12")
    assert (str(withdrawn.archive_after), str(withdrawn.erase_after)) == ("P1Y", "P2Y")
    assert (cancelled.archive_after, str(cancelled.erase_after)) == (None, "P10Y")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param("ten years", "retention/erase_after cannot be read", id="no length"),
        pytest.param(10, "retention must be a length or a map", id="a number"),
        pytest.param("P3W", "retention/erase_after must be at least 30 days", id="too short for an appeal"),
        pytest.param("P1M", "retention/erase_after must be at least 30 days", id="february is shorter"),
        pytest.param("PT900H", "must be of days, weeks, months or years", id="hours"),
        pytest.param({"erase_after": "P10Y"}, "retention/legal_basis is missing", id="without a law"),
        pytest.param({"legal_basis": "art. 12"}, "says neither archive_after nor erase_after", id="says nothing"),
        pytest.param(
            {"archive_after": "P1Y", "erase_after": "P365D", "legal_basis": "a"},
            "must be longer than archive_after",
            id="erased before it is archived",
        ),
        pytest.param(
            {"erase_after": "P1Y", "legal_basis": "a", "destroy": "yes"}, "retention/destroy is not known", id="a slip"
        ),
        pytest.param(
            {"erase_after": "P1Y", "legal_basis": "a", "outcomes": {"lost": {"erase_after": "P2Y"}}},
            "retention/outcomes/lost is no way for a case to end",
            id="no such outcome",
        ),
        pytest.param(
            {"archive_after": "P1Y", "erase_after": "P5Y", "legal_basis": "a", "outcomes": {"refused": "P2Y"}},
            "retention/outcomes/refused must be a map",
            id="outcome without a map",
        ),
        pytest.param(
            {
                "archive_after": "P3Y",
                "erase_after": "P5Y",
                "legal_basis": "a",
                "outcomes": {"refused": {"erase_after": "P2Y"}},
            },
            "retention/outcomes/refused/erase_after must be longer than archive_after",
            id="one outcome is erased before it is archived",
        ),
        pytest.param(
            {"erase_after": "P1Y", "legal_basis": "a", "outcomes": ["refused"]},
            "retention/outcomes must be a map",
            id="list of outcomes",
        ),
    ],
)
def test_what_cannot_be_kept_to_is_refused_at_deployment(said: Any, told: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        read(said)

    assert told in "\n".join(fault.message for fault in refused.value.diagnostics)


def test_a_length_is_counted_from_the_local_day_of_the_end_and_the_last_day_is_kept_whole() -> None:
    plan = a_plan(erase_after="P1Y")

    assert plan.erase_at == datetime(2027, 3, 5, 20, tzinfo=UTC)  # midnight after the fifth, in Baku


def test_without_a_rule_everything_is_kept_for_good() -> None:
    plan = RetentionPlan.of(None, CLOSED, BAKU)

    assert plan == RetentionPlan()
    assert (plan.due(RecordState.live, CLOSED), plan.next_look(RecordState.live, CLOSED)) == (None, None)


@pytest.mark.parametrize(
    ("state", "years", "is_held", "due"),
    [
        pytest.param(RecordState.live, 0, False, None, id="just ended"),
        pytest.param(RecordState.live, 2, False, RetentionAct.archive, id="to be archived"),
        pytest.param(RecordState.live, 2, True, RetentionAct.archive, id="a hold does not stop the archive"),
        pytest.param(RecordState.archived, 2, False, None, id="is archived"),
        pytest.param(RecordState.archived, 11, False, RetentionAct.erase, id="to be erased"),
        pytest.param(RecordState.archived, 11, True, None, id="held"),
        pytest.param(RecordState.live, 11, False, RetentionAct.erase, id="erased at once after a long sleep"),
        pytest.param(RecordState.live, 11, True, RetentionAct.archive, id="held, and not archived yet"),
        pytest.param(RecordState.erased, 99, False, None, id="is erased"),
    ],
)
def test_what_is_due(state: RecordState, years: int, is_held: bool, due: RetentionAct | None) -> None:
    plan, now = a_plan("P1Y", "P10Y"), CLOSED + timedelta(days=365 * years + 10)

    assert plan.due(state, now, is_held=is_held) is due


def test_a_month_is_not_certainly_longer_than_thirty_days() -> None:
    assert not is_certainly_longer(Length(months=1), Length(days=30))
    assert is_certainly_longer(Length(days=32), Length(months=1))
    assert is_certainly_longer(Length(months=13), Length(years=1))
