"""The life of an attachment: every pair of states, and what each allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.casework.attachment import (
    ATTACHMENT_MOVES,
    READABLE,
    Attachment,
    AttachmentState,
    NotReadable,
    NotReceiving,
    WrongOffset,
)
from engine.errors import NotFound
from tests.builders.a_task import NOW
from tests.builders.an_actor import an_actor


def an_attachment(**said: Any) -> Attachment:
    """Ten bytes of a PDF, announced."""
    values: dict[str, Any] = {
        "id": "a", "owner": "aysel", "name": "note.pdf", "length": 10, "created_at": NOW, "expires_at": NOW,
    }  # fmt: skip
    return Attachment(**{**values, **said})


def moved(attachment: Attachment, state: AttachmentState) -> Attachment:
    """As the domain moves it there."""
    if state in (AttachmentState.quarantined, AttachmentState.unscanned):
        scan = state is AttachmentState.quarantined
        return attachment.completed(kind="pdf", media_type="application/pdf", sha256="0", is_to_be_scanned=scan, at=NOW)
    if state is AttachmentState.refused:
        return attachment.refused("no", NOW)
    return attachment.scanned("Eicar" if state is AttachmentState.infected else None)


@pytest.mark.parametrize("to", list(AttachmentState)[1:])
@pytest.mark.parametrize("before", AttachmentState)
def test_it_moves_as_the_table_says(before: AttachmentState, to: AttachmentState) -> None:
    attachment = an_attachment(state=before)
    if to in ATTACHMENT_MOVES[before]:
        assert moved(attachment, to).state is to
    elif to in (AttachmentState.clean, AttachmentState.infected):
        assert moved(attachment, to) is attachment
    else:
        with pytest.raises(NotReceiving):
            moved(attachment, to)


@pytest.mark.parametrize("state", AttachmentState)
def test_only_what_was_found_harmless_is_read(state: AttachmentState) -> None:
    attachment = an_attachment(state=state, sha256="0" * 64)
    if state in READABLE:
        assert attachment.require_readable() == "0" * 64
    else:
        with pytest.raises(NotReadable):
            attachment.require_readable()


def test_a_piece_begins_where_the_last_one_ended() -> None:
    attachment = an_attachment().with_piece(4)

    attachment.require_offset(4)
    with pytest.raises(WrongOffset) as caught:
        attachment.require_offset(0)
    assert caught.value.facts["offset"] == 4


def test_it_belongs_to_one_case_and_to_who_sent_it() -> None:
    attachment = an_attachment().attached_to("case-1", "/certificate")

    assert attachment.attached_to("case-1", "/other") is attachment
    with pytest.raises(NotFound):
        replace(attachment, owner="somebody").require_owned_by(an_actor())
