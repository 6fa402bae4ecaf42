"""An attachment: a file somebody sends with an application or a task, from its first byte to its place in a case.

receiving --last piece--> quarantined | unscanned | refused
quarantined --scanned--> clean | infected

`refused` is what the file was not allowed to be. Only `clean` and `unscanned` content is ever given out. How content is
kept and told apart is `engine.files`; what a form asks for is `forms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.casework.actor import Actor
from engine.casework.job import Effect
from engine.casework.policy import Action, Thing, permit
from engine.errors import Refused


class AttachmentState(StrEnum):
    """Where an attachment stands."""

    receiving = "receiving"
    quarantined = "quarantined"
    """Whole, and waiting for the malware scanner."""
    clean = "clean"
    unscanned = "unscanned"
    """Whole, where no scanner is set up and the operator allows it."""
    infected = "infected"
    refused = "refused"
    """Of no kind that is taken, or dangerous."""


ATTACHMENT_MOVES: Final[Mapping[AttachmentState, frozenset[AttachmentState]]] = {
    AttachmentState.receiving: frozenset(
        {AttachmentState.quarantined, AttachmentState.unscanned, AttachmentState.refused}
    ),
    AttachmentState.quarantined: frozenset({AttachmentState.clean, AttachmentState.infected}),
    AttachmentState.clean: frozenset(),
    AttachmentState.unscanned: frozenset(),
    AttachmentState.infected: frozenset(),
    AttachmentState.refused: frozenset(),
}
"""From each state, the states it may go to."""

READABLE: Final = frozenset({AttachmentState.clean, AttachmentState.unscanned})
"""States in which the content is given out."""
USABLE: Final = READABLE | {AttachmentState.quarantined}
"""States in which a form may name it: nobody waits for the scanner, but nobody reads before it has looked."""
GONE: Final = frozenset({AttachmentState.infected, AttachmentState.refused})
"""States in which the content is not kept."""


class WrongOffset(Refused):
    """A piece does not begin where the last one ended."""

    code = "wrong-offset"

    def __init__(self, attachment: Attachment, offset: int) -> None:
        super().__init__(
            f"Expected a piece that begins at {attachment.received}, found one that begins at {offset}.",
            remedy="Ask with HEAD where to go on, and send from there.",
            offset=attachment.received,
        )


class NotReceiving(Refused):
    """The upload is over."""

    code = "upload-over"

    def __init__(self, attachment: Attachment) -> None:
        super().__init__(
            f"Expected an upload under way, but this attachment is {attachment.state}.",
            remedy="Begin another upload to send another file.",
            state=str(attachment.state),
        )


class NotReadable(Refused):
    """The content is not given out in this state."""

    code = "attachment-not-readable"

    def __init__(self, attachment: Attachment) -> None:
        remedies = {
            AttachmentState.receiving: "Send the rest first.",
            AttachmentState.quarantined: "Repeat in a moment: the malware scanner looks at it.",
        }
        super().__init__(
            f"The content cannot be had: the attachment is {attachment.state}.",
            remedy=remedies.get(attachment.state, "Ask for another file."),
            state=str(attachment.state),
        )


class AttachmentInUse(Refused):
    """The attachment belongs to a case, and stays there."""

    code = "attachment-in-use"

    def __init__(self) -> None:
        super().__init__(
            "The attachment belongs to an application and cannot be removed.",
            remedy="Withdraw the application, or send a correction when you are asked for one.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file of an applicant or clerk."""

    id: str
    owner: str
    """Account that sent it."""
    name: str
    """Cleaned; a label, never a path."""
    purpose: str = ""
    """What the sender says it is for."""
    length: int
    """How many bytes were announced."""
    received: int = 0
    """How many bytes are kept."""
    state: AttachmentState = AttachmentState.receiving
    kind: str | None = None
    """Told by its content: `pdf`; None until it is whole."""
    media_type: str | None = None
    sha256: str | None = None
    note: str | None = None
    """Why it was refused, or the name of the malware."""
    case_id: str | None = None
    """The case it belongs to; None until a form named it."""
    field: str | None = None
    """JSON pointer of the answer that named it."""
    created_at: datetime
    expires_at: datetime
    """Removed after that, unless it belongs to a case."""
    completed_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all bytes are kept."""
        return self.received == self.length

    @property
    def thing(self) -> Thing:
        """As the policy knows it, apart from the case it belongs to."""
        return Thing(kind="attachment", key=self.id, person=self.owner)

    def require_owned_by(self, actor: Actor) -> None:
        """Raises NotFound for all but who sent it."""
        permit(actor, Action.change_file, self.thing)

    def require_offset(self, offset: int) -> None:
        """Raises NotReceiving, WrongOffset."""
        if self.state is not AttachmentState.receiving:
            raise NotReceiving(self)
        if offset != self.received:
            raise WrongOffset(self, offset)

    def require_readable(self) -> str:
        """The hash of its content. Raises NotReadable."""
        if self.state not in READABLE or self.sha256 is None:
            raise NotReadable(self)
        return self.sha256

    def with_piece(self, size: int) -> Attachment:
        """With a piece more."""
        assert self.received + size <= self.length
        return replace(self, received=self.received + size)

    def lasting_until(self, moment: datetime) -> Attachment:
        """Kept until then, unless a form names it."""
        return replace(self, expires_at=moment)

    def completed(self, *, kind: str, media_type: str, sha256: str, is_to_be_scanned: bool, at: datetime) -> Attachment:
        """Whole, and of a kind that is taken."""
        state = AttachmentState.quarantined if is_to_be_scanned else AttachmentState.unscanned
        moved = self._moved_to(state)
        return replace(moved, kind=kind, media_type=media_type, sha256=sha256, completed_at=at)

    def refused(self, reason: str, at: datetime) -> Attachment:
        """Whole, and not to be taken."""
        return replace(self._moved_to(AttachmentState.refused), note=reason[:500], completed_at=at)

    def scanned(self, malware: str | None) -> Attachment:
        """After the scanner has looked; a second look at the same content changes nothing."""
        if self.state is not AttachmentState.quarantined:
            return self
        if malware is None:
            return self._moved_to(AttachmentState.clean)
        return replace(self._moved_to(AttachmentState.infected), note=malware[:200])

    def attached_to(self, case_id: str, field: str) -> Attachment:
        """As part of a case. A case keeps what it has: naming it again in the same case changes nothing."""
        return self if self.case_id == case_id else replace(self, case_id=case_id, field=field[:255])

    def _moved_to(self, state: AttachmentState) -> Attachment:
        if state not in ATTACHMENT_MOVES[self.state]:
            raise NotReceiving(self)
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentScanned(Effect):
    """The malware scanner has looked at an attachment."""

    attachment_id: str
    malware: str | None
    """Name of what was found; None when it is clean."""
