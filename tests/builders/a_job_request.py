"""Work for a connector: `a_job_request(headers={...})`."""

from __future__ import annotations

from typing import Any

from engine.connectors.contract import JobRequest


def a_job_request(**said: Any) -> JobRequest:
    """A first attempt of a job without settings or variables."""
    return JobRequest(
        **{
            "job_id": "01jb0000000000000000000001",
            "idempotency_key": "01jb0000000000000000000001",
            "request_id": "01jb0000000000000000000001.1",
            "case_number": "AZ-2026-000123-7",
            **said,
        }
    )
