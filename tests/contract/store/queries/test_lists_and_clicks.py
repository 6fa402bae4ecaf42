"""A list never shows what a click would refuse: lists held against single decisions, for any actor and any things.

Of tasks it is held in `test_queue_visibility`.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.casework.actor import Actor
from engine.casework.opening import OPEN_FOR, Opening
from engine.casework.policy import Action, Thing, decide
from engine.errors import NotFound
from engine.identity import CaseNumber, QueueName, new_key
from engine.store.database import Database
from engine.store.queries.applications import case_seen_by, own_applications
from engine.store.queries.openings import opening_page
from engine.store.queries.organisation import mandates_of
from engine.store.queries.payments import payment_page
from engine.store.queries.webhooks import subscription_detail, subscription_page
from tests.builders.a_case import a_case
from tests.builders.a_deputy import a_mandate
from tests.builders.a_payment import a_payment
from tests.builders.a_subscriber import a_subscription
from tests.builders.a_task import NOW
from tests.builders.an_account import an_account

_AGENCIES = ["city", "city-park", "city:odd"]
_SERVICES = ["renewal", "tax"]
_ME, _MOTHER, _OTHER = new_key(), new_key(), new_key()
_PEOPLE = [_ME, _MOTHER, _OTHER]
_ACTORS = st.builds(
    lambda supervises, queues, operator, services: Actor(
        account=_ME,
        name="Aysel",
        citizen=True,
        operator=operator,
        supervises=frozenset(supervises),
        queues=frozenset(QueueName(agency, "clerk") for agency in queues),
        represents={} if services == "none" else {_MOTHER: services},
    ),
    st.sets(st.sampled_from(_AGENCIES[:2])),
    st.sets(st.sampled_from(_AGENCIES[:2])),
    st.booleans(),
    st.sampled_from(["none", None, frozenset({"renewal"}), frozenset({"renewal", "tax"})]),
)
_TRIES = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _is_found(look: Callable[[], object]) -> bool:
    try:
        look()
    except NotFound:
        return False
    return True


@_TRIES
@given(actor=_ACTORS)
def test_applications(database: Database, actor: Actor) -> None:
    cases = [
        a_case(agency=agency, service_key=service, applicant=person, number=CaseNumber("AZ", 2026, serial))
        for serial, (agency, service, person) in enumerate(
            ((agency, service, person) for agency in _AGENCIES[:2] for service in _SERVICES for person in _PEOPLE), 1
        )
    ]
    with database.work() as work:
        _emptied_in(work.reading, "case")
        for case in cases:
            work.cases.add(case)

    with database.read() as reading:
        listed = {row.case.id for row in own_applications(reading, actor, limit=100).items}
        clicked = {case.id for case in cases if _is_found(lambda key=case.id: case_seen_by(reading, actor, key))}  # type: ignore[misc]
    assert listed == {case.id for case in cases if decide(actor, Action.list_cases, case.thing).allowed}
    assert listed <= clicked
    assert clicked == {case.id for case in cases if case.may_be_seen_by(actor)}


@_TRIES
@given(actor=_ACTORS)
def test_payments(database: Database, actor: Actor) -> None:
    payments = [
        a_payment(agency=agency, reference=f"r-{number}", provider_id=f"p-{number}")
        for number, agency in enumerate(_AGENCIES * 2)
    ]
    with database.work() as work:
        _emptied_in(work.reading, "payment")
        for payment in payments:
            work.payments.add(payment)

    with database.read() as reading:
        listed = {row.payment.id for row in payment_page(reading, actor, limit=100).items}
    refundable = {
        one.id for one in payments if decide(actor, Action.refund, Thing(kind="payment", agency=one.agency)).allowed
    }
    assert listed == refundable


@_TRIES
@given(actor=_ACTORS)
def test_subscriptions(database: Database, actor: Actor) -> None:
    made = [a_subscription("https://x.example", NOW, agency=agency) for agency in (None, *_AGENCIES)]
    with database.work() as work:
        _emptied_in(work.reading, "webhook_subscription")
        for one in made:
            work.webhooks.add(one)

    with database.read() as reading:
        listed = {row.subscription.id for row in subscription_page(reading, actor, limit=100).items}
        clicked = {one.id for one in made if _is_found(lambda key=one.id: subscription_detail(reading, actor, key))}  # type: ignore[misc]
    assert listed == clicked


@_TRIES
@given(actor=_ACTORS)
def test_openings(database: Database, actor: Actor) -> None:
    openings = [
        Opening(
            id=new_key(),
            case_id=new_key(),
            agency=agency,
            account=person,
            reason="A court asks for it.",
            opened_at=NOW,
            until_at=NOW + OPEN_FOR,
        )
        for agency in _AGENCIES
        for person in _PEOPLE
    ]
    with database.work() as work:
        _emptied_in(work.reading, "case_opening")
        for one in openings:
            work.openings.add(one)

    with database.read() as reading:
        listed = {row.opening.id for row in opening_page(reading, actor, limit=100).items}
    assert listed == {
        one.id
        for one in openings
        if decide(actor, Action.see_openings, Thing(kind="opening", agency=one.agency, person=one.account)).allowed
    }


def test_mandates(database: Database) -> None:
    actor = Actor(account=_ME, name="Aysel", citizen=True)
    mandates = [a_mandate(one, other) for one in _PEOPLE for other in _PEOPLE if one != other]
    with database.work() as work:
        for account in _PEOPLE:
            work.accounts.add(an_account(account, id=account))
        for mandate in mandates:
            work.mandates.add(mandate)

    with database.read() as reading:
        listed = {row.mandate.id for row in mandates_of(reading, actor, NOW)}
    assert listed == {one.id for one in mandates if _is_found(lambda mandate=one: mandate.require_seen_by(actor))}  # type: ignore[misc]


def _emptied_in(connection: Connection, table: str) -> None:
    connection.exec_driver_sql(f'DELETE FROM "{table}"')
