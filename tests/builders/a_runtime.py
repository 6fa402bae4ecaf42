"""The use cases over a real database, driven by element ids: `a_runtime(url)`.

    running.deploy(a_process("permit").start().user_task("check", queue="city:clerk").end())
    permit = running.start("permit")
    running.complete(permit, "check", approved=True)
    assert running.state(permit) == "completed"

Time is the test's; a worker's turn is `work_off`, which carries out everything that is due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.port import Budget
from engine.calendar import WorkingCalendar
from engine.casework.actor import SYSTEM, Actor
from engine.casework.case import Case
from engine.casework.job import Job
from engine.casework.task import Task
from engine.clock import FrozenClock
from engine.connectors.contract import Connector
from engine.connectors.demo import DemoConnector
from engine.connectors.registry import Registry
from engine.identity import QueueName
from engine.jobs.hands import Hands
from engine.runtime import complete as completing
from engine.runtime.definitions import DefinitionCache
from engine.runtime.deploy import DeploymentResult, deploy
from engine.runtime.integrity import check_integrity
from engine.runtime.start import start_instance
from engine.runtime.wiring import Limits, Runtime
from engine.store.database import Database
from engine.store.tables import metadata
from onewindow.compose import FormFiles
from tests.builders.a_master_key import MASTER_KEYS
from tests.builders.a_model import Drawing
from tests.builders.an_actor import an_actor

MONDAY = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
QUEUE = "city:clerk"
OFFICIAL = an_actor(QUEUE, analyst=True, operator=True)
"""Somebody with every duty but that of a citizen."""
_LEASE = timedelta(seconds=60)


def a_runtime(
    url: str,
    *,
    at: datetime = MONDAY,
    connectors: Iterable[Connector] = (DemoConnector(),),
    budget: Budget | None = None,
    queues: Iterable[str] | None = None,
    processor_seconds: Callable[[], float] = time.thread_time,
) -> Running:
    """Everything a use case needs over a migrated database; with `queues` no other queue is known."""
    kernel, forms, registry = SpiffKernel(), FormFiles(), Registry(connectors)
    known = None if queues is None else frozenset(map(QueueName.parse, queues))
    runtime = Runtime(
        database=Database(url, keys=MASTER_KEYS),
        kernel=kernel,
        clock=FrozenClock(at),
        processor_seconds=processor_seconds,
        calendar=WorkingCalendar("AZ"),
        forms=forms,
        definitions=DefinitionCache(kernel, forms),
        job_types=registry.schemas,
        known_queues=None if known is None else lambda _: known,
        limits=Limits(budget=budget or Budget()),
    )
    return Running(runtime, Hands(runtime=runtime, registry=registry, owner="worker-1"))


@dataclass(slots=True)
class Running:
    """The use cases, and what a test wants to know of them."""

    runtime: Runtime
    hands: Hands

    @property
    def clock(self) -> FrozenClock:
        """The test's clock."""
        assert isinstance(self.runtime.clock, FrozenClock)
        return self.runtime.clock

    def close(self) -> None:
        """Give the connections back."""
        self.runtime.database.close()

    # --- acting ------------------------------------------------------------------------------------------------------

    def deploy(self, *drawings: Drawing, **files: bytes) -> DeploymentResult:
        """Deploy drawings, one file each, and other files (`check_form=b"..."` is `check.form`)."""
        named = {f"{drawing.id}.bpmn": drawing.xml() for drawing in drawings}
        named |= {name.replace("_", "."): content for name, content in files.items()}
        return deploy(self.runtime, named, by=SYSTEM)

    def start(self, process_id: str, **variables: Any) -> str:
        """Start an instance; gives its key."""
        return start_instance(self.runtime, process_id, variables, by=OFFICIAL).id

    def complete(self, instance_id: str, element_id: str, by: Actor = OFFICIAL, **answers: Any) -> Task:
        """Complete the only open task at an element."""
        return completing.complete(self.runtime, self.task(instance_id, element_id).id, answers, by=by).task

    def work_off(self, owner: str | None = None, rounds: int = 1_000) -> int:
        """Carry out what is due, until nothing is; gives how many jobs were carried out."""
        hands = self.hands if owner is None else replace(self.hands, owner=owner)
        done = 0
        for _ in range(rounds):
            jobs = hands.take(100, _LEASE)
            if not jobs:
                return done
            for job in jobs:
                hands.carry_out(job)
            done += len(jobs)
        raise AssertionError("there is work without end")

    # --- asking ------------------------------------------------------------------------------------------------------

    def rows(self, statement: str, **values: Any) -> list[Mapping[str, Any]]:
        """What a query gives."""
        with self.runtime.database.read() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    def read(self, table: str, column: str) -> list[Any]:
        """The values of a column as Onewindow reads them, in the order of keys."""
        found = metadata.tables[table]
        with self.runtime.database.read() as connection:
            return list(connection.execute(select(found.c[column]).order_by(*found.primary_key.columns)).scalars())

    def count(self, table: str, where: str = "1 = 1", **values: Any) -> int:
        """How many rows of a table there are."""
        return int(self.rows(f'SELECT count(*) AS n FROM "{table}" WHERE {where}', **values)[0]["n"])

    def state(self, instance_id: str) -> str:
        """Where an instance stands."""
        return str(self.rows("SELECT state FROM instance WHERE id = :id", id=instance_id)[0]["state"])

    def case(self, case: Case) -> Case:
        """A case as it is now."""
        with self.runtime.database.work() as work:
            found = work.instances.lock(case.instance_id).case
        assert found is not None
        return found

    def variables(self, instance_id: str) -> Mapping[str, Any]:
        """The variables of the process scope of a running instance."""
        with self.runtime.database.work() as work:
            record = work.instances.lock(instance_id)
            loaded = self.runtime.definitions.process(work, work.deployments.definition(record.definition_id))
        assert record.snapshot is not None
        return self.runtime.kernel.variables_at(loaded.compiled, record.snapshot)

    def task(self, instance_id: str, element_id: str) -> Task:
        """The only open task at an element."""
        found = [task for task in self.tasks(instance_id) if task.element_id == element_id]
        assert len(found) == 1, f"{len(found)} open tasks at {element_id}"
        return found[0]

    def tasks(self, instance_id: str) -> list[Task]:
        """The open tasks of an instance."""
        waits = self.rows(
            "SELECT wait FROM task WHERE instance_id = :id AND state IN ('open', 'claimed') ORDER BY wait",
            id=instance_id,
        )
        with self.runtime.database.work() as work:
            return [work.tasks.lock(f"{instance_id}-{row['wait']}")[0] for row in waits]

    def jobs(self, instance_id: str, state: str | None = None) -> list[Job]:
        """The jobs of an instance, oldest first."""
        rows = self.rows("SELECT id, state FROM job WHERE instance_id = :id ORDER BY id", id=instance_id)
        with self.runtime.database.work() as work:
            return [work.jobs.lock(row["id"]) for row in rows if state in (None, row["state"])]

    def incidents(self, instance_id: str) -> list[Mapping[str, Any]]:
        """The open incidents of an instance."""
        return self.rows(
            "SELECT * FROM incident WHERE instance_id = :id AND state = 'open' ORDER BY id", id=instance_id
        )

    def history(self, instance_id: str) -> list[str]:
        """Element and outcome of each visit, in order: `check:c`."""
        rows = self.rows(
            "SELECT element_id, outcome FROM activity WHERE instance_id = :id ORDER BY visit", id=instance_id
        )
        return [f"{row['element_id']}:{row['outcome'] or 'open'}" for row in rows]

    def acts(self, chain: str) -> list[str]:
        """What the journal says was done."""
        return [
            row["action"]
            for row in self.rows("SELECT action FROM journal_entry WHERE chain = :c ORDER BY seq", c=chain)
        ]

    # --- what must always hold ---------------------------------------------------------------------------------------

    def check(self) -> None:
        """The invariants: whoever is open waits for what its rows say, an ended one for nothing; journals hold."""
        assert check_integrity(self.runtime).violations == []
