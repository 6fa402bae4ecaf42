"""Acting for another person or a company: offered, accepted, used, revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.casework.actor import Actor, DutyMissing
from engine.casework.mandate import Mandate, MandateSource, MandateState, NoMandate, NotYoursToAccept
from engine.casework.organisation import NameTaken
from engine.casework.shown_name import NameImitates
from engine.errors import Forbidden, Invalid, NotFound
from engine.identity import new_key
from engine.runtime.agencies import make_agency
from engine.runtime.apply import apply
from engine.runtime.complete import complete
from engine.runtime.mandates import (
    accept_mandate,
    add_company,
    decline_mandate,
    mandates_chain,
    offer_mandate,
    revoke_mandate,
)
from engine.runtime.withdraw import withdraw
from engine.store.faults import AlreadyExists
from engine.store.queries.applications import own_applications, tracking
from tests.builders.a_public_procedure import CLERKS, a_passport, a_procedure
from tests.builders.a_runtime import Running
from tests.builders.an_account import an_account
from tests.builders.an_actor import an_actor

OPERATOR, CLERK = an_actor(operator=True), an_actor(CLERKS)
DAY = timedelta(days=1)


def person(running: Running, name: str) -> str:
    """A citizen with an account; her key."""
    account = an_account(name, name=name.title(), pin=f"PIN-{name}", citizen=True)
    with running.runtime.database.work() as work:
        work.accounts.add(account)
    return account.id


def now(running: Running, account: str) -> Actor:
    """Who an account is at this moment."""
    with running.runtime.database.work() as work:
        return work.accounts.actor(account, running.clock.now())


class Family:
    """A mother, her son with a mandate of hers, and the service `permit`."""

    def __init__(self, running: Running) -> None:
        self.running = running
        running.deploy(a_procedure(), service_yaml=a_passport())
        self.mother, self.son = person(running, "mother"), person(running, "son")

    def mandate(self, **said: Any) -> Mandate:
        """Offered by the mother, accepted by the son."""
        runtime = self.running.runtime
        offered = offer_mandate(runtime, by=now(self.running, self.mother), holder=self.son, **said)
        return accept_mandate(runtime, offered.id, by=now(self.running, self.son))

    def apply(self) -> Any:
        """The son applies for the mother."""
        by = now(self.running, self.son)
        return apply(self.running.runtime, "permit", {}, by=by, on_behalf_of=self.mother)


@pytest.fixture
def family(running: Running) -> Family:
    """Two people and a service."""
    return Family(running)


def test_who_holds_a_mandate_applies_for_another_whose_data_the_case_has(running: Running, family: Family) -> None:
    mandate = family.mandate()

    case = family.apply()

    assert (case.applicant, case.representative, case.mandate_id) == (family.mother, family.son, mandate.id)
    told = running.variables(case.instance_id)["case"]
    assert told["applicant"] == {"account": family.mother, "pin": "PIN-mother", "tin": None, "name": "Mother"}
    assert told["representative"]["account"] == family.son
    (entry,) = running.rows(
        "SELECT actor, detail FROM journal_entry WHERE chain = :c AND action = 'case.submitted'", c=case.instance_id
    )
    assert entry["actor"] == family.son
    assert f'"acting_for":"{family.mother}"' in entry["detail"]
    assert mandate.id in entry["detail"]


def test_both_follow_the_application_and_both_names_are_shown(running: Running, family: Family) -> None:
    family.mandate()
    case = family.apply()

    with running.runtime.database.read() as reading:
        for account in (family.mother, family.son):
            (row,) = own_applications(reading, now(running, account)).items
            followed = tracking(reading, now(running, account), case.id)
            assert (row.case.id, row.applicant_name, row.representative_name) == (case.id, "Mother", "Son")
            assert (followed.applicant_name, followed.representative_name) == ("Mother", "Son")


def test_representative_corrects_what_is_returned_and_takes_the_application_back(
    running: Running, family: Family
) -> None:
    family.mandate()
    case = family.apply()
    running.work_off()
    running.complete(case.instance_id, "check", by=CLERK, verdict="return")
    son, task = now(running, family.son), running.task(case.instance_id, "correct")
    with running.runtime.database.read() as reading:
        assert [one.id for one in tracking(reading, son, case.id).own_tasks] == [task.id]

    done = complete(running.runtime, task.id, {}, by=son).task
    withdraw(running.runtime, case.id, by=son)

    assert (done.assignee, done.acted_for) == (family.son, family.mother)
    acts = running.rows(
        "SELECT action, detail FROM journal_entry WHERE chain = :c AND actor = :a ORDER BY seq",
        c=case.instance_id,
        a=family.son,
    )
    under = {row["action"] for row in acts if f'"acting_for":"{family.mother}"' in (row["detail"] or "")}
    assert {"case.submitted", "task.completed", "case.withdrawal"} <= under


def _over(running: Running, family: Family) -> None:
    family.mandate(until_at=running.clock.now() + DAY)
    running.clock.set(running.clock.now() + 2 * DAY)


def _not_yet(running: Running, family: Family) -> None:
    family.mandate(from_at=running.clock.now() + DAY)


def _revoked(by: str) -> Callable[[Running, Family], None]:
    def revoke(running: Running, family: Family) -> None:
        mandate = family.mandate()
        revoke_mandate(running.runtime, mandate.id, by=now(running, getattr(family, by)))

    return revoke


def _only_offered(running: Running, family: Family) -> None:
    offer_mandate(running.runtime, by=now(running, family.mother), holder=family.son)


def _declined(running: Running, family: Family) -> None:
    offered = offer_mandate(running.runtime, by=now(running, family.mother), holder=family.son)
    decline_mandate(running.runtime, offered.id, by=now(running, family.son))


def _for_another_service(running: Running, family: Family) -> None:
    running.deploy(service_yaml=a_passport("licence"))
    family.mandate(services=["licence"])


def _the_other_way(running: Running, family: Family) -> None:
    offered = offer_mandate(running.runtime, by=now(running, family.mother), mandator=family.son)
    accept_mandate(running.runtime, offered.id, by=now(running, family.son))


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(lambda *_: None, id="none"),
        pytest.param(_over, id="ended yesterday"),
        pytest.param(_not_yet, id="begins tomorrow"),
        pytest.param(_revoked("mother"), id="revoked by the mandator"),
        pytest.param(_revoked("son"), id="given back by the holder"),
        pytest.param(_only_offered, id="offered and not accepted"),
        pytest.param(_declined, id="declined"),
        pytest.param(_for_another_service, id="for another service"),
        pytest.param(_the_other_way, id="the other way round"),
    ],
)
def test_without_a_mandate_that_is_valid_now_nothing_opens(
    running: Running, family: Family, state: Callable[[Running, Family], None]
) -> None:
    own = apply(running.runtime, "permit", {}, by=now(running, family.mother))
    state(running, family)
    son = now(running, family.son)

    with pytest.raises(NoMandate):
        family.apply()
    with pytest.raises(NotFound):
        withdraw(running.runtime, own.id, by=son)
    with running.runtime.database.read() as reading:
        assert own_applications(reading, son).items == []
        with pytest.raises(NotFound):
            tracking(reading, son, own.id)
    assert running.count("case") == 1


def test_account_that_does_not_exist_is_refused_like_one_without_a_mandate(running: Running, family: Family) -> None:
    son = now(running, family.son)

    with pytest.raises(NoMandate) as absent:
        apply(running.runtime, "permit", {}, by=son, on_behalf_of=new_key())
    with pytest.raises(NoMandate) as other:
        apply(running.runtime, "permit", {}, by=son, on_behalf_of=family.mother)

    assert str(absent.value) == str(other.value)


def test_actor_who_was_read_before_the_mandate_was_revoked_does_not_apply(running: Running, family: Family) -> None:
    mandate = family.mandate()
    son = now(running, family.son)
    revoke_mandate(running.runtime, mandate.id, by=now(running, family.mother))

    assert family.mother in son.represents
    with pytest.raises(NoMandate):
        apply(running.runtime, "permit", {}, by=son, on_behalf_of=family.mother)


def test_what_happens_to_a_mandate_stands_in_its_journal(running: Running, family: Family) -> None:
    mandate = family.mandate()
    revoke_mandate(running.runtime, mandate.id, by=now(running, family.son))
    revoke_mandate(running.runtime, mandate.id, by=now(running, family.son))

    assert running.acts(mandates_chain(mandate.id)) == ["mandate.offered", "mandate.accepted", "mandate.revoked"]


def test_mandate_is_offered_for_services_and_to_people_that_exist(running: Running, family: Family) -> None:
    mother = now(running, family.mother)

    with pytest.raises(Invalid) as unknown:
        offer_mandate(running.runtime, by=mother, holder=family.son, services=["permit", "nothing"])
    with pytest.raises(Invalid):
        offer_mandate(running.runtime, by=mother, holder=new_key())
    with pytest.raises(Invalid):
        offer_mandate(running.runtime, by=mother, holder=family.mother)
    with pytest.raises(NotYoursToAccept):
        offer_mandate(running.runtime, by=now(running, person(running, "x")), mandator=family.mother, holder=family.son)

    assert [place.path for place in unknown.value.places] == ["/services/1"]


# Companies


def test_company_is_acted_for_under_a_mandate_that_the_register_proves(running: Running, family: Family) -> None:
    company = add_company(running.runtime, "khazar", "Xəzər MMC", "1234567891", by=OPERATOR)
    mandate = offer_mandate(
        running.runtime,
        by=OPERATOR,
        mandator="khazar",
        holder="son",
        source=MandateSource.register,
        reference="R-2026/7",
    )
    with pytest.raises(NoMandate):
        apply(running.runtime, "permit", {}, by=now(running, family.son), on_behalf_of=company)
    accept_mandate(running.runtime, mandate.id, by=now(running, family.son))

    case = apply(running.runtime, "permit", {}, by=now(running, family.son), on_behalf_of=company)

    applicant = running.variables(case.instance_id)["case"]["applicant"]
    assert applicant == {"account": company, "pin": None, "tin": "1234567891", "name": "Xəzər MMC"}
    assert revoke_mandate(running.runtime, mandate.id, by=OPERATOR).state is MandateState.revoked


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"by": an_actor(citizen=True)}, DutyMissing, id="by a citizen"),
        pytest.param({"tin": "12 34"}, Invalid, id="no number"),
        pytest.param({"shown_name": "Xаzar"}, NameImitates, id="Cyrillic letter in it"),
        pytest.param({"shown_name": "CITY"}, NameTaken, id="looks like an agency"),
        pytest.param({"tin": "1111111111"}, AlreadyExists, id="the number of another"),
        pytest.param({"sign_in_name": "first"}, AlreadyExists, id="the name of another"),
    ],
)
def test_company_that_cannot_be_is_refused(running: Running, said: dict[str, Any], refusal: type[Exception]) -> None:
    make_agency(running.runtime, "city", {"az": "Şəhər", "en": "City", "ru": "Город"}, by=OPERATOR)
    add_company(running.runtime, "first", "First", "1111111111", by=OPERATOR)
    values = {"sign_in_name": "second", "shown_name": "Second", "tin": "2222222222", "by": OPERATOR}

    with pytest.raises(refusal):
        add_company(running.runtime, **{**values, **said})


def test_only_who_may_apply_applies_for_others(running: Running, family: Family) -> None:
    family.mandate()

    with pytest.raises(Forbidden):
        apply(running.runtime, "permit", {}, by=CLERK, on_behalf_of=family.mother)
