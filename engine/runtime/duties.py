"""Which duty an act needs that is about no single thing of an actor's own. Rules about one task or case stand there."""

from __future__ import annotations

from engine.casework.actor import Actor, DutyMissing


def require_analyst(by: Actor, act: str) -> None:
    """Analysts, and Onewindow itself at its start. Raises DutyMissing."""
    if not (by.analyst or by.account == "system"):
        raise DutyMissing("analyst", act)


def require_operator(by: Actor, act: str) -> None:
    """Raises DutyMissing."""
    if not by.operator:
        raise DutyMissing("operator", act)


def require_engineer(by: Actor, act: str) -> None:
    """Analysts and operators: who looks after models and what runs of them. Raises DutyMissing."""
    if not (by.analyst or by.operator):
        raise DutyMissing("analyst or operator", act)


def require_official(by: Actor, act: str) -> None:
    """Everyone with a duty beyond being a citizen. Raises DutyMissing."""
    if not (by.analyst or by.operator or by.queues or by.stands_in or by.supervises):
        raise DutyMissing("official", act)
