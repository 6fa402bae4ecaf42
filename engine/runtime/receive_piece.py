"""A piece of a file comes in, at the place where the last one ended; with the last piece the file is looked at.

The bytes are kept before the transaction that counts them: a server that dies in between leaves garbage that is
collected, and the sender asks where to go on (the protocol follows tus 1.0, "Core").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

from engine.casework.actor import Actor
from engine.casework.attachment import Attachment
from engine.errors import Invalid
from engine.files.kinds import FileDangerous, FileKind, KindRefused, kind_of
from engine.files.storage import ContentTooLarge, chunks_of
from engine.runtime.act import Act, transact
from engine.runtime.begin_upload import UPLOADS
from engine.runtime.scan_jobs import let_scan
from engine.runtime.wiring import Runtime


def receive_piece(
    runtime: Runtime, attachment_id: str, offset: int, chunks: Iterable[bytes], *, by: Actor
) -> Attachment:
    """Keep a piece; with the last one the file becomes whole and its kind is told by its content.

    An empty piece at the end looks at a file whose server died after the last one. Raises NotFound, NotReceiving,
    WrongOffset, ContentTooLarge, StorageFull, StorageAway, KindRefused, FileDangerous.
    """
    before = _look(runtime, attachment_id, by)
    before.require_offset(offset)
    room = min(before.length - before.received, runtime.files.most_piece_bytes)
    first = iter(chunks)
    begun = next((chunk for chunk in first if chunk), None)
    if begun is not None:
        before = _keep(runtime, before, _joined(begun, first), room, by)
    return _finished(runtime, before, by) if before.is_whole else before


def _look(runtime: Runtime, attachment_id: str, by: Actor) -> Attachment:
    def change(act: Act) -> Attachment:
        found = act.work.attachments.lock(attachment_id)
        found.require_owned_by(by)
        return found

    return transact(runtime, by, change)


def _keep(runtime: Runtime, before: Attachment, chunks: Iterable[bytes], room: int, by: Actor) -> Attachment:
    if room < 1:
        raise ContentTooLarge(before.length)
    kept = runtime.storage.put(chunks, at_most=room)

    def change(act: Act) -> Attachment:
        found = act.work.attachments.lock(before.id)
        found.require_offset(before.received)  # of two who sent the same piece at once, one is told
        longer = found.with_piece(kept.size).lasting_until(act.at + runtime.files.life)
        act.work.attachments.add_piece(found.id, found.received, kept.size, kept.sha256)
        act.work.attachments.save(longer)
        return longer

    return transact(runtime, by, change)


def _finished(runtime: Runtime, before: Attachment, by: Actor) -> Attachment:
    """The whole file, put together and looked at; what is not to be taken is refused, and so recorded."""
    sha256 = _whole(runtime, before, by)
    try:
        with closing(runtime.storage.open(sha256)) as content:
            kind = kind_of(content, before.name, runtime.files.kinds, runtime.files.bounds)
    except (KindRefused, FileDangerous) as refused:
        _record(runtime, before, by, None, sha256, refused)
        raise
    return _record(runtime, before, by, kind, sha256, None)


def _whole(runtime: Runtime, before: Attachment, by: Actor) -> str:
    """The hash of all pieces in a row; a file of one piece is that piece."""
    pieces = transact(runtime, by, lambda act: act.work.attachments.pieces(before.id))
    if len(pieces) == 1:
        return pieces[0]

    def joined() -> Iterator[bytes]:
        for piece in pieces:
            with closing(runtime.storage.open(piece)) as content:
                yield from chunks_of(content)

    return runtime.storage.put(joined(), at_most=before.length).sha256


def _record(
    runtime: Runtime, before: Attachment, by: Actor, kind: FileKind | None, sha256: str, refused: Invalid | None
) -> Attachment:
    def change(act: Act) -> Attachment:
        found = act.work.attachments.lock(before.id)
        found.require_offset(before.received)
        if kind is None:
            now = found.refused(refused.message if refused else "", act.at)
        else:
            now = found.completed(
                kind=kind.name,
                media_type=kind.media_type,
                sha256=sha256,
                is_to_be_scanned=runtime.files.is_scanned,
                at=act.at,
            )
        act.work.attachments.save(now)
        act.work.attachments.drop_pieces(now.id)
        act.journal(UPLOADS, f"attachment.{now.state}", now.id, kind=now.kind, hash=now.sha256)
        if runtime.files.is_scanned and kind is not None:
            let_scan(act, now)
        return now

    return transact(runtime, by, change)


def _joined(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
