"""Public services: the catalogue that everyone may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.engine import FormSchema
from api.schemas.prefill import PrefillCommand, PrefillSchema
from api.schemas.services import ServiceDetailSchema, ServicePage, ServiceQuery
from api.wiring import services
from door.access import caller
from door.language import preferred_language
from engine.casework.policy import Action
from engine.casework.prefill import AnswerState, Prefill, told
from engine.errors import NotFound
from engine.runtime.prefill import prefill_form, prefilled
from engine.store.queries import definitions
from engine.store.queries import services as queries

blueprint = Noun("services", __name__, description="Public services: what agencies offer citizens.")


@blueprint.operation(
    "GET", "", rule=Action.read_public, summary="List services", query=ServiceQuery, answer=ServicePage
)
def list_services(query: Mapping[str, Any]) -> Any:
    """The newest version of every service."""
    with services().read() as connection:
        return queries.service_page(connection, **query)


@blueprint.operation(
    "GET", "/<name:key>", rule=Action.read_public, summary="Show a service", answer=ServiceDetailSchema
)
def show(key: str) -> Any:
    """A service with its passport: law, evidence, terms, fee, channels and languages."""
    with services().read() as connection:
        return queries.service_detail(connection, key)


@blueprint.operation(
    "GET", "/<name:key>/form", rule=Action.read_public, summary="Show what an application asks", answer=FormSchema
)
def form(key: str) -> Any:
    """The form that an application for the service begins with, so that anyone can see what will be asked."""
    with services().read() as connection:
        form_id = queries.service_detail(connection, key).form_id
        if form_id is None:
            raise NotFound("This service asks nothing.", remedy="Apply without answers.")
        return definitions.form(connection, form_id)


@blueprint.operation(
    "POST",
    "/<name:key>/prefill",
    rule=Action.prefill,
    summary="Have the form of a service filled in",
    body=PrefillCommand,
    answer=PrefillSchema,
    status=201,
    idempotent=True,
)
def prefill(command: Mapping[str, Any], key: str) -> Response:
    """Registers are asked what they know of the caller; ask for the answers a moment later.

    A register that does not answer leaves its fields to be typed, and says so. What came counts as evidence when the
    form is submitted within two hours, with any value changed.
    """
    del command
    return carry_out(
        lambda runtime: prefill_form(runtime, key, by=caller()),
        PrefillSchema,
        status=201,
        view=_filled,
    )


@blueprint.operation(
    "GET",
    "/<name:key>/prefill/<key:prefill_id>",
    rule=Action.prefill,
    summary="Show what registers filled in",
    answer=PrefillSchema,
)
def show_prefill(key: str, prefill_id: str) -> Any:
    """What came so far, for who asked alone. Within half a minute everybody has answered, or counts as silent."""
    return _filled(prefilled(services().runtime, key, prefill_id, by=caller()))


def _filled(made: Prefill) -> dict[str, Any]:
    now, language = services().clock.now(), preferred_language()
    states = [answer.state_at(made.made_at, now) for answer in made.answers]
    values: dict[str, Any] = dict(made.own)
    for answer in made.answers:
        values |= answer.values
    return {
        "id": made.id,
        "service": made.service_key,
        "is_ready": AnswerState.asked not in states,
        "values": values,
        "expires_at": made.expires_at,
        "items": [
            {
                "evidence": answer.evidence,
                "register": answer.register,
                "operation": answer.operation,
                "purpose": answer.purpose,
                "legal_basis": answer.legal_basis,
                "state": str(state),
                "message": told(state, language),
                "keys": sorted(answer.fields),
                "fetched_at": answer.fetched_at,
                "is_reused": answer.is_reused,
            }
            for answer, state in zip(made.answers, states, strict=True)
        ],
    }
