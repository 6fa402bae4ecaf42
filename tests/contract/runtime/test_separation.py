"""Separation of duties, carried out: at claim and completion, in branches and loops, for deputies and mandates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.casework.actor import Actor
from engine.casework.deputy import AbsenceKind
from engine.casework.mandate import MandateSource
from engine.casework.separation import DutiesSeparated
from engine.casework.task import Task
from engine.identity import QueueName
from engine.runtime.absences import declare_absence
from engine.runtime.agencies import make_agency
from engine.runtime.apply import apply
from engine.runtime.assign import assign
from engine.runtime.claim import claim
from engine.runtime.complete import complete
from engine.runtime.delegate import accept_delegated, delegate
from engine.runtime.deputies import name_deputy
from engine.runtime.mandates import accept_mandate, offer_mandate, revoke_mandate
from engine.runtime.release import release
from engine.store.queries.tasks import queue_page, task_detail
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_public_procedure import a_passport
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.an_account import an_account
from tests.builders.an_actor import an_actor

CLERK, HEAD = QueueName("city", "clerk"), QueueName("city", "head")
APART = {"notSameAs": "check"}
DAY = timedelta(days=1)


class Office:
    """Aysel and Leyla of the clerks' queue, Rauf of the heads', a supervisor, and citizens."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.runtime = running.runtime
        queues = {"aysel": [CLERK], "leyla": [CLERK], "rauf": [HEAD], "son": [CLERK]}
        names = [*queues, "supervisor", "mother"]
        made = {name: an_account(name, name=name.title(), citizen=name in ("mother", "son")) for name in names}
        with self.runtime.database.work() as work:
            for name, account in made.items():
                work.accounts.add(account)
                work.accounts.grant(account.id, queues.get(name, []))
            work.accounts.grant(made["supervisor"].id, supervises=["city"])
        self.keys = {name: account.id for name, account in made.items()}

    def who(self, name: str) -> Actor:
        """Somebody, as of this moment."""
        with self.runtime.database.work() as work:
            return work.accounts.actor(self.keys[name], self.running.clock.now())

    def done(self, task: Task, name: str) -> Task:
        """A task, done by somebody; the clock goes on, so that rounds have an order."""
        self.running.clock.advance(timedelta(minutes=1))
        return complete(self.runtime, task.id, {}, by=self.who(name)).task

    def refused(self, task: Task, name: str, rule: str = "notSameAs") -> None:
        """See that somebody can neither claim nor complete a task, and that the list says so."""
        for attempt in (lambda: claim(self.runtime, task.id, by=self.who(name)), lambda: self.done(task, name)):
            with pytest.raises(DutiesSeparated) as refusal:
                attempt()
            assert refusal.value.facts["rule"] == rule
            assert self.keys[name] not in str(refusal.value)
        listed = self.listed(name, task)
        assert listed == (False, refusal.value.message)

    def listed(self, name: str, task: Task) -> tuple[bool, str | None]:
        """What the list of tasks, and the task itself, say of a claim."""
        with self.runtime.database.read() as connection:
            page = queue_page(connection, self.who(name), now=self.running.clock.now())
            (row,) = [one for one in page.items if one.task.id == task.id]
            detail = task_detail(connection, self.who(name), task.id)
        assert (row.may_claim, row.claim_barred) == (detail.may_claim, detail.claim_barred)
        return row.may_claim, row.claim_barred


@pytest.fixture
def office(running: Running) -> Office:
    """An office without a procedure yet."""
    make_agency(running.runtime, "city", {"az": "Şəhər", "en": "City", "ru": "Город"}, by=an_actor(operator=True))
    return Office(running)


def in_a_row() -> Drawing:
    """Check, then approve by another person."""
    process = a_process("permit").start().user_task("check", queue=QUEUE)
    return process.user_task("approve", queue=QUEUE, properties=APART).end()


def test_not_who_did_the_one_does_the_other_and_the_list_says_who_may(office: Office) -> None:
    office.running.deploy(in_a_row())
    permit = office.running.start("permit")
    office.done(office.running.task(permit, "check"), "aysel")
    approve = office.running.task(permit, "approve")

    office.refused(approve, "aysel")

    assert office.listed("leyla", approve) == (True, None)
    office.done(approve, "leyla")
    assert office.running.state(permit) == "completed"
    office.running.check()


def side_by_side(office: Office) -> tuple[Task, Task]:
    """Both tasks of a case, open at once: whoever does the one may not do the other."""
    process = a_process("permit").start().parallel("both")
    process.at("both").user_task("check", queue=QUEUE).end("one")
    process.at("both").user_task("approve", queue=QUEUE, properties=APART).end("two")
    office.running.deploy(process)
    permit = office.running.start("permit")
    return office.running.task(permit, "check"), office.running.task(permit, "approve")


def test_in_parallel_branches_whoever_comes_first_shuts_herself_out_of_the_other(office: Office) -> None:
    check, approve = side_by_side(office)

    office.done(approve, "aysel")

    office.refused(check, "aysel")  # the rule stands at the other task
    office.done(check, "leyla")


def test_who_holds_the_one_cannot_claim_the_other_until_she_gives_it_back(office: Office) -> None:
    check, approve = side_by_side(office)
    claim(office.runtime, check.id, by=office.who("aysel"))

    with pytest.raises(DutiesSeparated):
        claim(office.runtime, approve.id, by=office.who("aysel"))
    release(office.runtime, check.id, by=office.who("aysel"))

    assert claim(office.runtime, approve.id, by=office.who("aysel")).assignee == office.keys["aysel"]


def test_neither_assigning_nor_delegating_leads_around_it(office: Office) -> None:
    office.running.deploy(in_a_row())
    permit = office.running.start("permit")
    office.done(office.running.task(permit, "check"), "aysel")
    approve = office.running.task(permit, "approve")
    supervisor = office.who("supervisor")

    with pytest.raises(DutiesSeparated):
        assign(office.runtime, approve.id, office.keys["aysel"], by=supervisor)
    claim(office.runtime, approve.id, by=office.who("leyla"))
    with pytest.raises(DutiesSeparated):
        delegate(office.runtime, approve.id, office.keys["aysel"], by=office.who("leyla"))
    release(office.runtime, approve.id, by=supervisor)
    office.refused(approve, "aysel")


def test_who_did_the_other_branch_since_it_was_offered_cannot_accept(office: Office) -> None:
    check, approve = side_by_side(office)
    claim(office.runtime, approve.id, by=office.who("leyla"))
    delegate(office.runtime, approve.id, office.keys["aysel"], by=office.who("leyla"))
    office.done(check, "aysel")

    with pytest.raises(DutiesSeparated):
        accept_delegated(office.runtime, approve.id, by=office.who("aysel"))


def test_a_deputy_counts_as_herself_and_as_her_absent_colleague(office: Office) -> None:
    office.running.deploy(in_a_row())
    at = office.running.clock.now()
    name_deputy(office.runtime, "city", "aysel", "rauf", by=office.who("aysel"))
    declare_absence(office.runtime, "city", "aysel", AbsenceKind.leave, at, at + 7 * DAY, by=office.who("aysel"))
    hers, his = office.running.start("permit"), office.running.start("permit")

    assert office.done(office.running.task(hers, "check"), "aysel").acted_for is None
    office.refused(office.running.task(hers, "approve"), "rauf")

    assert office.done(office.running.task(his, "check"), "rauf").acted_for == office.keys["aysel"]
    for name in ("aysel", "rauf"):
        office.refused(office.running.task(his, "approve"), name)
    office.done(office.running.task(his, "approve"), "leyla")


def test_the_same_person_goes_on_through_the_rounds_of_a_loop(office: Office) -> None:
    process = a_process("permit").start().user_task("check", queue=QUEUE)
    process.user_task("write", queue=QUEUE, properties={"sameAs": "check"}).exclusive("again")
    process.at("again", when="=again").to("check").at("again", otherwise=True).end()
    office.running.deploy(process)
    permit = office.running.start("permit", again=True)
    office.done(office.running.task(permit, "check"), "aysel")

    office.refused(office.running.task(permit, "write"), "leyla", "sameAs")
    office.done(office.running.task(permit, "write"), "aysel")
    office.done(office.running.task(permit, "check"), "leyla")

    office.refused(office.running.task(permit, "write"), "aysel", "sameAs")
    office.done(office.running.task(permit, "write"), "leyla")


def test_when_who_did_it_has_left_the_queue_another_goes_on(office: Office) -> None:
    process = a_process("permit").start().user_task("check", queue=QUEUE)
    process.user_task("write", queue=QUEUE, properties={"sameAs": "check"}).end()
    office.running.deploy(process)
    permit = office.running.start("permit")
    office.done(office.running.task(permit, "check"), "aysel")
    with office.runtime.database.work() as work:
        work.accounts.revoke(office.keys["aysel"], [CLERK])

    office.done(office.running.task(permit, "write"), "leyla")


def test_in_later_rounds_of_a_loop_the_two_stay_apart(office: Office) -> None:
    process = a_process("permit").start().user_task("check", queue=QUEUE, properties={"fourEyes": "decision"})
    process.user_task("approve", queue=QUEUE, properties={"fourEyes": "decision"}).exclusive("again")
    process.at("again", when="=again").to("check").at("again", otherwise=True).end()
    office.running.deploy(process)
    permit = office.running.start("permit", again=True)
    office.done(office.running.task(permit, "check"), "aysel")
    office.done(office.running.task(permit, "approve"), "leyla")

    office.refused(office.running.task(permit, "check"), "leyla", "fourEyes")
    office.done(office.running.task(permit, "check"), "aysel")
    office.refused(office.running.task(permit, "approve"), "aysel", "fourEyes")


@pytest.mark.parametrize("sequential", [True, False])
def test_instances_of_a_multi_instance_are_done_by_different_people(office: Office, sequential: bool) -> None:
    process = a_process("permit").start()
    process.user_task("vote", queue=QUEUE, properties={"fourEyes": "board"}, times="=2", sequential=sequential).end()
    office.running.deploy(process)
    permit = office.running.start("permit")
    office.done(office.running.tasks(permit)[0], "aysel")
    (second,) = office.running.tasks(permit)

    office.refused(second, "aysel", "fourEyes")
    office.done(second, "leyla")


def test_a_task_of_a_called_process_is_held_apart_from_one_around_it(office: Office) -> None:
    called = a_process("expertise").start().user_task("assess", queue=QUEUE).end()
    main = a_process("permit").start().parallel("both")
    main.at("both").call("ask", "expertise").end("one")
    main.at("both").user_task("approve", queue=QUEUE, properties={"notSameAs": "assess"}).end("two")
    office.running.deploy(main, called)
    first, second = office.running.start("permit"), office.running.start("permit")
    office.done(office.running.task(first, "assess"), "aysel")
    office.done(office.running.task(second, "approve"), "aysel")

    office.refused(office.running.task(first, "approve"), "aysel")
    office.refused(office.running.task(second, "assess"), "aysel")


def test_the_rules_of_one_case_are_nothing_to_another(office: Office) -> None:
    office.running.deploy(in_a_row())
    one, other = office.running.start("permit"), office.running.start("permit")
    office.done(office.running.task(one, "check"), "aysel")
    office.done(office.running.task(other, "check"), "leyla")

    office.done(office.running.task(other, "approve"), "aysel")
    office.refused(office.running.task(one, "approve"), "aysel")


@pytest.mark.parametrize("revoked", [False, True])
def test_not_the_applicant_nor_whom_a_mandate_bound_to_her(office: Office, revoked: bool) -> None:
    process = a_process("permit").start()
    process.user_task("check", queue=QUEUE, properties={"notApplicant": "true"}).end(properties={"outcome": "granted"})
    office.running.deploy(process, service_yaml=a_passport(evidence={}, milestones={}))
    mandate = offer_mandate(
        office.runtime, by=office.who("mother"), holder=office.keys["son"], source=MandateSource.agreed
    )
    accept_mandate(office.runtime, mandate.id, by=office.who("son"))
    case = apply(office.runtime, "permit", {}, by=office.who("mother"))
    office.running.clock.advance(DAY)
    if revoked:
        revoke_mandate(office.runtime, mandate.id, by=office.who("mother"))

    check = office.running.task(case.instance_id, "check")
    office.refused(check, "son", "notApplicant")
    office.done(check, "aysel")
    assert office.running.case(case).decision is not None


def test_a_mandate_that_ended_before_the_application_binds_nobody(office: Office) -> None:
    process = a_process("permit").start()
    process.user_task("check", queue=QUEUE, properties={"notApplicant": "true"}).end(properties={"outcome": "granted"})
    office.running.deploy(process, service_yaml=a_passport(evidence={}, milestones={}))
    mandate = offer_mandate(office.runtime, by=office.who("mother"), holder=office.keys["son"])
    accept_mandate(office.runtime, mandate.id, by=office.who("son"))
    revoke_mandate(office.runtime, mandate.id, by=office.who("mother"))
    office.running.clock.advance(DAY)
    case = apply(office.runtime, "permit", {}, by=office.who("mother"))
    own = apply(office.runtime, "permit", {}, by=office.who("son"))

    office.done(office.running.task(case.instance_id, "check"), "son")
    office.refused(office.running.task(own.instance_id, "check"), "son", "notApplicant")


def test_silence_and_timers_go_on_whoever_did_what(office: Office) -> None:
    process = a_process("permit").start().user_task("check", queue=QUEUE)
    process.user_task("approve", queue=QUEUE, properties=APART)
    process.end().boundary("late", on="approve", duration="P1D").end("tacit")
    office.running.deploy(process)
    permit = office.running.start("permit")
    office.done(office.running.task(permit, "check"), "aysel")
    office.running.clock.advance(2 * DAY)
    office.running.work_off()

    assert office.running.state(permit) == "completed"
    assert office.running.history(permit)[-1] == "tacit:c"
    office.running.check()
