"""What the journal says besides, of an act that somebody does for another: `acting_for`, the other's account."""

from __future__ import annotations

from engine.casework.task import Task


def acting(task: Task) -> dict[str, str]:
    """For whom the holder of a task acts; nothing when she acts for herself."""
    return {"acting_for": task.acted_for} if task.acted_for is not None else {}
