"""Jobs: fetched and finished by external workers, watched by operators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response

from api.idempotency import carry_out, no_content
from api.operation import Noun
from api.paging import PageQuery
from api.schemas.jobs import (
    ExchangePage,
    ExtendedSchema,
    FetchCommand,
    FetchedSchema,
    JobCompleteCommand,
    JobErrorCommand,
    JobExtendCommand,
    JobFailCommand,
    JobFailedSchema,
    JobPage,
    JobQuery,
    JobReleaseCommand,
)
from api.wiring import services
from door.access import caller
from engine.casework.policy import Action
from engine.runtime.external_jobs import extend_lease, fetch_jobs, release_job
from engine.runtime.finish_job import complete_job, fail_job, throw_error
from engine.store.queries import jobs as queries
from engine.store.queries.exchanges import exchange_page
from engine.store.queries.external_jobs import is_any_due

blueprint = Noun("jobs", __name__, description="Automatic work: timers and calls; external workers fetch theirs.")


@blueprint.operation("GET", "", rule=Action.repair_jobs, summary="List jobs", query=JobQuery, answer=JobPage)
def list_jobs(query: Mapping[str, Any]) -> Any:
    """Jobs, the newest first, by procedure, connector, partner, state or what their last error says."""
    with services().read() as connection:
        return queries.job_page(connection, **query)


@blueprint.operation(
    "GET",
    "/<key:job_id>/exchanges",
    rule=Action.repair_jobs,
    summary="See what a partner was asked",
    query=PageQuery,
    answer=ExchangePage,
)
def list_exchanges(query: Mapping[str, Any], job_id: str) -> Any:
    """Requests and answers of attempts that failed, the last first: their form, without secrets and personal data."""
    with services().read() as connection:
        return exchange_page(connection, job_id, **query)


@blueprint.operation(
    "POST",
    "/fetch",
    rule=Action.repair_jobs,
    summary="Fetch jobs",
    body=FetchCommand,
    request_example={"worker": "printer-1", "type": "print-card", "most": 10, "lease_seconds": 60, "wait_seconds": 20},
    answer=FetchedSchema,
    idempotent=True,
)
def fetch(command: Mapping[str, Any]) -> Response:
    """Take jobs of some types for the time of a lease, and wait for them for a while when there are none.

    A job whose lease passes is given to another worker.
    """
    types = tuple(command["types"] or (command["type"],))
    wired = services()

    def is_any() -> bool:
        with wired.read() as connection:
            return is_any_due(connection, types, wired.clock.now())

    wired.long_polls.wait_until(is_any, command["wait_seconds"])
    return carry_out(
        lambda runtime: fetch_jobs(
            runtime,
            types,
            worker=command["worker"],
            by=caller(),
            at_most=command["most"],
            lease_seconds=command["lease_seconds"],
        ),
        FetchedSchema,
        view=lambda jobs: {"items": jobs},
    )


@blueprint.operation(
    "POST",
    "/<key:job_id>/complete",
    rule=Action.repair_jobs,
    summary="Complete a job",
    body=JobCompleteCommand,
    status=204,
    idempotent=True,
)
def complete(command: Mapping[str, Any], job_id: str) -> Response:
    """The work is done. After the lease has passed to another worker this is 409."""
    return no_content(
        lambda runtime: complete_job(runtime, job_id, command["variables"], owner=command["worker"], by=caller())
    )


@blueprint.operation(
    "POST",
    "/<key:job_id>/fail",
    rule=Action.repair_jobs,
    summary="Fail a job",
    body=JobFailCommand,
    answer=JobFailedSchema,
    idempotent=True,
)
def fail(command: Mapping[str, Any], job_id: str) -> Response:
    """The work failed: it is tried again later, or becomes an incident; with `error_code` the model may catch it."""
    code, wait = command["error_code"], command["retry_after_seconds"]
    if code is not None:
        return carry_out(
            lambda runtime: throw_error(
                runtime, job_id, code, command["message"], {}, owner=command["worker"], by=caller()
            ),
            JobFailedSchema,
            view=lambda _: {"state": "done"},
        )
    return carry_out(
        lambda runtime: fail_job(
            runtime,
            job_id,
            command["message"],
            owner=command["worker"],
            by=caller(),
            retry_after=None if wait is None else timedelta(seconds=wait),
            retries_left=command["retries_left"],
        ),
        JobFailedSchema,
        view=lambda state: {"state": state},
    )


@blueprint.operation(
    "POST",
    "/<key:job_id>/throw-error",
    rule=Action.repair_jobs,
    summary="Throw a business error",
    body=JobErrorCommand,
    status=204,
    idempotent=True,
)
def throw(command: Mapping[str, Any], job_id: str) -> Response:
    """The work ended in a business error: the error event of the model with this code goes on, with the variables."""
    return no_content(
        lambda runtime: throw_error(
            runtime,
            job_id,
            command["code"],
            command["message"],
            command["variables"],
            owner=command["worker"],
            by=caller(),
        )
    )


@blueprint.operation(
    "POST",
    "/<key:job_id>/release",
    rule=Action.repair_jobs,
    summary="Give a job back",
    body=JobReleaseCommand,
    status=204,
    idempotent=True,
)
def release(command: Mapping[str, Any], job_id: str) -> Response:
    """The worker stops before the work is done: another may take it at once, and the try does not count."""
    return no_content(lambda runtime: release_job(runtime, job_id, worker=command["worker"], by=caller()))


@blueprint.operation(
    "POST",
    "/<key:job_id>/extend",
    rule=Action.repair_jobs,
    summary="Extend a lease",
    body=JobExtendCommand,
    answer=ExtendedSchema,
    idempotent=True,
)
def extend(command: Mapping[str, Any], job_id: str) -> Response:
    """The work takes longer: the lease begins anew."""
    return carry_out(
        lambda runtime: extend_lease(
            runtime, job_id, worker=command["worker"], by=caller(), lease_seconds=command["lease_seconds"]
        ),
        ExtendedSchema,
        view=lambda until: {"lease_until": until},
    )
