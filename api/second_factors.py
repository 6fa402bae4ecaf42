"""The caller's second factors: authenticator apps, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.me import blueprint
from api.schemas.accounts import (
    AddedFactorSchema,
    AppCommand,
    CeremonySchema,
    CodeCommand,
    FactorsSchema,
    NewAppSchema,
    NoBody,
    PasskeyCommand,
    RecoveryCodesSchema,
)
from api.session import answer_with_session
from api.wiring import services
from door.access import caller
from door.session import who
from door.sign_in import AddedFactor
from engine.casework.policy import Action
from engine.store.queries import credentials as queries

__all__ = ["blueprint"]


@blueprint.operation(
    "GET", "/second-factors", rule=Action.prove_factor, summary="List own second factors", answer=FactorsSchema
)
def list_factors() -> Any:
    """The caller's second factors, and how many recovery codes are left."""
    account = caller().account
    with services().read() as connection:
        return {
            "items": queries.factors_of(connection, account),
            "recovery_codes_left": queries.recovery_codes_left(connection, account),
        }


@blueprint.operation(
    "POST",
    "/second-factors/app",
    rule=Action.prove_factor,
    summary="Begin to add an authenticator app",
    body=AppCommand,
    answer=NewAppSchema,
    status=201,
)
def begin_app(command: Mapping[str, Any]) -> Any:
    """A secret for an authenticator app (TOTP, RFC 6238), shown this once; show `uri` as a QR code.

    It counts once a code of it is confirmed. The first factor needs a sign-in of the last ten minutes, each further one
    a second factor proved in them (403, `step-up-needed`).
    """
    return services().factors.begin_app(who(), command["name"])


@blueprint.operation(
    "POST",
    "/second-factors/app/<key:factor_id>/confirm",
    rule=Action.prove_factor,
    summary="Confirm an authenticator app",
    body=CodeCommand,
    answer=AddedFactorSchema,
    status=201,
)
def confirm_app(command: Mapping[str, Any], factor_id: str) -> Response:
    """Show a code of the new app. It is a proof too: the session is whole then, with a new cookie.

    With the first factor come recovery codes, shown this once: each stands in for a lost factor, once.
    """
    return _added(services().factors.confirm_app(who(), factor_id, command["code"]))


@blueprint.operation(
    "POST",
    "/second-factors/passkey/options",
    rule=Action.prove_factor,
    summary="Begin to add a passkey",
    body=NoBody,
    answer=CeremonySchema,
)
def begin_passkey(_command: Mapping[str, Any]) -> Any:
    """What to give to `navigator.credentials.create`. The challenge is good once, for five minutes."""
    return services().factors.begin_passkey(who())


@blueprint.operation(
    "POST",
    "/second-factors/passkey",
    rule=Action.prove_factor,
    summary="Add a passkey",
    body=PasskeyCommand,
    answer=AddedFactorSchema,
    status=201,
)
def add_passkey(command: Mapping[str, Any]) -> Response:
    """Keep the passkey that the browser made. It is a proof too, and brings recovery codes as an app does."""
    added = services().factors.add_passkey(who(), command["challenge"], command["name"], command["credential"])
    return _added(added)


@blueprint.operation(
    "DELETE",
    "/second-factors/<key:factor_id>",
    rule=Action.keep_own_account,
    summary="Remove a second factor",
    status=204,
)
def remove_factor(factor_id: str) -> Response:
    """Remove a factor, such as of a lost phone. An official keeps one at least (409)."""
    services().factors.remove(who(), factor_id)
    return Response(status=204)


@blueprint.operation(
    "POST",
    "/recovery-codes",
    rule=Action.keep_own_account,
    summary="Make new recovery codes",
    body=NoBody,
    answer=RecoveryCodesSchema,
    status=201,
)
def make_recovery_codes(_command: Mapping[str, Any]) -> Any:
    """Ten codes in place of those before, shown this once."""
    return {"recovery_codes": services().factors.new_recovery_codes(who())}


def _added(added: AddedFactor) -> Response:
    more = {"id": added.id, "recovery_codes": list(added.recovery_codes)}
    return answer_with_session(added.signed_in, more, 201)
