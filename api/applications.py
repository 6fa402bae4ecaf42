"""Applications: apply for a service, follow the own ones, take one back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.applications import (
    ApplicationPage,
    ApplicationQuery,
    ApplicationSchema,
    ApplyCommand,
    EvidenceListSchema,
    ReasonsSchema,
    TrackingSchema,
    WithdrawCommand,
)
from api.schemas.notices import NoticesSchema
from api.schemas.payments import PaymentPage
from api.schemas.terms import DeadlineSchema, ExtendCommand
from api.wiring import services
from door.access import caller
from door.language import asked_language, preferred_language
from engine.casework.case import Case
from engine.casework.look import LookKind
from engine.casework.policy import Action
from engine.runtime.apply import apply as apply_for
from engine.runtime.explain_term import explain_term
from engine.runtime.extend_term import extend_term
from engine.runtime.look import Looking, look
from engine.runtime.reasons import reasons_of_case
from engine.runtime.withdraw import withdraw as take_back
from engine.store.queries import applications as queries
from engine.store.queries.evidence import evidence_of_case
from engine.store.queries.notices import notices_of_case
from engine.store.queries.payments import payments_of_application

T = TypeVar("T")

blueprint = Noun("applications", __name__, description="What applicants submit and follow.")


@blueprint.operation(
    "POST",
    "",
    rule=Action.apply,
    summary="Apply for a service",
    body=ApplyCommand,
    answer=ApplicationSchema,
    status=201,
    idempotent=True,
)
def apply(command: Mapping[str, Any]) -> Response:
    """Submit an application. Every fault of the form is told at once (422), with its place.

    With `on_behalf_of` the applicant is who gave the caller a mandate for the service; without one it is 403.
    """
    answer = carry_out(
        lambda runtime: apply_for(
            runtime,
            command["service"],
            command["answers"],
            by=caller(),
            language=command.get("language") or asked_language(),
            on_behalf_of=command["on_behalf_of"],
        ),
        ApplicationSchema,
        status=201,
        view=_in_short,
    )
    return answer


@blueprint.operation(
    "GET", "", rule=Action.list_cases, summary="List own applications", query=ApplicationQuery, answer=ApplicationPage
)
def list_own(query: Mapping[str, Any]) -> Any:
    """The caller's own applications, and those of whom the caller holds a mandate, the newest first."""

    def read(looking: Looking) -> Any:
        page = queries.own_applications(looking.connection, caller(), **query)
        looking.at_cases(LookKind.case_in_list, {one.case.id: one.case.id for one in page.items})
        return page

    return look(services().runtime, read, by=caller())


@blueprint.operation(
    "GET", "/<key:case_id>", rule=Action.see_case, summary="Follow an application", answer=TrackingSchema
)
def track(case_id: str) -> Any:
    """Steps done, where it is now, the expected day and the legal deadline, evidence, documents and the decision."""
    return _look_at(LookKind.case, case_id, lambda connection: queries.tracking(connection, caller(), case_id))


@blueprint.operation(
    "GET",
    "/<key:case_id>/reasons",
    rule=Action.see_case,
    summary="Read why the decisions of an application came out so",
    answer=ReasonsSchema,
)
def reasons(case_id: str) -> Any:
    """Every decision definition that spoke in the case, in order, in the language of Accept-Language.

    Sentences are made of the values at hand and the words of the rules: article, reason, what another outcome needed.
    """
    language = preferred_language()
    return {
        "language": language,
        "items": reasons_of_case(services().runtime, case_id, by=caller(), language=language),
    }


@blueprint.operation(
    "GET",
    "/<key:case_id>/evidence",
    rule=Action.read_papers,
    summary="List the proofs of an application",
    answer=EvidenceListSchema,
)
def evidence(case_id: str) -> Any:
    """What was proved, by whom and what it says; and why a register did not prove it, with both values that differ.

    For the applicant, supervisors of the agency, and clerks who have a task of the case.
    """
    return {"items": _look_at(LookKind.evidence, case_id, lambda one: evidence_of_case(one, caller(), case_id))}


@blueprint.operation(
    "GET",
    "/<key:case_id>/deadline",
    rule=Action.see_case,
    summary="Read why a deadline is what it is",
    answer=DeadlineSchema,
)
def deadline(case_id: str) -> Any:
    """The legal deadline, and each day of the term with the reason why it counts or not, in the reader's language."""
    return explain_term(services().runtime, case_id, by=caller(), language=preferred_language())


@blueprint.operation(
    "POST",
    "/<key:case_id>/extend",
    rule=Action.extend_term,
    summary="Extend the statutory term",
    body=ExtendCommand,
    answer=ApplicationSchema,
    idempotent=True,
)
def extend(command: Mapping[str, Any], case_id: str) -> Response:
    """Make the term longer, as often and as far as the law of the service allows; the applicant reads the reason."""
    return carry_out(
        lambda runtime: extend_term(runtime, case_id, command["length"], command["reason"], by=caller()),
        ApplicationSchema,
        view=_in_short,
    )


@blueprint.operation(
    "GET",
    "/<key:case_id>/payments",
    rule=Action.see_payments_of_case,
    summary="List the payments of an application",
    query=PageQuery,
    answer=PaymentPage,
)
def payments(query: Mapping[str, Any], case_id: str) -> Any:
    """What was paid or is to be paid, with the page to pay at, receipts and refunds; the first one first."""
    return _look_at(LookKind.payments, case_id, lambda one: payments_of_application(one, caller(), case_id, **query))


@blueprint.operation(
    "GET",
    "/<key:case_id>/notices",
    rule=Action.read_papers,
    summary="List the notices of an application",
    answer=NoticesSchema,
)
def notices(case_id: str) -> Any:
    """What the applicant was told and what became of mail and SMS; the first one first.

    For the applicant, supervisors of the agency, and clerks who have a task of the case.
    """
    return {"items": _look_at(LookKind.notices, case_id, lambda one: notices_of_case(one, caller(), case_id))}


@blueprint.operation(
    "POST",
    "/<key:case_id>/withdraw",
    rule=Action.withdraw,
    summary="Withdraw an application",
    body=WithdrawCommand,
    answer=ApplicationSchema,
    idempotent=True,
)
def withdraw(command: Mapping[str, Any], case_id: str) -> Response:
    """Take an own application back, as long as it is not decided."""
    del command
    return carry_out(lambda runtime: take_back(runtime, case_id, by=caller()), ApplicationSchema, view=_in_short)


def _look_at(what: LookKind, case_id: str, found_in: Callable[[Any], T]) -> T:
    """Something of one case, with the entry of who looked at it."""

    def read(looking: Looking) -> T:
        found = found_in(looking.connection)
        looking.at_case(what, case_id)
        return found

    return look(services().runtime, read, by=caller())


def _in_short(case: Case) -> Any:
    """As the list and the tracking show it."""
    with services().read() as connection:
        return queries.in_short(connection, case)
