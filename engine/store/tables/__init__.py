"""The tables, one module a group. `metadata` holds them all.

Hot tables (instance, activity, task, waits, journal) lead with the instance's key, so that they can be partitioned or
distributed by it. Moments are whole microseconds since 1970 in UTC (`Moment`):
eight bytes, exact, with the same order and meaning on
every database.
"""

from engine.store.tables import (
    accounts,
    cases,
    credentials,
    deployments,
    evidence,
    exports,
    federation,
    files,
    instances,
    jobs,
    journal,
    keys,
    messages,
    notices,
    openings,
    organisation,
    partners,
    payments,
    prefill,
    restrictions,
    retention,
    seals,
    silences,
    tasks,
    webhooks,
)
from engine.store.tables.base import Base

metadata = Base.metadata

__all__ = [
    "accounts",
    "cases",
    "credentials",
    "deployments",
    "evidence",
    "exports",
    "federation",
    "files",
    "instances",
    "jobs",
    "journal",
    "keys",
    "messages",
    "metadata",
    "notices",
    "openings",
    "organisation",
    "partners",
    "payments",
    "prefill",
    "restrictions",
    "retention",
    "seals",
    "silences",
    "tasks",
    "webhooks",
]
