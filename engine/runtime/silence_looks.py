"""An authority silences looks of an investigation for a time, lifts that again, and reads what is silenced.

Only members of the queue that the operator named may, with a second factor proved just now: no token, no deputy. The
journal says who did what and when, in the chain `silences`; it does not say whose data it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.casework.actor import Actor
from engine.casework.silence import Silence, check_silence
from engine.casework.step_up import require_second_factor
from engine.errors import Forbidden, Invalid, Place
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime
from engine.store.queries.accesses import SilencedLook, silenced_looks, silences_page
from engine.store.queries.paging import Page

CHAIN: Final = "silences"


class NotSilenceAuthority(Forbidden):
    """Only the authority that the operator named may silence looks."""

    code = "not-silence-authority"

    def __init__(self) -> None:
        super().__init__(
            "Only the authority that is named for it may silence looks at personal data.",
            remedy="Ask the authority; operators name it with ONEWINDOW_SILENCE_AUTHORITY.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSilence:
    """Which looks are to be silenced, until when and by which law."""

    person: str
    readers: Sequence[str]
    until_at: datetime
    legal_basis: str
    reference: str
    case_id: str | None = None
    from_at: datetime | None = None
    """Looks from then on; None from now on."""


def silence_looks(runtime: Runtime, wanted: WantedSilence, *, by: Actor) -> Silence:
    """Silence looks. Raises NotSilenceAuthority, StepUpNeeded, NotFound (no such person), Invalid with places."""

    def change(act: Act) -> Silence:
        _require_authority(act, "silence looks")
        act.work.accounts.actor(wanted.person)
        if wanted.case_id is not None and act.work.cases.applicant_of(wanted.case_id) != wanted.person:
            raise Invalid(
                "The case is not one of this person.",
                places=[Place("/case_id", "Expected a case of the person.", "other-person")],
                remedy="Correct the case, or leave it out for all data of the person.",
            )
        made = Silence(
            id=new_key(),
            person=wanted.person,
            readers=tuple(sorted(set(wanted.readers))),
            case_id=wanted.case_id,
            from_at=wanted.from_at or act.at,
            until_at=wanted.until_at,
            legal_basis=wanted.legal_basis.strip(),
            reference=wanted.reference.strip(),
            placed_by=by.account,
            placed_at=act.at,
        )
        check_silence(made, runtime.transparency.longest_silence)
        act.work.silences.add(made)
        act.journal(CHAIN, "silence.placed", made.id, until=made.until_at.isoformat(), readers=len(made.readers))
        return made

    return transact(runtime, by, change)


def lift_silence(runtime: Runtime, silence_id: str, reason: str, *, by: Actor) -> Silence:
    """End a silence before its time. Raises NotSilenceAuthority, StepUpNeeded, NotFound, SilenceEnded, Invalid."""

    def change(act: Act) -> Silence:
        _require_authority(act, "lift a seal of silence")
        if not reason.strip():
            raise Invalid(
                "A seal of silence is lifted for a reason.",
                places=[Place("/reason", "Expected a reason.", "missing")],
                remedy="Say why; the person reads it.",
            )
        lifted = act.work.silences.lock(silence_id).lifted(by.account, act.at, reason.strip())
        act.work.silences.lift(lifted)
        act.journal(CHAIN, "silence.lifted", lifted.id)
        return lifted

    return transact(runtime, by, change)


def read_silences(runtime: Runtime, *, by: Actor, limit: int = 25, cursor: str | None = None) -> Page[Silence]:
    """All silences, the newest first; that is noted. Raises NotSilenceAuthority, StepUpNeeded, CursorUnknown."""

    def change(act: Act) -> Page[Silence]:
        _require_authority(act, "read what is silenced")
        page = silences_page(act.work.reading, limit=limit, cursor=cursor)
        for one in page.items:
            act.journal(CHAIN, "silence.read", one.id, origin=by.origin)
        return page

    return transact(runtime, by, change)


def read_silenced(
    runtime: Runtime, silence_id: str, *, by: Actor, limit: int = 25, cursor: str | None = None
) -> Page[SilencedLook]:
    """The looks that a silence is about, the newest first; that is noted.

    Raises NotSilenceAuthority, StepUpNeeded, NotFound, CursorUnknown.
    """

    def change(act: Act) -> Page[SilencedLook]:
        _require_authority(act, "read what is silenced")
        silence = act.work.silences.lock(silence_id)
        page = silenced_looks(act.work.reading, silence, limit=limit, cursor=cursor)
        act.journal(CHAIN, "silence.looks-read", silence.id, origin=by.origin)
        return page

    return transact(runtime, by, change)


def _require_authority(act: Act, what: str) -> None:
    authority = act.runtime.transparency.silence_authority
    if authority is None or not act.by.works_in(authority):
        raise NotSilenceAuthority
    require_second_factor(act.by, act.at, what)
