"""What a decision of the policy costs: every cell of its matrix, again and again, in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from engine.casework.policy.deciding import decide
from engine.casework.policy.matrix import STANDINGS, THINGS, rows

ROUNDS = 50
QUICK_ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFigures:
    """What was measured."""

    policy_us: float
    """Median of one decision about somebody, an action and a thing, in microseconds."""


def measure_policy(rounds: int = ROUNDS) -> PolicyFigures:
    """Measure each decision by itself, allowed and denied ones alike."""
    asked = [
        (standing.who, action, THINGS[thing])
        for action, thing, _ in rows()
        for standing in STANDINGS
        if standing.who is not None
    ]
    taken = []
    for _ in range(rounds):
        for who, action, thing in asked:
            began = time.perf_counter_ns()
            decide(who, action, thing)
            taken.append(time.perf_counter_ns() - began)
    return PolicyFigures(policy_us=median(taken) / 1_000)
