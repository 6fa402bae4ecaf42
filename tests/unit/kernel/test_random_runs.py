"""What must hold for every model and every order of events: compaction, crashes and reloads change nothing.

Random runs choose, step by step, an open wait and what happens to it.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.port import (
    Budget,
    CompiledProcess,
    CompleteJob,
    CompleteTask,
    Continue,
    DeliverMessage,
    DeliverSignal,
    FireTimer,
    JobWait,
    MessageWait,
    SignalWait,
    Step,
    Surroundings,
    TaskWait,
    ThrowError,
    TimerWait,
    Wait,
)
from engine.bpmn.kernel.snapshot import dump, load
from engine.bpmn.kernel.specs.scopes import as_compiled
from tests.builders.process_models import MODELS
from tests.builders.surroundings import a_world, compiled

Choices = list[tuple[int, int]]
choices = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=40)


@cache
def _processes(name: str) -> dict[str, CompiledProcess]:
    return dict(compiled(*MODELS[name]()))


def _command(wait: Wait | None, number: int, choice: int) -> Any:
    variables = {"n": Decimal(choice)}
    if wait is None:
        return Continue(wait=number)
    if choice == 9 and isinstance(wait, TaskWait | JobWait):
        return ThrowError(wait=number, code="E")
    if isinstance(wait, TaskWait):
        return CompleteTask(wait=number, variables=variables)
    if isinstance(wait, JobWait):
        return CompleteJob(wait=number, variables=variables)
    if isinstance(wait, TimerWait):
        return FireTimer(wait=number)
    if isinstance(wait, MessageWait):
        return DeliverMessage(wait=number, variables=variables)
    assert isinstance(wait, SignalWait)
    return DeliverSignal(name=wait.name)


def _walk(kernel: SpiffKernel, name: str, chosen: Choices, budget: Budget | None = None) -> list[Any]:
    """All that can be seen of a run, step by step; the invariant is proved by the kernel after each."""
    processes = _processes(name)
    process = processes["process"]
    world: Surroundings = a_world(processes=processes, budget=budget)
    open_: dict[int, Wait | None] = {}
    seen: list[Any] = []
    step = kernel.start(process, {"n": 1}, world)
    seen.append(_seen(step, open_))
    for which, choice in chosen:
        while step.unfinished and step.snapshot is not None:
            step = kernel.step(process, step.snapshot, Continue(), world)
            seen.append(_seen(step, open_))
        if step.snapshot is None:
            break
        number = sorted(open_)[which % len(open_)]
        step = kernel.step(process, step.snapshot, _command(open_[number], number, choice), world)
        seen.append(_seen(step, open_))
    return seen


def _seen(step: Step, open_: dict[int, Wait | None]) -> Any:
    for number in step.closed:
        del open_[number]
    open_.update({wait.wait: wait for wait in step.opened})
    open_.update({incident.wait: None for incident in step.incidents})
    assert bool(open_) or step.snapshot is None or step.unfinished
    return (step.state, step.variables, step.activities, step.opened, sorted(step.closed), step.thrown, step.incidents)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60)
@given(chosen=choices)
def test_compaction_changes_nothing_that_can_be_seen(name, chosen):
    assert _walk(SpiffKernel(), name, chosen) == _walk(SpiffKernel(compact=False), name, chosen)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=30)
@given(chosen=choices)
def test_crash_and_reload_between_any_two_elements_changes_nothing(name, chosen):
    """A budget of one visit a step reloads the instance from its bytes after every single element."""
    whole = _walk(SpiffKernel(), name, chosen)
    torn = _walk(SpiffKernel(), name, chosen, Budget(steps_per_transaction=1))

    assert _told(torn) == _told(whole)[: len(_told(torn))]


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=30)
@given(chosen=choices)
def test_snapshot_of_a_loaded_snapshot_is_the_same_and_stays_small(name, chosen):
    processes = _processes(name)
    process, world = processes["process"], a_world(processes=processes)
    step = SpiffKernel().start(process, {"n": 1}, world)
    open_: dict[int, Wait | None] = {}
    _seen(step, open_)
    for which, choice in chosen:
        if step.snapshot is None:
            break
        instance: Instance = load(as_compiled(process), step.snapshot, world)
        assert dump(instance) == step.snapshot
        assert all(token.is_open for token in instance.tasks.values())
        number = sorted(open_)[which % len(open_)]
        step = SpiffKernel().step(process, step.snapshot, _command(open_[number], number, choice), world)
        _seen(step, open_)


def _told(run: list[Any]) -> list[tuple[str, str]]:
    return [(line.change.value, line.element_id) for seen in run for line in seen[2]]
