"""Seals of silence: an authority keeps looks of an investigation from the person for a time, by law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.idempotency import carry_out
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.silences import LiftCommand, SilenceCommand, SilencedLookPage, SilencePage, SilenceSchema
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.silence_looks import WantedSilence, lift_silence, read_silenced, read_silences, silence_looks

blueprint = Noun("silences", __name__, description="Looks of an investigation, kept from the person for a time by law.")


@blueprint.operation(
    "GET", "", rule=Action.keep_silences, summary="List seals of silence", query=PageQuery, answer=SilencePage
)
def list_silences(query: Mapping[str, Any]) -> Any:
    """All of them, the newest first, for members of the authority with a fresh second factor; reading is journaled."""
    return read_silences(services().runtime, by=caller(), **query)


@blueprint.operation(
    "POST",
    "",
    rule=Action.keep_silences,
    summary="Silence looks",
    body=SilenceCommand,
    answer=SilenceSchema,
    status=201,
    idempotent=True,
)
def place(command: Mapping[str, Any]) -> Response:
    """Keep looks of some accounts at a person's data from that person until a day, by law.

    For members of the authority that the operator named (403, `not-silence-authority`), with a second factor proved in
    the last ten minutes. When it ends the person reads those looks, with law and reference.
    """
    return carry_out(
        lambda runtime: silence_looks(runtime, WantedSilence(**command), by=caller()), SilenceSchema, status=201
    )


@blueprint.operation(
    "POST",
    "/<key:silence_id>/lift",
    rule=Action.keep_silences,
    summary="Lift a seal of silence",
    body=LiftCommand,
    answer=SilenceSchema,
    idempotent=True,
)
def lift(command: Mapping[str, Any], silence_id: str) -> Response:
    """End it before its time: the person reads the looks at once, and the reason."""
    return carry_out(lambda runtime: lift_silence(runtime, silence_id, command["reason"], by=caller()), SilenceSchema)


@blueprint.operation(
    "GET",
    "/<key:silence_id>/looks",
    rule=Action.keep_silences,
    summary="List looks that are silenced",
    query=PageQuery,
    answer=SilencedLookPage,
)
def list_looks(query: Mapping[str, Any], silence_id: str) -> Any:
    """What is kept from the person, the newest first; the same conditions hold, and reading is journaled."""
    return read_silenced(services().runtime, silence_id, by=caller(), **query)
