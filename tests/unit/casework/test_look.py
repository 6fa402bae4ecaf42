"""Looks at personal data: on which ground, what is told of them, and in which words."""

from __future__ import annotations

import pytest

from engine.casework.look import Ground, LookKind, SeenCase, ground_of, told_of_look
from engine.casework.look_words import purpose_of, sentence_of, what_of
from engine.identity import QueueName
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor

APPLICANT = a_citizen()
SEEN = SeenCase(
    chain_of="01hk3v8b6s9e4w2m7q5t0x1y2z",
    applicant=APPLICANT.account,
    agency="traffic-police",
    service="driving-licence",
    law="01hk3v8b6s9e4w2m7q5t0x1y2y",
)
EXAMINERS = QueueName.parse(QUEUE)
DEPUTY = an_actor(stands_in={EXAMINERS: frozenset({"absent"})})


@pytest.mark.parametrize(
    ("actor", "queue", "ground"),
    [
        pytest.param(APPLICANT, None, None, id="her own"),
        pytest.param(a_clerk(), EXAMINERS, Ground.task, id="a task of the queue"),
        pytest.param(a_clerk(), None, Ground.task, id="a case, by a task of it"),
        pytest.param(DEPUTY, EXAMINERS, Ground.deputy, id="a task of an absent colleague's queue"),
        pytest.param(DEPUTY, None, Ground.deputy, id="a case, as a deputy"),
        pytest.param(a_supervisor(), EXAMINERS, Ground.supervision, id="a task of the agency"),
        pytest.param(a_supervisor(), None, Ground.supervision, id="a case of the agency"),
        pytest.param(an_actor(operator=True), None, Ground.operation, id="an operator"),
        pytest.param(an_actor(analyst=True), None, Ground.modelling, id="an analyst"),
        pytest.param(an_actor(represents={APPLICANT.account: None}), None, Ground.mandate, id="under a mandate"),
        pytest.param(a_clerk(purpose="complaint 7"), None, Ground.reason, id="a stated reason"),
    ],
)
def test_a_look_has_the_nearest_ground(actor: object, queue: QueueName | None, ground: Ground | None) -> None:
    assert ground_of(actor, SEEN, queue) is ground  # type: ignore[arg-type]


def test_an_official_who_looks_at_her_own_case_through_a_task_is_told_of() -> None:
    clerk = a_clerk()
    own = SeenCase(chain_of="c", applicant=clerk.account, agency="traffic-police", service=None, law=None)

    assert ground_of(clerk, own) is None
    assert ground_of(clerk, own, EXAMINERS) is Ground.task


def test_an_entry_says_office_place_law_and_whom_somebody_stands_for() -> None:
    deputy = an_actor(stands_in={EXAMINERS: frozenset({"absent"})}, origin="192.0.2.7", purpose="x" * 900)
    told = told_of_look(deputy, Ground.deputy, SEEN, EXAMINERS, "examine")

    assert told == {
        "ground": "deputy", "agency": "traffic-police", "origin": "192.0.2.7", "service": "driving-licence",
        "law": SEEN.law, "queue": QUEUE, "element": "examine", "purpose": "x" * 500, "in_place_of": ["absent"],
    }  # fmt: skip
    assert told_of_look(a_citizen(), Ground.mandate, SEEN)["acting_for"] == APPLICANT.account


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_kind_and_ground_has_words(language: str) -> None:
    for kind in LookKind:
        for ground in Ground:
            sentence = sentence_of(kind, ground, language, agency="City", role="Clerk")
            assert what_of(kind, language) in sentence
            assert purpose_of(ground, language) in sentence
            assert sentence.endswith(".")
            assert "{" not in sentence
