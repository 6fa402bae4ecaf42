"""Content of erased cases is forgotten by the storage of files, once the transaction that erased them is committed.

What to forget is kept in the database until it is gone, so that a kill or a storage that is away loses nothing. Content
that another case holds too stays; content that was put lately stays for a while, for somebody may be about to keep a
row of it, as with the collection of garbage.
"""

from __future__ import annotations

from typing import Final

from engine.files.storage import StorageAway
from engine.runtime.wiring import Runtime

_MOST: Final = 500


def forget_content(runtime: Runtime) -> int:
    """Gives how many contents the storage forgot. Raises Unavailable, but not for a storage that is away."""
    now, gone = runtime.clock.now(), 0
    before = now - runtime.files.garbage_after
    while True:
        with runtime.database.work() as work:
            hashes = work.records.content_to_go(now, _MOST)
            needed = work.attachments.needed(hashes)
        if not hashes:
            return gone
        done: list[str] = list(needed)
        left: list[str] = []
        for sha256 in hashes:
            if sha256 in needed:
                continue
            try:
                is_gone = runtime.storage.delete(sha256, unless_put_after=before) or not runtime.storage.exists(sha256)
            except StorageAway:
                is_gone = False
            (done if is_gone else left).append(sha256)
            gone += is_gone
        with runtime.database.work() as work:
            work.records.content_is_gone(done)
            work.records.try_content_again(left, now + runtime.files.garbage_after / 24)
