"""What a model calls today is the country's day: at 22:30 UTC it is the next day in Baku."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.feel import to_json
from engine.store.queries.instances import variables
from tests.builders.a_model import a_process
from tests.builders.a_runtime import OFFICIAL, Running


def test_today_in_a_model_is_the_day_of_the_country(running: Running) -> None:
    running.deploy(a_process("days").start().script("look", "=string(today())", result="day").end())
    running.clock.set(datetime(2026, 3, 2, 22, 30, tzinfo=UTC))

    instance = running.start("days")

    with running.runtime.database.read() as connection:
        assert to_json(variables(connection, OFFICIAL, instance)) == {"day": "2026-03-03"}
