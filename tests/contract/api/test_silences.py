"""Seals of silence: looks of an investigation are missing without a gap until the seal ends; then they are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.casework.actor import Actor
from engine.casework.silence import SilenceEnded
from engine.casework.step_up import StepUpNeeded
from engine.errors import Invalid, NotFound
from engine.identity import QueueName, new_key
from engine.runtime.silence_looks import (
    NotSilenceAuthority,
    WantedSilence,
    lift_silence,
    read_silenced,
    read_silences,
    silence_looks,
)
from tests.builders.an_actor import an_actor
from tests.contract.api.test_accesses import Desk, at_a_desk

AUTHORITY = "prosecutor:investigations"
LAW = "Criminal Procedure Code, art. 222"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = at_a_desk(database_url, ONEWINDOW_SILENCE_AUTHORITY=AUTHORITY, ONEWINDOW_SILENCE_DAYS="90")
    yield made
    made.api.composed.database.close()


def an_authority(desk: Desk, **said: Any) -> Actor:
    """A member of the authority who has just proved her second factor."""
    return an_actor(AUTHORITY, second_factor_at=desk.api.clock.now(), **said)


def wanted(desk: Desk, **said: Any) -> WantedSilence:
    """Looks of the clerk at the citizen's data, for 30 days from now."""
    values: dict[str, Any] = {
        "person": desk.api.keys["citizen"],
        "readers": [desk.api.keys["clerk"]],
        "until_at": desk.api.clock.now() + timedelta(days=30),
        "legal_basis": LAW,
        "reference": "2026/17",
    }
    return WantedSilence(**{**values, **said})


def readers(desk: Desk) -> list[str]:
    """Who looked, as the citizen reads it, the newest first."""
    return [one["role"] for one in desk.accesses()]


def test_silenced_looks_are_missing_without_a_gap_and_appear_with_the_reason_when_the_seal_ends(desk: Desk) -> None:
    api = desk.api
    for who in ("supervisor", "clerk", "supervisor", "clerk", "supervisor"):
        api.clock.advance(timedelta(minutes=1))
        api.get(f"/tasks/{desk.task}", who)
    began = api.clock.now() - timedelta(hours=1)
    made = silence_looks(api.runtime, wanted(desk, from_at=began), by=an_authority(desk))
    hidden = readers(desk)
    first = api.get("/me/accesses?limit=2", "citizen").json
    second = api.get(f"/me/accesses?limit=2&cursor={first['next']}", "citizen").json
    counted = api.get("/me/accesses/groups", "citizen").json["items"]

    api.clock.advance(timedelta(days=29, hours=23, minutes=30))
    later = readers_with_fresh_token(desk)
    api.clock.advance(timedelta(hours=1))
    shown = told_with_fresh_token(desk)

    assert hidden == ["supervisor"] * 3
    assert ([len(page["items"]) for page in (first, second)], second["next"]) == ([2, 1], None)
    assert [(one["number"], one["kinds"]) for one in counted] == [(3, {"task.read": 3})]
    assert later == ["supervisor"] * 3
    assert [one["role"] for one in shown] == ["supervisor", "clerk", "supervisor", "clerk", "supervisor"]
    told = [one["withheld"] for one in shown if one["role"] == "clerk"]
    assert {(one["legal_basis"], one["reference"]) for one in told} == {(LAW, "2026/17")}
    assert datetime.fromisoformat(told[0]["until_at"]) == made.until_at
    assert {one["withheld"] is None for one in shown if one["role"] == "supervisor"} == {True}


def test_a_silenced_look_cannot_be_asked_for_by_its_id(desk: Desk) -> None:
    desk.api.get(f"/tasks/{desk.task}", "clerk")
    look = desk.accesses()[0]["id"]
    silence_looks(
        desk.api.runtime, wanted(desk, from_at=desk.api.clock.now() - timedelta(days=1)), by=an_authority(desk)
    )

    assert desk.api.get(f"/me/accesses/{look}", "citizen").status_code == 404


def test_lifting_shows_the_looks_at_once_with_the_reason(desk: Desk) -> None:
    made = silence_looks(desk.api.runtime, wanted(desk, case_id=desk.case), by=an_authority(desk))
    desk.api.get(f"/tasks/{desk.task}", "clerk")
    desk.api.clock.advance(timedelta(minutes=5))
    hidden = readers(desk)

    lift_silence(desk.api.runtime, made.id, "The investigation was closed.", by=an_authority(desk))
    (shown,) = desk.accesses()
    desk.api.get(f"/tasks/{desk.task}", "clerk")

    assert hidden == []
    assert shown["withheld"]["lift_reason"] == "The investigation was closed."
    assert len(desk.accesses()) == 2
    with pytest.raises(SilenceEnded):
        lift_silence(desk.api.runtime, made.id, "again", by=an_authority(desk))


def test_only_the_named_authority_with_a_fresh_second_factor_may(desk: Desk) -> None:
    runtime, now = desk.api.runtime, desk.api.clock.now()
    authority = an_authority(desk)
    deputy = an_actor(stands_in={QueueName.parse(AUTHORITY): frozenset({"x"})}, second_factor_at=now)
    tries: list[tuple[Actor, type[Exception]]] = [
        (replace(authority, second_factor_at=None), StepUpNeeded),
        (replace(authority, second_factor_at=now - timedelta(minutes=11)), StepUpNeeded),
        (deputy, NotSilenceAuthority),
        (an_actor("city:clerk", second_factor_at=now), NotSilenceAuthority),
        (an_actor(operator=True, analyst=True, second_factor_at=now), NotSilenceAuthority),
    ]
    made = silence_looks(runtime, wanted(desk), by=authority)
    for actor, refusal in tries:
        with pytest.raises(refusal):
            silence_looks(runtime, wanted(desk), by=actor)
        with pytest.raises(refusal):
            lift_silence(runtime, made.id, "reason", by=actor)
        with pytest.raises(refusal):
            read_silences(runtime, by=actor)
        with pytest.raises(refusal):
            read_silenced(runtime, made.id, by=actor)


def test_over_the_api_a_token_never_suffices_and_outsiders_are_refused(desk: Desk) -> None:
    body = {
        "person": desk.api.keys["citizen"], "readers": [desk.api.keys["clerk"]], "until_at": "2026-04-01T00:00:00Z",
        "legal_basis": LAW, "reference": "2026/17",
    }  # fmt: skip
    desk.api.composed.database.run(
        lambda work: work.accounts.grant(desk.api.keys["colleague"], queues=[QueueName.parse(AUTHORITY)])
    )

    answers = {who: desk.api.post("/silences", who, body).json.get("type") for who in ("clerk", "colleague")}

    assert answers == {
        "clerk": "urn:onewindow:problem:not-silence-authority",
        "colleague": "urn:onewindow:problem:step-up-needed",
    }
    assert desk.api.post("/silences", "citizen", body).status_code == 403


@pytest.mark.parametrize(
    ("said", "place"),
    [
        pytest.param({"days": 91}, "/until_at", id="longer than the law allows"),
        pytest.param({"days": 0}, "/until_at", id="over before it begins"),
        pytest.param({"readers": []}, "/readers", id="of nobody"),
        pytest.param({"readers": ["everybody"]}, "/readers", id="of no account"),
        pytest.param({"legal_basis": " "}, "/legal_basis", id="without a law"),
        pytest.param({"reference": ""}, "/reference", id="without a reference"),
        pytest.param({"ahead": 1}, "/from_at", id="from a moment ahead"),
    ],
)
def test_a_silence_that_cannot_be_is_told_with_its_place(desk: Desk, said: dict[str, Any], place: str) -> None:
    now = desk.api.clock.now()
    if "days" in said:
        said = {"until_at": now + timedelta(days=said["days"])}
    if "ahead" in said:
        said = {"from_at": now + timedelta(days=said["ahead"])}

    with pytest.raises(Invalid) as refused:
        silence_looks(desk.api.runtime, wanted(desk, **said), by=an_authority(desk))

    assert [one.path for one in refused.value.places] == [place]


def test_a_person_who_is_not_there_and_a_case_of_another_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        silence_looks(desk.api.runtime, wanted(desk, person=new_key()), by=an_authority(desk))
    with pytest.raises(Invalid):
        silence_looks(
            desk.api.runtime, wanted(desk, person=desk.api.keys["neighbour"], case_id=desk.case), by=an_authority(desk)
        )


def test_placing_lifting_and_reading_are_journaled_without_naming_the_person(desk: Desk) -> None:
    runtime, authority = desk.api.runtime, an_authority(desk)
    made = silence_looks(runtime, wanted(desk), by=authority)
    desk.api.get(f"/tasks/{desk.task}", "clerk")
    desk.api.clock.advance(timedelta(minutes=1))
    listed = read_silences(runtime, by=authority)
    silenced = read_silenced(runtime, made.id, by=authority)
    lift_silence(runtime, made.id, "over", by=authority)

    with desk.api.composed.database.work() as work:
        rows = work.reading.exec_driver_sql(
            "SELECT action, actor, detail FROM journal_entry WHERE chain = 'silences' ORDER BY seq"
        ).all()
    assert [row[0] for row in rows] == ["silence.placed", "silence.read", "silence.looks-read", "silence.lifted"]
    assert {row[1] for row in rows} == {authority.account}
    assert desk.api.keys["citizen"] not in str(rows)
    assert [one.id for one in listed.items] == [made.id]
    assert [(one.reader, one.kind, one.case_id) for one in silenced.items] == [
        (desk.api.keys["clerk"], "task.read", desk.case)
    ]


def readers_with_fresh_token(desk: Desk) -> list[str]:
    return [one["role"] for one in told_with_fresh_token(desk)]


def told_with_fresh_token(desk: Desk) -> list[dict[str, Any]]:
    """What the citizen reads when the tokens of the beginning have run out."""
    desk.api.renew("citizen")
    return desk.accesses()
