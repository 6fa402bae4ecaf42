"""Size changes nothing: length of the model, rounds of a loop, depth of nesting. Counted in work, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.kernel.port import Budget, CompleteTask, Step
from engine.bpmn.reader import read_bpmn
from tests.builders.a_model import a_process, a_straight_process
from tests.builders.surroundings import a_world, an_instance


def _calls(work: Callable[[], Step]) -> tuple[Step, int]:
    """What a piece of work gives, and how many Python calls it takes: the same on every machine."""
    count = 0

    def counter(frame, event, argument):
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counter)
    try:
        step = work()
    finally:
        sys.setprofile(before)
    return step, count


def test_chain_of_5000_tasks_costs_the_same_a_step_from_first_to_last():
    kernel, world = SpiffKernel(), a_world()
    definitions, _ = read_bpmn(a_straight_process(5_000))
    process = kernel.compile(definitions)[0]["straight"]
    step = kernel.start(process, {}, world)
    calls, sizes = {}, {}

    for number in range(1, 5_001):
        snapshot, wait = step.snapshot, step.opened[0].wait
        assert snapshot is not None
        if number in (2, 2_500, 4_999):
            sizes[number], command = len(snapshot), CompleteTask(wait=wait)
            step, calls[number] = _calls(lambda s=snapshot, c=command: kernel.step(process, s, c, world))
        else:
            step = kernel.step(process, snapshot, CompleteTask(wait=wait), world)

    assert step.state == "completed"
    assert max(calls.values()) - min(calls.values()) <= 2
    assert max(sizes.values()) - min(sizes.values()) <= 30


def test_loop_of_1000_rounds_with_a_boundary_timer_is_flat_and_exact():
    model = a_process().start().exclusive("m").user_task("work").exclusive("again").at("again", when="=n < 1000")
    model.to("m").at("again", otherwise=True).end()
    model.boundary("late", on="work", duration="P10D").end("overdue")
    run = an_instance(model, variables={"n": 0})
    calls, sizes = {}, {}

    for number in range(1, 1_001):
        snapshot, wait = run.snapshot, run.wait("work")
        assert snapshot is not None
        if number in (10, 999):
            sizes[number] = len(snapshot)
            command = CompleteTask(wait=wait, variables={"n": number})
            _, calls[number] = _calls(lambda s=snapshot, c=command: run.kernel.step(run.process, s, c, run.world))
        run.complete("work", n=number)

    assert run.state == "completed"
    assert run.visited().count("work") == 1_000
    assert calls[999] - calls[10] <= 2
    assert sizes[999] - sizes[10] <= 20


def test_nesting_is_no_recursion():
    """40 sub-processes inside one another (the reader allows 50); cancelling ends them all, the innermost first."""

    def body(depth: int):
        def draw(inner):
            inner.start(f"s{depth}")
            if depth < 40:
                inner.sub_process(f"sub{depth}", body(depth + 1))
            else:
                inner.user_task("work")
            inner.end(f"e{depth}")

        return draw

    model = a_process().start().sub_process("sub0", body(1)).end()

    assert an_instance(model).complete("work").state == "completed"
    cancelled = an_instance(model).cancel().visited("cancelled")
    assert cancelled[:2] == ["work", "sub39"]
    assert len(cancelled) == 41


def test_calls_50_deep_complete():
    model = a_process().start().exclusive("g").at("g", when="=n < 49")
    model.call("call", "process", inputs={"n": "=n + 1"}).end().at("g", otherwise=True).user_task("work").end("e")

    run = an_instance(model, variables={"n": 0}).complete("work")

    assert run.state == "completed"


@pytest.mark.parametrize("split", ["parallel", "inclusive"])
def test_wide_split_and_join(split):
    model = a_process().start()
    getattr(model, split)("f")
    model.node(f"{split}Gateway", "j")
    for number in range(150):
        model.at("f", when="=true" if split == "inclusive" else None).user_task(f"t{number}").to("j")
    run = an_instance(model.at("j").end(), budget=Budget(steps_per_transaction=2_000))

    for number in reversed(range(150)):
        run.complete(f"t{number}")

    assert run.state == "completed"
    assert run.visited().count("j") == 1
