"""The policy: every action has a rule, a reason comes with every verdict, and what no rule allows is denied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.casework.actor import SYSTEM, Actor, DutyMissing
from engine.casework.policy import RULES, Action, NotPermitted, Relation, Role, Thing, decide, permit, roles_of
from engine.casework.policy.relations import HERE, ROLES, SAID
from engine.errors import NotFound
from engine.identity import QueueName
from tests.builders.an_actor import QUEUE, a_citizen, a_clerk, a_supervisor, an_actor

AGENCY = "traffic-police"
APPLICANT = a_citizen()
CASE = Thing(kind="application", key="c", agency=AGENCY, person=APPLICANT.account, service="licence")
TASK = Thing(kind="task", key="t", agency=AGENCY, queue=QueueName.parse(QUEUE), holder="somebody")


def test_every_action_has_a_rule_and_every_relation_a_meaning_roles_and_words() -> None:
    assert set(RULES) == set(Action)
    assert set(HERE) == set(ROLES) == set(SAID) == set(Relation)
    assert all(rule.who for rule in RULES.values())


@pytest.mark.parametrize("action", list(Action))
def test_nobody_without_a_duty_may_do_anything_but_what_is_public(action: Action) -> None:
    nobody = an_actor()

    for thing in (CASE, TASK, None):
        assert decide(nobody, action, thing).allowed is RULES[action].is_public


@pytest.mark.parametrize("action", list(Action))
def test_whoever_may_do_something_with_a_thing_may_know_that_it_exists(action: Action) -> None:
    seen_by = RULES[action].seen_by
    if seen_by is not None:
        assert RULES[seen_by].seen_by in (seen_by, None)
        for actor in (APPLICANT, a_clerk(), a_supervisor(), an_actor(operator=True)):
            for thing in (CASE, TASK):
                if decide(actor, action, thing).allowed and action is not Action.see_payments_of_case:
                    assert not decide(actor, action, thing).hidden


def test_a_verdict_says_why() -> None:
    allowed = decide(APPLICANT, Action.withdraw, CASE)
    refused = decide(a_supervisor(), Action.withdraw, CASE)
    hidden = decide(a_citizen(), Action.withdraw, CASE)

    assert (allowed.allowed, allowed.by) == (True, Relation.person)
    assert allowed.why == "Of whom it belongs to, who may withdraw an application."
    assert (refused.allowed, refused.hidden) == (False, False)
    assert refused.why == "Only whom it belongs to, who holds her mandate may withdraw an application."
    assert (hidden.allowed, hidden.hidden) == (False, True)


def test_what_is_refused_is_not_there_for_who_may_not_know_of_it_and_forbidden_for_who_may() -> None:
    with pytest.raises(NotFound):
        permit(a_citizen(), Action.withdraw, CASE)
    with pytest.raises(NotPermitted) as refused:
        permit(a_supervisor(), Action.withdraw, CASE)
    with pytest.raises(DutyMissing) as missing:
        permit(a_citizen(), Action.repair_jobs)

    assert refused.value.facts["action"] == "application.withdraw"
    assert missing.value.facts["duty"] == "operator"


def test_onewindow_itself_deploys_and_a_citizen_does_not() -> None:
    assert decide(SYSTEM, Action.deploy).allowed
    assert not decide(APPLICANT, Action.deploy).allowed


def test_a_supervisor_of_one_agency_has_no_say_in_another() -> None:
    elsewhere = a_supervisor("park")

    assert decide(a_supervisor(), Action.see_case, CASE).allowed
    assert decide(elsewhere, Action.see_case, CASE).hidden
    assert decide(elsewhere, Action.assign_task, TASK).hidden


@given(st.data())
def test_whoever_may_act_on_a_thing_passes_the_door_of_the_route(data: st.DataObject) -> None:
    """The roles of a rule are never narrower than its relations: a door never shuts out whom the rule lets in."""
    accounts = ["a", "b"]
    queues = [QueueName("city", "clerk"), QueueName("park", "clerk")]
    agencies = ["city", "park"]
    actor = Actor(
        account=data.draw(st.sampled_from(accounts)),
        name="A",
        citizen=data.draw(st.booleans()),
        queues=frozenset(data.draw(st.sets(st.sampled_from(queues)))),
        supervises=frozenset(data.draw(st.sets(st.sampled_from(agencies)))),
        analyst=data.draw(st.booleans()),
        operator=data.draw(st.booleans()),
        opened=frozenset(data.draw(st.sets(st.just("t")))),
        stands_in={queue: frozenset({"b"}) for queue in data.draw(st.sets(st.sampled_from(queues)))},
    )
    thing = Thing(
        kind="task",
        key="t",
        agency=data.draw(st.sampled_from(agencies)),
        queue=data.draw(st.sampled_from(queues)),
        holder=data.draw(st.sampled_from(accounts)),
        asked=data.draw(st.sampled_from(accounts)),
        working_queues=frozenset(data.draw(st.sets(st.sampled_from(queues)))),
    )
    action = data.draw(st.sampled_from(list(Action)))

    if decide(actor, action, thing).allowed and not RULES[action].is_public:
        assert roles_of(actor) & RULES[action].roles or Role.administrator in RULES[action].roles
