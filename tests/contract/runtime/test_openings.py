"""Openings of cases: who may, how long, how often; what the journal, supervisors and the applicant are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.casework.actor import Actor
from engine.casework.case import Case
from engine.casework.opening import (
    MOST_A_DAY,
    OPEN_FOR,
    OpeningReviewed,
    OwnOpening,
    ReviewVerdict,
    TooManyOpenings,
)
from engine.casework.step_up import StepUpNeeded
from engine.errors import Invalid, NotFound
from engine.identity import QueueName
from engine.runtime.apply import apply
from engine.runtime.complete import complete
from engine.runtime.openings import open_case, review_opening
from engine.store.queries.applications import tracking
from engine.store.queries.evidence import evidence_of_case
from engine.store.queries.files import may_read_case
from engine.store.queries.notices import inbox_page
from engine.store.queries.openings import opening_page
from tests.builders.a_model import a_process
from tests.builders.a_public_procedure import CLERKS, a_passport
from tests.builders.a_runtime import Running
from tests.builders.an_account import an_account

REASON = "The applicant asks by telephone, and her clerk is ill."
CONFIRMED, OBJECTED = ReviewVerdict.confirmed, ReviewVerdict.objected


class Desk:
    """A case of the city, an archivist without a task of it, supervisors, and a gardener of another agency."""

    def __init__(self, running: Running) -> None:
        self.running, self.runtime = running, running.runtime
        process = a_process("permit").start().user_task("check", queue=CLERKS)
        running.deploy(
            process.end(properties={"outcome": "granted"}), service_yaml=a_passport(evidence={}, milestones={})
        )
        queues = {"archivist": "city:archive", "gardener": "park:clerk"}
        supervised = {"supervisor": ["city"], "second": ["city"], "rival": ["park"]}
        self.keys = {}
        for name in ("applicant", *queues, *supervised):
            account = an_account(name, name=name.title(), citizen=name == "applicant")
            with self.runtime.database.work() as work:
                work.accounts.add(account)
                work.accounts.grant(
                    account.id,
                    [QueueName.parse(queues[name])] if name in queues else [],
                    supervises=supervised.get(name, []),
                )
            self.keys[name] = account.id
        self.case = self.new_case()

    def new_case(self) -> Case:
        """Another case of the applicant."""
        return apply(self.runtime, "permit", {}, by=self.who("applicant"))

    def who(self, name: str, *, proved: bool = True) -> Actor:
        """Somebody as of this moment, with a second factor proved just now."""
        at = self.running.clock.now()
        with self.runtime.database.work() as work:
            found = work.accounts.actor(self.keys[name], at)
        return replace(found, second_factor_at=at if proved else None)

    def opened(self, name: str = "archivist", case: Case | None = None) -> str:
        """Open the case, or another one; the key of the opening."""
        return open_case(self.runtime, str((case or self.case).number), REASON, by=self.who(name)).id

    def reviewed(self, opening: str, verdict: ReviewVerdict, remark: str | None, name: str) -> None:
        """A supervisor's word on it."""
        review_opening(self.runtime, str(self.case.number), opening, verdict, remark, by=self.who(name))

    def sees(self, name: str) -> bool:
        """Whether somebody sees the case, its course and its papers: all or nothing."""
        with self.runtime.database.read() as connection:
            actor = self.who(name)
            found = [may_read_case(connection, actor, self.case.id)]
            for read in (tracking, evidence_of_case):
                try:
                    read(connection, actor, self.case.id)
                    found.append(True)
                except NotFound:
                    found.append(False)
        assert len(set(found)) == 1
        return found[0]

    def inbox(self, name: str) -> list[str]:
        """What somebody is told."""
        with self.runtime.database.read() as connection:
            return [one.template for one in inbox_page(connection, self.who(name)).items]

    def listed(self, name: str, *, unreviewed: bool = False) -> list[str]:
        """The openings somebody is shown."""
        with self.runtime.database.read() as connection:
            page = opening_page(connection, self.who(name), unreviewed=unreviewed)
        return [one.opening.id for one in page.items]


@pytest.fixture
def desk(running: Running) -> Desk:
    """A desk with a case."""
    return Desk(running)


def test_who_opened_a_case_sees_it_for_a_few_hours_and_may_do_nothing_in_it(desk: Desk) -> None:
    assert not desk.sees("archivist")
    desk.opened()

    assert desk.sees("archivist")
    with pytest.raises(NotFound):
        complete(desk.runtime, desk.running.task(desk.case.instance_id, "check").id, {}, by=desk.who("archivist"))

    desk.running.clock.advance(OPEN_FOR)
    assert not desk.sees("archivist")


def test_a_case_of_another_agency_is_not_there(desk: Desk) -> None:
    for name in ("gardener", "rival", "applicant"):
        with pytest.raises(NotFound):
            desk.opened(name)
    for number in ("AZ-2026-000999-9", "nonsense"):
        with pytest.raises(NotFound):
            open_case(desk.runtime, number, REASON, by=desk.who("archivist"))


def test_it_takes_a_second_factor_proved_just_now_and_a_reason_in_words(desk: Desk) -> None:
    number = str(desk.case.number)
    with pytest.raises(StepUpNeeded):
        open_case(desk.runtime, number, REASON, by=desk.who("archivist", proved=False))
    for reason in ("", "because", "because because because because"[:14], "x" * 30, "why " * 300):
        with pytest.raises(Invalid):
            open_case(desk.runtime, number, reason, by=desk.who("archivist"))

    assert not desk.sees("archivist")
    assert desk.inbox("supervisor") == []


def test_the_journal_tells_it_and_supervisors_and_the_applicant_learn_of_it(desk: Desk) -> None:
    opening = desk.opened()

    assert desk.running.acts(desk.case.instance_id)[-1] == "case.opened"
    assert desk.inbox("supervisor") == desk.inbox("second") == ["case-opened"]
    assert desk.inbox("rival") == []
    assert desk.listed("supervisor", unreviewed=True) == desk.listed("archivist") == [opening]
    assert desk.listed("rival") == desk.listed("gardener") == []
    with desk.runtime.database.read() as connection:
        (shown,) = tracking(connection, desk.who("applicant"), desk.case.id).openings
    assert (shown.reason, shown.agency, shown.verdict) == (REASON, "city", None)
    rows = desk.running.rows("SELECT detail FROM journal_entry WHERE action = 'case.opened'")
    assert REASON not in str(rows), "what may tell of a person stands with the opening alone"


def test_a_supervisor_confirms_it_once(desk: Desk) -> None:
    opening = desk.opened()
    desk.reviewed(opening, CONFIRMED, None, "supervisor")

    assert desk.sees("archivist")
    assert desk.listed("supervisor", unreviewed=True) == []
    assert desk.running.acts(desk.case.instance_id)[-1] == "opening.reviewed"
    with pytest.raises(OpeningReviewed):
        desk.reviewed(opening, OBJECTED, "On second thoughts, no.", "second")


def test_an_objection_says_why_ends_it_at_once_and_tells_who_opened_it(desk: Desk) -> None:
    opening = desk.opened()
    with pytest.raises(Invalid):
        desk.reviewed(opening, OBJECTED, " ", "supervisor")
    desk.reviewed(opening, OBJECTED, "Curiosity is no reason.", "supervisor")

    assert not desk.sees("archivist")
    assert desk.inbox("archivist") == ["opening-objected"]
    with desk.runtime.database.read() as connection:
        (shown,) = tracking(connection, desk.who("applicant"), desk.case.id).openings
    assert (shown.verdict, shown.remark) == (OBJECTED, "Curiosity is no reason.")


def test_nobody_reviews_her_own_opening_nor_one_of_another_agency(desk: Desk) -> None:
    own = desk.opened("supervisor")

    with pytest.raises(OwnOpening):
        desk.reviewed(own, CONFIRMED, None, "supervisor")
    for name in ("rival", "archivist", "applicant"):
        with pytest.raises(NotFound):
            desk.reviewed(own, CONFIRMED, None, name)
    assert desk.inbox("supervisor") == []
    desk.reviewed(own, CONFIRMED, None, "second")


def test_ten_cases_a_day_and_no_more_until_the_first_is_a_day_old(desk: Desk) -> None:
    for _ in range(MOST_A_DAY):
        desk.opened()
    with pytest.raises(TooManyOpenings):
        desk.opened()

    desk.running.clock.advance(timedelta(days=1))
    assert desk.opened()


def test_who_left_the_agency_sees_it_no_more(desk: Desk) -> None:
    desk.opened()
    with desk.runtime.database.work() as work:
        work.accounts.revoke(desk.keys["archivist"], [QueueName("city", "archive")])

    assert not desk.sees("archivist")
