"""Seals over the journal, for anyone: whoever keeps them can show later that nothing before them was changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.operation import Noun
from api.schemas.seals import ConsistencyQuery, ConsistencySchema, SealQuery, SealSchema, SealsSchema
from api.wiring import services
from engine.casework.policy import Action
from engine.errors import Invalid, NotFound
from engine.store.queries import seals as queries

blueprint = Noun("seals", __name__, description="Signed roots over the journal: tamper-evidence for everybody.")


@blueprint.operation("GET", "", rule=Action.read_public, summary="List seals", query=SealQuery, answer=SealsSchema)
def list_seals(query: Mapping[str, Any]) -> Any:
    """The newest first. Keep one, and nobody can change what was in the journal then without your seal telling."""
    with services().read() as connection:
        found = queries.seals(connection, before=query["before"], most=query["limit"])
    return {"items": [one.to_json() for one in found]}


@blueprint.operation("GET", "/<int:number>", rule=Action.read_public, summary="Get a seal", answer=SealSchema)
def get_seal(number: int) -> Any:
    """One seal, as it was signed."""
    return _seal(number).to_json()


@blueprint.operation(
    "GET",
    "/<int:number>/consistency",
    rule=Action.read_public,
    summary="Prove that a seal goes on from an earlier one",
    query=ConsistencyQuery,
    answer=ConsistencySchema,
)
def prove_consistency(query: Mapping[str, Any], number: int) -> Any:
    """Nothing that the earlier seal held is missing or changed in the later one (RFC 9162, 2.1.4.2 checks it)."""
    earlier, later = _seal(query["since"]), _seal(number)
    if earlier.seal.number > later.seal.number:
        raise Invalid("The seal in `since` is the later one.", remedy="Swap the two.")
    with services().read() as connection:
        path = queries.consistency_of(connection, earlier, later)
    return {"earlier": earlier.to_json(), "later": later.to_json(), "path": [one.hex() for one in path]}


def _seal(number: int) -> Any:
    with services().read() as connection:
        found = queries.seal_of(connection, number) if number < 2**31 else None
    if found is None:
        raise NotFound.of("seal", str(number)[:20])
    return found
