"""Records ends of jobs, several in one transaction: what came in while the last one was written goes into the next.

With little to do each end is recorded alone and at once; with much, a statement serves many. A job that was taken
before is always recorded alone: if it was what killed the worker, it shall take no other with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

from engine.casework.job import Job
from engine.errors import Unavailable
from engine.jobs.hands import Hands
from engine.runtime.finish_many import Ending

MOST_TOGETHER: Final = 32


class Recorder:
    """One thread that writes."""

    def __init__(self, hands: Hands, done: Callable[[Job, bool], None]) -> None:
        """`done` is told of each job when its end is kept, or with False when the database did not answer."""
        self._hands = hands
        self._done = done
        self._queue: SimpleQueue[tuple[Job, Ending] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, job: Job, ending: Ending) -> None:
        """Have an end recorded."""
        self._queue.put((job, ending))

    @property
    def backlog(self) -> int:
        """How many ends wait."""
        return self._queue.qsize()

    def end(self) -> None:
        """Write what is there, then no more."""
        self._queue.put(None)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, is_over = [first], False
            while len(batch) < MOST_TOGETHER and not is_over:
                try:
                    more = self._queue.get_nowait()
                except Empty:
                    break
                if more is None:
                    is_over = True
                else:
                    batch.append(more)
            self._record(batch)
            if is_over:
                return

    def _record(self, batch: list[tuple[Job, Ending]]) -> None:
        together = {job.id: (job, ending) for job, ending in batch if job.attempts <= 1}
        alone = [(job, ending) for job, ending in batch if job.attempts > 1]
        if len(together) > 1:
            try:
                left = {ending.job_id for ending in self._hands.record_many([end for _, end in together.values()])}
            except Unavailable:
                for job, _ in together.values():
                    self._done(job, False)
                together, left = {}, set()
            for job_id, (job, ending) in together.items():
                if job_id in left:
                    alone.append((job, ending))
                else:
                    self._done(job, True)
        else:
            alone += together.values()
        for job, ending in alone:
            try:
                self._hands.record(job, ending)
                self._done(job, True)
            except Unavailable:
                self._done(job, False)
