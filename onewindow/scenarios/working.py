"""Does the work that is due in a running scenario, with the worker's own hands: one job after the other, no threads."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from engine.errors import Refused
from engine.jobs.hands import Hands
from onewindow.scenarios.stage import Stage

_LEASE: Final = timedelta(minutes=1)
MOST_JOBS: Final = 1_000
"""Jobs done at one moment; more means that something repeats without end."""


class EndlessWork(Refused):
    """Automatic work never came to rest."""

    code = "endless-work"


def work_off(stage: Stage) -> None:
    """Do all that is due now, and what becomes due by it. Raises EndlessWork."""
    hands = Hands(runtime=stage.runtime, registry=stage.registry, owner="scenario")
    done = 0
    while jobs := hands.take(1, _LEASE):
        for job in jobs:
            done += 1
            if done > MOST_JOBS:
                raise EndlessWork(f"More than {MOST_JOBS} jobs were due at one moment: does the model repeat itself?")
            hands.carry_out(job)
