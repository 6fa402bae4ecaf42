"""Passwords set by a code: of a new account, or when somebody forgot hers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.accounts import blueprint as accounts
from api.schemas.accounts import NewCodeSchema, NoBody, PasswordByCodeCommand
from api.session import blueprint as session
from api.wiring import services
from door.session import came, refuse_other_sites, who
from engine.casework.policy import Action

__all__ = ["accounts", "session"]


@accounts.operation(
    "POST",
    "/<key:account_id>/password-code",
    rule=Action.manage_passwords,
    summary="Let somebody set a new password",
    body=NoBody,
    answer=NewCodeSchema,
    status=201,
)
def make_code(_command: Mapping[str, Any], account_id: str) -> Any:
    """Make a code by which the account's owner sets her password, once, within a day; it takes the place of one before.

    Give it to her alone, after you saw who she is. Needs a fresh second factor (403, `step-up-needed`).
    """
    return services().password_codes.make(who(), account_id)


@session.operation(
    "POST",
    "/password",
    rule=Action.sign_in,
    summary="Set a password by a code",
    body=PasswordByCodeCommand,
    status=204,
)
def use_code(command: Mapping[str, Any]) -> Response:
    """Set the password of an account by the code that an operator gave its owner. Then sign in with it.

    All its sessions end. Wrong codes are counted like wrong passwords (401, then 429).
    """
    refuse_other_sites()
    services().password_codes.use(command["name"], command["code"], command["password"], came())
    return Response(status=204)
