"""The files that a form names become part of the case, in the transaction of the answers.

A file must be the sender's own, whole and of a kind the form takes; one that belongs to the same case already may be
named again, by whoever corrects the form.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.casework.attachment import USABLE, Attachment
from engine.casework.case import Case
from engine.errors import Invalid, Place
from engine.files.kinds import KINDS
from engine.runtime.act import Act
from engine.runtime.ports import NamedFiles


class FilesRefused(Invalid):
    """Answers name files that cannot be taken."""

    code = "files-refused"


def attach_files(act: Act, named: Iterable[NamedFiles], case: Case | None, chain: str) -> None:
    """Bind the files to the case, and note it in the journal `chain`. Raises FilesRefused with every place."""
    asked = list(named)
    if not asked:
        return
    known = act.work.attachments.lock_many({key for one in asked for key in one.keys})
    places = [place for one in asked for place in _faults(act, one, known, case)]
    if places:
        raise FilesRefused(
            f"{len(places)} file{'s' * (len(places) != 1)} cannot be taken: {places[0].message}",
            places=places,
            remedy="Send the files named first, then the form again; nothing was changed.",
        )
    assert case is not None  # else every file was a fault
    for one in asked:
        for key in one.keys:
            attachment = known[key]
            if attachment.case_id is None:
                act.work.attachments.save(attachment.attached_to(case.id, one.path))
                act.journal(chain, "attachment.added", key, field=one.path, hash=attachment.sha256)
                known[key] = attachment.attached_to(case.id, one.path)


def _faults(act: Act, one: NamedFiles, known: dict[str, Attachment], case: Case | None) -> Iterable[Place]:
    for number, key in enumerate(one.keys):
        place = f"/answers{one.path}/{number}"
        attachment = known.get(key)
        is_of_case = attachment is not None and case is not None and attachment.case_id == case.id
        is_own = attachment is not None and attachment.case_id is None and attachment.owner == act.by.account
        if case is None:
            yield Place(place, "Files belong to applications; there is none here.", "no-application")
        elif attachment is None or not (is_own or is_of_case):
            yield Place(place, "There is no such file of yours.", "unknown-file")
        elif attachment.state not in USABLE:
            yield Place(place, f"The file is {attachment.state}.", f"file-{attachment.state}")
        elif one.accept and not _is_accepted(attachment, one.accept):
            yield Place(place, f"Expected one of {', '.join(one.accept)}; it is {attachment.kind}.", "kind-refused")


def _is_accepted(attachment: Attachment, accept: tuple[str, ...]) -> bool:
    kind = KINDS.get(attachment.kind or "")
    if kind is None:
        return False
    family = kind.media_type.partition("/")[0] + "/*"
    return bool({kind.media_type, family, *kind.endings} & set(accept))
