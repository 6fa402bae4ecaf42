"""Consents: what the caller allows registers to be asked, where the law wants it said; and taken back at any time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.schemas.prefill import ConsentCommand, ConsentQuery, ConsentSchema, ConsentsSchema, WithdrawConsentCommand
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.consents import asked_consents, give_consent, withdraw_consent

blueprint = Noun("consents", __name__, description="What the caller allows registers to be asked.")


@blueprint.operation(
    "GET",
    "",
    rule=Action.keep_consent,
    summary="List the consents of a service",
    query=ConsentQuery,
    answer=ConsentsSchema,
)
def list_asked(query: Mapping[str, Any]) -> Any:
    """Each consent that a service asks for: its text and version, and when the caller gave it or took it back."""
    found = asked_consents(services().runtime, query["service"], by=caller())
    return {
        "items": [
            {
                "service_key": one.service_key,
                "evidence": one.wanted.key,
                "title": one.wanted.title,
                "register": one.wanted.register,
                "purpose": one.wanted.purpose,
                "text": one.wanted.consent.text if one.wanted.consent else {},
                "legal_basis": one.wanted.consent.legal_basis if one.wanted.consent else "",
                "version": one.wanted.consent.version if one.wanted.consent else "",
                "id": one.given.id if one.given else None,
                "given_at": one.given.given_at if one.given else None,
                "withdrawn_at": one.given.withdrawn_at if one.given else None,
                "holds": one.holds,
            }
            for one in found
        ]
    }


@blueprint.operation(
    "POST",
    "",
    rule=Action.keep_consent,
    summary="Consent to a look-up",
    body=ConsentCommand,
    answer=ConsentSchema,
    status=201,
    idempotent=True,
)
def give(command: Mapping[str, Any]) -> Response:
    """Allow a register to be asked for a service, in the words of the version that was shown (422 for another one)."""
    return carry_out(
        lambda runtime: give_consent(runtime, command["service"], command["evidence"], command["version"], by=caller()),
        ConsentSchema,
        status=201,
    )


@blueprint.operation(
    "POST",
    "/<key:consent_id>/withdraw",
    rule=Action.keep_consent,
    summary="Take a consent back",
    body=WithdrawConsentCommand,
    answer=ConsentSchema,
    idempotent=True,
)
def withdraw(command: Mapping[str, Any], consent_id: str) -> Response:
    """No look-up is made after that; somebody else stands in, as the service says."""
    del command
    return carry_out(lambda runtime: withdraw_consent(runtime, consent_id, by=caller()), ConsentSchema)
