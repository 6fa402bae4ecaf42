"""Builds jobs and incidents for tests."""

from __future__ import annotations

from typing import Any

from engine.casework.job import Incident, Job, JobKind
from engine.identity import new_key
from tests.builders.a_task import NOW


def a_job(kind: JobKind = JobKind.service, **said: Any) -> Job:
    """A job that is due and waits to be taken."""
    values: dict[str, Any] = {"id": new_key(), "kind": kind, "type": "demo", "due_at": NOW, "created_at": NOW}
    return Job(**{**values, **said})


def an_incident(**said: Any) -> Incident:
    """An open incident of an instance."""
    values: dict[str, Any] = {
        "id": new_key(),
        "instance_id": new_key(),
        "wait": 1,
        "element_id": "ask-register",
        "code": "register-down",
        "message": "The register did not answer.",
        "created_at": NOW,
    }
    return Incident(**{**values, **said})
