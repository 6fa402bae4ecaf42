"""Fault matrix, rows 4, 19 and 20: many act on one thing at once, and one of them wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from engine.casework.task import TaskDone, TaskTaken
from engine.errors import OnewindowError
from engine.runtime.claim import claim
from engine.runtime.complete import complete
from engine.runtime.publish_message import NoReceiver, publish_message
from tests.builders.a_model import a_process
from tests.builders.a_runtime import OFFICIAL, QUEUE, Running
from tests.builders.an_actor import an_actor
from tests.builders.threads import at_once

CLERKS = [an_actor(QUEUE) for _ in range(8)]


def answer_of(act: Callable[[], object]) -> str:
    """`done`, or the code of the refusal."""
    try:
        act()
    except OnewindowError as refused:
        return refused.code
    return "done"


def test_eight_clerks_complete_the_same_tasks_and_each_task_is_done_once(running: Running) -> None:
    running.deploy(a_process("p").start().user_task("check", queue=QUEUE).user_task("sign", queue=QUEUE).end())
    instances = [running.start("p") for _ in range(25)]
    tasks = [running.task(instance, "check").id for instance in instances]

    def work(number: int) -> list[str]:
        return [answer_of(lambda t=task: complete(running.runtime, t, {}, by=CLERKS[number])) for task in tasks]

    said = Counter(answer for answers in at_once(8, work) for answer in answers)
    assert said == {"done": 25, TaskDone.code: 175}
    for instance in instances:
        assert running.history(instance).count("check:c") == 1
        assert running.acts(instance).count("task.completed") == 1
        running.task(instance, "sign")


def test_eight_clerks_work_off_one_queue_and_each_of_500_tasks_is_done_once(running: Running) -> None:
    # given a queue that every clerk reads in an order of her own
    running.deploy(a_process("p").start().user_task("check", queue=QUEUE).end())
    instances = [running.start("p") for _ in range(500)]
    tasks = [row["id"] for row in running.rows("SELECT instance_id || '-' || wait AS id FROM task ORDER BY 1")]
    orders = [Random(number).sample(tasks, 500) for number in range(8)]

    def work(number: int) -> Counter[str]:
        said: Counter[str] = Counter()
        for task in orders[number]:
            claimed = answer_of(lambda t=task: claim(running.runtime, t, by=CLERKS[number]))
            said[claimed] += 1
            if claimed == "done":
                done = answer_of(lambda t=task: complete(running.runtime, t, {}, by=CLERKS[number]))
                said[f"completed: {done}"] += 1
        return said

    # when all claim and complete what they can
    shares = at_once(8, work)

    # then each task had one clerk, who did it once, and all other attempts were told why not
    said = sum(shares, Counter())
    assert (said.pop("done"), said.pop("completed: done")) == (500, 500)
    assert said.total() == 7 * 500
    assert set(said) <= {TaskTaken.code, TaskDone.code}
    assert running.count("instance", "state = 'completed'") == len(instances)
    assert running.count("activity", "element_id = 'check' AND outcome = 'c'") == 500
    assert running.count("journal_entry", "action = 'task.completed'") == 500


def test_eight_clerks_claim_one_task_and_one_holds_it(running: Running) -> None:
    running.deploy(a_process("p").start().user_task("check", queue=QUEUE).end())
    task = running.task(running.start("p"), "check").id
    said = at_once(8, lambda number: answer_of(lambda: claim(running.runtime, task, by=CLERKS[number])))
    assert sorted(said) == ["done"] + [TaskTaken.code] * 7


def test_branches_of_one_instance_completed_at_once_join_once(running: Running) -> None:
    process = a_process("p").start().parallel("split")
    for number in range(5):
        process.at("split").user_task(f"t{number}", queue=QUEUE).to("join")
    running.deploy(process.parallel("join").user_task("last", queue=QUEUE).end())
    instance = running.start("p")
    tasks = [task.id for task in running.tasks(instance)]
    at_once(5, lambda number: complete(running.runtime, tasks[number], {}, by=OFFICIAL))
    assert [task.element_id for task in running.tasks(instance)] == ["last"]


def test_a_message_sent_eight_times_at_once_is_taken_once(running: Running) -> None:
    process = a_process("fee").start().catch("paid", message="paid", key="=invoice").user_task("issue", queue=QUEUE)
    running.deploy(process.end())
    instance = running.start("fee", invoice="A-1")

    def send(_: int) -> str:
        return answer_of(lambda: publish_message(running.runtime, "paid", "A-1", {}, by=OFFICIAL))

    assert sorted(at_once(8, send)) == ["done"] + [NoReceiver.code] * 7
    assert running.history(instance).count("paid:c") == 1


@pytest.mark.parametrize("round_", range(3))
def test_of_a_message_and_a_timer_at_one_instant_one_wins(running: Running, round_: int) -> None:
    process = a_process("race").start().event_based("first")
    process.at("first").catch("paid", message="paid", key="=invoice").user_task("issue", queue=QUEUE).end("e1")
    process.at("first").catch("late", duration="PT0S").user_task("remind", queue=QUEUE).end("e2")
    running.deploy(process)
    instances = [running.start("race", invoice=f"A-{number}") for number in range(5)]

    def act(number: int) -> None:
        if number:
            for job in running.hands.take(100, timedelta(seconds=60)):
                running.hands.carry_out(job)
            return
        for invoice in range(5):
            answer_of(lambda i=invoice: publish_message(running.runtime, "paid", f"A-{i}", {}, by=OFFICIAL))

    at_once(2, act)
    running.work_off()
    for instance in instances:
        assert len(running.tasks(instance)) == 1
