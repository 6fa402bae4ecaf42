"""Absences, deputies and delegated tasks, carried out: who may act, and what the journal says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from engine.casework.actor import Actor
from engine.casework.deputy import AbsenceKind, DeputyOfDeputy, NotHersToChange, NotInAgency
from engine.casework.organisation import AdministratorHasNoCases
from engine.casework.separation import DoneBy
from engine.casework.task import NotTaskHolder, Task, TaskTaken
from engine.casework.task_refusals import NotOffered
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import QueueName, new_key
from engine.runtime.absences import declare_absence, end_absence
from engine.runtime.agencies import make_agency
from engine.runtime.assign import assign
from engine.runtime.claim import claim
from engine.runtime.complete import complete
from engine.runtime.delegate import accept_delegated, decline_delegated, delegate
from engine.runtime.deputies import end_deputyship, name_deputy
from engine.runtime.release import release
from engine.store.queries.organisation import absences, deputies
from engine.store.queries.separations import done_in
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.an_account import an_account
from tests.builders.an_actor import a_citizen, an_actor

CLERK, HEAD, ARCHIVE = (QueueName("city", role) for role in ("clerk", "head", "archive"))
DAY = timedelta(days=1)


@dataclass(slots=True)
class Office:
    """An agency with people: Aysel of the queue, Leyla and Rauf of others, a colleague of hers."""

    running: Running
    keys: dict[str, str]

    def who(self, name: str) -> Actor:
        """Somebody, as of this moment."""
        with self.running.runtime.database.work() as work:
            return work.accounts.actor(self.keys[name], self.running.clock.now())

    def away(self, name: str, days: int = 7) -> str:
        """Let somebody be away from now on; the key of the absence."""
        at = self.running.clock.now()
        return declare_absence(
            self.running.runtime, "city", name, AbsenceKind.leave, at, at + days * DAY, by=self.who(name)
        ).id

    def task(self) -> Task:
        """An open task of the queue."""
        return self.running.task(self.running.start("permit"), "check")

    def journal(self) -> list[str]:
        """What the journal of the agency tells."""
        (row,) = self.running.rows("SELECT id FROM agency WHERE key = 'city'")
        return self.running.acts(f"agency-{row['id']}")


@pytest.fixture
def office(running: Running) -> Office:
    """The agency `city`, and a procedure with one task of its clerks."""
    make_agency(running.runtime, "city", {"az": "Şəhər", "en": "City", "ru": "Город"}, by=an_actor(operator=True))
    duties = {"aysel": CLERK, "colleague": CLERK, "leyla": HEAD, "rauf": ARCHIVE, "stranger": QueueName("park", "x")}
    made = {name: an_account(name, name=name.title()) for name in (*duties, "supervisor", "administrator")}
    with running.runtime.database.work() as work:
        for account in made.values():
            work.accounts.add(account)
        for name, queue in duties.items():
            work.accounts.grant(made[name].id, [queue])
        work.accounts.grant(made["supervisor"].id, supervises=["city"])
        work.accounts.grant(made["administrator"].id, administers=["city"])
    running.deploy(a_process("permit").start().user_task("check", queue=QUEUE).end("done"))
    return Office(running, {name: account.id for name, account in made.items()})


def test_deputy_works_for_her_colleague_while_that_one_is_away_and_no_longer(office: Office) -> None:
    runtime = office.running.runtime
    task, held = office.task(), office.task()
    claim(runtime, held.id, by=office.who("aysel"))
    name_deputy(runtime, "city", "aysel", "leyla", by=office.who("aysel"))

    with pytest.raises(NotFound):
        claim(runtime, task.id, by=office.who("leyla"))
    absence = office.away("aysel")
    done = complete(runtime, task.id, {}, by=office.who("leyla")).task
    taken = claim(runtime, held.id, by=office.who("leyla"))
    end_absence(runtime, "city", absence, by=office.who("aysel"))
    with pytest.raises(NotFound):
        complete(runtime, held.id, {}, by=office.who("leyla"))

    assert (done.acted_for, taken.acted_for) == (office.keys["aysel"],) * 2
    assert assign(runtime, held.id, office.keys["aysel"], by=office.who("supervisor")).acted_for is None
    with runtime.database.work() as work:
        assert done_in(work.reading, task.instance_id) == [
            DoneBy("check", office.keys["leyla"], office.keys["aysel"], "check")
        ]
    assert office.journal()[-3:] == ["deputy.named", "absence.declared", "absence.ended"]


def test_journal_of_the_case_says_for_whom_a_deputy_acts(office: Office) -> None:
    runtime, task = office.running.runtime, office.task()
    name_deputy(runtime, "city", "aysel", "leyla", by=office.who("aysel"), while_absent=False)
    claim(runtime, task.id, by=office.who("leyla"))
    release(runtime, task.id, by=office.who("leyla"))
    complete(runtime, task.id, {}, by=office.who("leyla"))

    rows = office.running.rows(
        "SELECT action, actor, detail FROM journal_entry WHERE chain = :c AND action LIKE 'task.%' ORDER BY seq",
        c=task.instance_id,
    )

    told = [(row["action"], row["actor"], office.keys["aysel"] in row["detail"]) for row in rows[1:]]
    leyla = office.keys["leyla"]
    assert told == [("task.claimed", leyla, True), ("task.released", leyla, True), ("task.completed", leyla, True)]
    assert all('"acting_for"' in row["detail"] for row in rows[1:])


def test_deputy_of_a_deputy_is_refused_and_gets_nothing(office: Office) -> None:
    runtime, task = office.running.runtime, office.task()
    name_deputy(runtime, "city", "aysel", "leyla", by=office.who("aysel"), while_absent=False)

    with pytest.raises(DeputyOfDeputy):
        name_deputy(runtime, "city", "leyla", "rauf", by=office.who("leyla"), queues=[QUEUE])
    # For what she does herself she may have one; the first one's queue is not among it.
    made = name_deputy(runtime, "city", "leyla", "rauf", by=office.who("leyla"), while_absent=False)
    claim(runtime, task.id, by=office.who("leyla"))

    assert made.queues == {HEAD}
    for act in (claim, lambda r, t, by: complete(r, t, {}, by=by)):
        with pytest.raises(NotFound):
            act(runtime, task.id, by=office.who("rauf"))


def test_deputy_of_a_colleague_in_the_same_queue_takes_over_what_she_holds_herself_only(office: Office) -> None:
    """Leyla works in the queue too, stands in for Aysel, and is absent herself: her deputy does not do Aysel's work."""
    runtime, task = office.running.runtime, office.task()
    with runtime.database.work() as work:
        work.accounts.grant(office.keys["leyla"], [CLERK])
    claim(runtime, task.id, by=office.who("aysel"))
    name_deputy(runtime, "city", "aysel", "leyla", by=office.who("aysel"), while_absent=False)
    name_deputy(runtime, "city", "leyla", "rauf", by=office.who("leyla"), while_absent=False, queues=[QUEUE])
    with pytest.raises(TaskTaken):
        claim(runtime, task.id, by=office.who("rauf"))

    claim(runtime, task.id, by=office.who("leyla"))

    with pytest.raises(DeputyOfDeputy):
        complete(runtime, task.id, {}, by=office.who("rauf"))


@pytest.mark.parametrize(
    ("absent", "deputy", "by", "refusal"),
    [
        pytest.param("aysel", "leyla", "colleague", NotHersToChange, id="named by a colleague"),
        pytest.param("aysel", "leyla", "stranger", NotFound, id="named by a stranger"),
        pytest.param("aysel", "leyla", "leyla", NotHersToChange, id="named by the deputy"),
        pytest.param("aysel", "stranger", "aysel", NotInAgency, id="of another agency"),
        pytest.param("aysel", "administrator", "aysel", AdministratorHasNoCases, id="the administrator"),
        pytest.param("supervisor", "leyla", "supervisor", NotInAgency, id="for who works in no queue"),
        pytest.param("aysel", "nobody", "aysel", Invalid, id="nobody"),
    ],
)
def test_deputyship_that_cannot_be_is_refused(
    office: Office, absent: str, deputy: str, by: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        name_deputy(office.running.runtime, "city", absent, deputy, by=office.who(by))


@pytest.mark.parametrize("by", ["aysel", "supervisor", "administrator"])
def test_deputies_and_absences_are_declared_by_those_concerned(office: Office, by: str) -> None:
    runtime, at = office.running.runtime, office.running.clock.now()
    made = name_deputy(runtime, "city", "aysel", "leyla", by=office.who(by))
    absence = declare_absence(runtime, "city", "aysel", AbsenceKind.illness, at, None, by=office.who(by))

    with runtime.database.read() as reading:
        seen = deputies(reading, office.who("colleague"), "city", at)
        kinds = {
            who: [one.kind for one in absences(reading, office.who(who), "city", at)]
            for who in ("aysel", "colleague", "supervisor", "administrator")
        }
        with pytest.raises(NotFound):
            absences(reading, office.who("stranger"), "city", at)

    assert [(row.id, row.absent_name, row.deputy_name, row.counts_now) for row in seen] == [
        (made.id, "Aysel", "Leyla", True)
    ]
    assert kinds == {"aysel": ["illness"], "colleague": [None], "supervisor": ["illness"], "administrator": ["illness"]}
    assert "illness" not in str(office.running.rows("SELECT detail FROM journal_entry"))
    end_deputyship(runtime, "city", made.id, by=office.who("leyla"))
    end_absence(runtime, "city", absence.id, by=office.who(by))
    assert office.who("leyla").stands_in == {}


def test_absences_and_deputies_are_changed_in_their_own_agency_and_by_nobody_else(office: Office) -> None:
    runtime = office.running.runtime
    absence = office.away("aysel")
    made = name_deputy(runtime, "city", "aysel", "leyla", by=office.who("aysel"))
    names = {"az": "Park", "en": "Park", "ru": "Парк"}
    make_agency(runtime, "park", names, by=an_actor(operator=True))

    for by, refusal in (("colleague", Forbidden), ("stranger", NotFound)):
        with pytest.raises(refusal):
            end_absence(runtime, "city", absence, by=office.who(by))
        with pytest.raises(refusal):
            end_deputyship(runtime, "city", made.id, by=office.who(by))
    with pytest.raises(NotFound):
        end_absence(runtime, "park", absence, by=office.who("aysel"))
    with pytest.raises(NotFound):
        end_deputyship(runtime, "park", made.id, by=office.who("aysel"))
    with pytest.raises(NotInAgency):
        declare_absence(
            runtime,
            "city",
            "stranger",
            AbsenceKind.leave,
            office.running.clock.now(),
            None,
            by=office.who("supervisor"),
        )


# Delegation


def test_task_is_handed_over_when_the_colleague_accepts(office: Office) -> None:
    runtime, task = office.running.runtime, office.task()
    claim(runtime, task.id, by=office.who("aysel"))

    delegate(runtime, task.id, office.keys["colleague"], by=office.who("aysel"))
    decline_delegated(runtime, task.id, by=office.who("colleague"))
    decline_delegated(runtime, task.id, by=office.who("aysel"))
    with pytest.raises(NotOffered):
        accept_delegated(runtime, task.id, by=office.who("colleague"))
    delegate(runtime, task.id, office.keys["colleague"], by=office.who("aysel"))
    taken = accept_delegated(runtime, task.id, by=office.who("colleague"))

    assert (taken.assignee, taken.offered_to) == (office.keys["colleague"], None)
    assert office.running.task(task.instance_id, "check") == taken
    with pytest.raises(TaskTaken):
        complete(runtime, task.id, {}, by=office.who("aysel"))
    complete(runtime, task.id, {}, by=office.who("colleague"))
    assert [act for act in office.running.acts(task.instance_id) if "delegat" in act] == [
        "task.delegated", "task.delegation-declined", "task.delegated", "task.delegation-accepted",
    ]  # fmt: skip


def test_task_is_handed_by_its_holder_to_a_colleague_only(office: Office) -> None:
    runtime, task = office.running.runtime, office.task()
    claim(runtime, task.id, by=office.who("aysel"))

    with pytest.raises(NotTaskHolder):
        delegate(runtime, task.id, office.keys["colleague"], by=office.who("colleague"))
    with pytest.raises(NotFound):
        delegate(runtime, task.id, office.keys["colleague"], by=a_citizen())
    with pytest.raises(Invalid):
        delegate(runtime, task.id, new_key(), by=office.who("aysel"))
