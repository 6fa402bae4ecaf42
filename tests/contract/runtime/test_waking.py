"""Workers that rest are told of work that is due soon, and of nothing else."""

from __future__ import annotations

import pytest

from engine.store.listening import listener
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running
from tests.builders.databases import ON_POSTGRESQL


@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("duration", "is_told"),
    [
        pytest.param("PT0S", True, id="now"),
        pytest.param("PT10S", True, id="soon"),
        pytest.param("P1D", False, id="late"),
    ],
)
def test_workers_are_told_of_timers_that_are_due_soon(running: Running, duration: str, is_told: bool) -> None:
    running.deploy(a_process("wait").start().catch("pause", duration=duration).user_task("t", queue=QUEUE).end())
    ears = listener(running.runtime.database.url)
    ears.wait(0.1)

    running.start("wait")

    assert ears.wait(0.5) is is_told
    ears.close()


@ON_POSTGRESQL
def test_workers_are_told_of_a_call(running: Running) -> None:
    running.deploy(a_process("call").start().service_task("ask").end())
    ears = listener(running.runtime.database.url)
    ears.wait(0.1)

    running.start("call")

    assert ears.wait(2) is True
    ears.close()
