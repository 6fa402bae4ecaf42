"""Somebody announces a file: its name, its length, and what it is for. Its pieces come with `receive_piece`."""

from __future__ import annotations

from typing import Final

from engine.casework.actor import Actor
from engine.casework.attachment import Attachment
from engine.errors import Invalid, Place, Refused
from engine.files.kinds import KINDS, KindRefused
from engine.files.names import clean_name, ending_of
from engine.files.storage import ContentTooLarge
from engine.identity import new_key
from engine.runtime.act import Act, transact
from engine.runtime.wiring import FileRules, Runtime

UPLOADS: Final = "uploads"
"""The journal's chain of what happens to files before they belong to a case."""


class TooManyUploads(Refused):
    """The account has sent much that belongs to no application."""

    code = "too-many-uploads"


class ScannerNeeded(Refused):
    """Files are taken only where they can be scanned, and no scanner is set up."""

    code = "scanner-needed"


def begin_upload(runtime: Runtime, name: str, length: int, purpose: str = "", *, by: Actor) -> Attachment:
    """Announce a file.

    Raises ContentTooLarge, KindRefused (no kind that is taken has this ending), Invalid, TooManyUploads, ScannerNeeded.
    """
    rules, cleaned = runtime.files, clean_name(name)
    _check(rules, cleaned, length)

    def change(act: Act) -> Attachment:
        count, size = act.work.attachments.under_way(by.account)
        if count >= rules.most_loose or size + length > rules.most_loose_bytes:
            raise TooManyUploads(
                f"Expected at most {rules.most_loose} files of {rules.most_loose_bytes:,} bytes in all that belong to "
                "no application.",
                remedy="Remove some of them, or name them in an application.",
            )
        made = Attachment(
            id=new_key(),
            owner=by.account,
            name=cleaned,
            purpose=purpose,
            length=length,
            created_at=act.at,
            expires_at=act.at + rules.life,
        )
        act.work.attachments.add(made)
        return made

    return transact(runtime, by, change)


def _check(rules: FileRules, name: str, length: int) -> None:
    if not rules.is_scanned and not rules.unscanned_is_taken:
        raise ScannerNeeded(
            "Files cannot be taken: they must be scanned, and no malware scanner is set up.",
            remedy="An operator sets ONEWINDOW_CLAMD.",
        )
    if length < 1:
        raise Invalid(
            "The file is empty.",
            places=[Place("/length", "Expected at least 1 byte.", "too-small")],
            remedy="Choose another file.",
        )
    if length > rules.most_bytes:
        raise ContentTooLarge(rules.most_bytes)
    endings = sorted(ending for kind in rules.kinds for ending in KINDS[kind].endings)
    if ending_of(name) not in endings:
        raise KindRefused(
            f"Files whose name ends in {ending_of(name) or 'nothing'!r:.20} are not taken.",
            remedy=f"Send a file that ends in {', '.join(endings)}.",
        )
