"""Fault matrix, row 27: a new version is deployed while cases of the old one run and others begin."""

from __future__ import annotations

import threading

from engine.runtime.complete import complete
from engine.runtime.start import start_instance
from engine.store.queries.instances import variables
from tests.builders.a_model import Drawing, a_process
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running
from tests.builders.threads import at_once

CLERKS, ROUNDS = 4, 12


def a_version(number: int) -> Drawing:
    """Each version says its number, before and after the task."""
    drawn = a_process("permit").start().script("before", f"={number}", result="begun_by")
    return drawn.user_task("check", queue=QUEUE).script("after", f"={number}", result="ended_by").end()


def test_cases_stay_on_their_version_and_new_ones_begin_on_the_newest(running: Running) -> None:
    # given cases that run on version 1
    running.deploy(a_version(1))
    old = [running.start("permit") for _ in range(40)]
    begun: list[str] = []
    lock = threading.Lock()

    # when clerks work them off and begin others, while five versions are deployed
    def work(clerk: int) -> None:
        if clerk == CLERKS:
            for number in range(2, 7):
                running.deploy(a_version(number))
            return
        for instance in old[clerk::CLERKS]:
            complete(running.runtime, running.task(instance, "check").id, {}, by=OFFICIAL)
        for _ in range(ROUNDS):
            made = start_instance(running.runtime, "permit", {}, by=OFFICIAL).id
            with lock:
                begun.append(made)

    at_once(CLERKS + 1, work)

    # then each ended as it began, and whoever begins now begins on the last
    assert running.count("instance", "state = 'completed'") == len(old)
    for instance in begun:
        complete(running.runtime, running.task(instance, "check").id, {}, by=OFFICIAL)
    rows = running.rows(
        "SELECT instance.id AS id, definition.version AS version "
        "FROM instance JOIN definition ON definition.id = instance.definition_id"
    )
    with running.runtime.database.read() as connection:
        said = {row["id"]: variables(connection, OFFICIAL, row["id"]) for row in rows}
    assert all(said[row["id"]] == {"begun_by": row["version"], "ended_by": row["version"]} for row in rows)
    assert all(said[instance]["begun_by"] == 1 for instance in old)
    assert running.variables(running.start("permit"))["begun_by"] == 6
