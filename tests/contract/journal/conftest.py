"""Places for the journal's tests: a database in which some cases went their way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.audit import SealKey
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running, a_runtime


@pytest.fixture
def key() -> SealKey:
    """The key that seals are signed with."""
    return SealKey.made()


@pytest.fixture
def office(database_url: str) -> Iterator[Running]:
    """An office that decided on some permits; its journal has chains of instances and of other things."""
    made = a_runtime(database_url)
    made.deploy(a_process("permit").start().user_task("check", queue=QUEUE).user_task("sign", queue=QUEUE).end())
    decide(made, 4)
    yield made
    made.close()


def decide(office: Running, number: int) -> list[str]:
    """Some more permits."""
    permits = [office.start("permit") for _ in range(number)]
    for permit in permits:
        office.complete(permit, "check", approved=True)
    for permit in permits[::2]:
        office.complete(permit, "sign", approved=True)
    return permits
