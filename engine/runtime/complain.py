"""A person complains about a look at her data: a case with the data protection officer of the agency that looked.

It is an application for the service `access-complaint`, begun from the entry of the look. The case belongs to the
agency whose official looked; where nobody works there as data protection officer it stays with the authority that the
service names. The officer is shown who looked; the person is not.
"""

from __future__ import annotations

from typing import Final

from engine.casework.actor import Actor
from engine.casework.case import Case
from engine.casework.look_words import sentence_of, what_of
from engine.casework.passport import LANGUAGES
from engine.runtime.act import Act, transact
from engine.runtime.apply import apply_in
from engine.runtime.own_accesses import ground_of_row
from engine.runtime.wiring import Runtime
from engine.store.queries.accesses import access, agency_of, names_of

SERVICE_KEY: Final = "access-complaint"
OFFICER: Final = "dpo"
"""The role of data protection officers: their queue is `agency:dpo`."""


def complain(runtime: Runtime, access_id: str, complaint: str, *, by: Actor, language: str | None = None) -> Case:
    """Open a case about one look at the actor's data.

    Raises NotFound (no such look, or no such service deployed), DutyMissing (no citizen), Invalid (the complaint).
    """

    def change(act: Act) -> Case:
        row = access(act.work.reading, by.account, act.at, access_id)
        ground = ground_of_row(row)
        reader = names_of(act.work.reading, {row.actor}).get(row.actor, row.actor)
        agency = agency_of(row)
        has_officer = agency is not None and OFFICER in act.work.organisation.roles_in_use(agency)
        shown = {
            "id": row.id,
            "at": row.at,
            "sentence": sentence_of(row.kind, ground, LANGUAGES[0]),
            "what": what_of(row.kind, LANGUAGES[0]),
            "ground": str(ground),
            "reader": reader,
            "reader_account": row.actor,
            "case": row.case.number if row.case else None,
        }
        case = apply_in(
            act,
            SERVICE_KEY,
            {"complaint": complaint},
            language=language,
            agency=agency if has_officer else None,
            variables={"access": shown},
        )
        return case

    return transact(runtime, by, change)
