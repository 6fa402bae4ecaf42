"""Builds tasks for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.casework.task import Task
from engine.identity import QueueName, new_key
from tests.builders.an_actor import QUEUE

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def a_task(queue: str | None = QUEUE, **said: Any) -> Task:
    """An open task of a queue that nobody holds."""
    values: dict[str, Any] = {
        "instance_id": new_key(),
        "wait": 1,
        "element_id": "check",
        "name": "Check the application",
        "queue": QueueName.parse(queue) if queue else None,
        "created_at": NOW,
    }
    return Task(**{**values, **said})
