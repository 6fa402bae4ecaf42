"""Abandoned uploads are removed, and content that nothing holds is forgotten.

One shard of the storage is looked at in each round, chosen by the minute, so that a round stays short however much is
kept; all of it is looked at within 256 rounds. Safe to repeat, and from several workers at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from engine.files.storage import SHARDS
from engine.runtime.wiring import Runtime

_AT_ONCE: Final = 500


def collect_garbage(runtime: Runtime, shards: Iterable[str] | None = None) -> int:
    """Gives how many uploads and contents went. Raises Unavailable. `shards` are those of this minute without them."""
    now = runtime.clock.now()
    gone = runtime.database.run(lambda work: work.attachments.remove_expired(now))
    before = now - runtime.files.garbage_after
    for shard in [_of_minute(now)] if shards is None else shards:
        for some in _by_the_hundred(runtime.storage.older_than(before, shard)):
            with runtime.database.work() as work:
                needed = work.attachments.needed(some)
            for sha256 in some:
                # It may have been put again since it was listed: the storage looks once more.
                if sha256 not in needed and runtime.storage.delete(sha256, unless_put_after=before):
                    gone += 1
    return gone + runtime.storage.tidy(before)


def _of_minute(now: datetime) -> str:
    return SHARDS[int(now.timestamp() // 60) % len(SHARDS)]


def _by_the_hundred(hashes: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(hashes, _AT_ONCE)):
        yield some
