"""The jobs that a worker has taken and not ended: which they are, and what places they leave."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from engine.casework.job import Job, JobKind


@dataclass(slots=True)
class InHand:
    """Safe to use from several threads."""

    _jobs: dict[str, Job] = field(default_factory=dict)
    _calls: dict[str, str] = field(default_factory=dict)
    """Calls under way: job and partner."""
    _change: threading.Condition = field(default_factory=threading.Condition)

    def take(self, job: Job) -> None:
        """A job begins."""
        with self._change:
            self._jobs[job.id] = job
            if job.kind is JobKind.service:
                self._calls[job.id] = job.partner

    def called(self, job_id: str) -> None:
        """A partner has answered; the end is still to be recorded."""
        with self._change:
            self._calls.pop(job_id, None)

    def drop(self, job_id: str) -> None:
        """A job has ended, or was handed back."""
        with self._change:
            self._jobs.pop(job_id, None)
            self._calls.pop(job_id, None)
            self._change.notify_all()

    def holds(self, job_id: str) -> bool:
        """Whether a job is in hand."""
        with self._change:
            return job_id in self._jobs

    def ids(self) -> list[str]:
        """All of them, the first taken first."""
        with self._change:
            return list(self._jobs)

    def own(self) -> int:
        """How many are the engine's own."""
        with self._change:
            return sum(job.kind is not JobKind.service for job in self._jobs.values())

    def calls(self) -> Counter[str]:
        """Calls under way, by partner."""
        with self._change:
            return Counter(self._calls.values())

    def wait_until_empty(self, seconds: float) -> bool:
        """Whether all ended within the time."""
        with self._change:
            return self._change.wait_for(lambda: not self._jobs, seconds)
