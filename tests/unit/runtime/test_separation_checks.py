"""Separation of duties in models: unknown tasks, contradictions, rules that never bind, and too few people."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.identity import QueueName
from engine.runtime.bundle import read_bundle
from engine.runtime.people_enough import fewest, fits
from engine.runtime.separation_checks import check_separations
from engine.runtime.wiring import Limits
from onewindow.compose import FormFiles
from tests.builders.a_model import Drawing, a_process

CLERK = "city:clerk"
Said = dict[str, str]


def in_a_row(*tasks: tuple[str, Said], **meaning: Any) -> Drawing:
    """A procedure of tasks one after the other, each with its properties."""
    process = a_process("permit").start()
    for name, said in tasks:
        process.user_task(name, queue=CLERK, properties=said, **meaning)
    return process.end()


def found(*drawings: Drawing, members: Mapping[str, set[str]] | None = None) -> dict[str, str]:
    """The rules that find something, with their messages."""
    files = {f"{drawing.id}.bpmn": drawing.xml() for drawing in drawings}
    bundle = read_bundle(files, SpiffKernel(), FormFiles(), Limits())
    before = len(bundle.findings)
    people = members

    def members_of(queue: QueueName) -> frozenset[str]:
        assert people is not None
        return frozenset(people.get(str(queue), ()))

    check_separations(bundle, lambda _: None, None if people is None else members_of)
    return {finding.rule: f"{finding.severity}: {finding.message}" for finding in bundle.findings[before:]}


def test_two_tasks_of_different_people_are_in_order() -> None:
    assert found(in_a_row(("check", {}), ("approve", {"notSameAs": "check", "notApplicant": "true"}))) == {}


@pytest.mark.parametrize("rule", ["notSameAs", "sameAs"])
def test_a_task_that_does_not_exist_is_an_error_with_the_name_that_is_near(rule: str) -> None:
    process = in_a_row(("check", {}), ("approve", {rule: "chek"}))

    assert found(process)["unknown-task"].startswith(f"error: The property '{rule}' names 'chek'")


def test_tasks_of_a_called_process_may_be_named() -> None:
    called = a_process("expertise").start().user_task("assess", queue=CLERK).end()
    main = a_process("permit").start().call("ask", "expertise")
    main.user_task("approve", queue=CLERK, properties={"notSameAs": "assess"}).end()

    assert found(main, called) == {}
    assert "unknown-task" in found(main)


@pytest.mark.parametrize(
    "tasks",
    [
        [("check", {}), ("approve", {"sameAs": "check", "notSameAs": "check"})],
        [("check", {"fourEyes": "x"}), ("approve", {"sameAs": "check", "fourEyes": "x"})],
        [("a", {}), ("b", {"sameAs": "a"}), ("c", {"sameAs": "b", "notSameAs": "a"})],
        [("a", {"sameAs": "a"})],
    ],
)
def test_rules_that_contradict_each_other_are_an_error(tasks: list[tuple[str, Said]]) -> None:
    assert found(in_a_row(*tasks))["contradictory-separation"].startswith("error: ")


def test_a_task_of_the_applicant_that_is_not_the_applicants_can_never_be_done() -> None:
    process = a_process("permit").start()
    process.user_task("correct", assignee="=case.applicant.account", properties={"notApplicant": "true"}).end()

    assert found(process)["contradictory-separation"].startswith("error: ")


def test_rules_that_never_bind_are_warned_of() -> None:
    choice = a_process("permit").start().exclusive("which")
    choice.at("which", when="=a").user_task("check", queue=CLERK).end("one")
    choice.at("which", otherwise=True).user_task("approve", queue=CLERK, properties={"notSameAs": "check"}).end("two")

    assert found(choice)["separation-without-effect"].startswith("warning: No case meets both")
    assert "separation-without-effect" in found(in_a_row(("a", {"sameAs": "b"}), ("b", {})))
    assert "separation-without-effect" in found(in_a_row(("a", {"fourEyes": "alone"})))
    assert "separation-without-effect" in found(in_a_row(("a", {"notSameAs": "a"})))


def test_tasks_in_parallel_branches_are_met() -> None:
    process = a_process("permit").start().parallel("both")
    process.at("both").user_task("check", queue=CLERK).end("one")
    process.at("both").user_task("approve", queue=CLERK, properties={"notSameAs": "check"}).end("two")

    assert found(process) == {}


def test_too_few_people_are_told_with_figures() -> None:
    process = in_a_row(("check", {}), ("review", {"notSameAs": "check"}), ("approve", {"notSameAs": "check, review"}))

    assert found(process, members={CLERK: {"a", "b", "c"}}) == {}
    told = found(process, members={CLERK: {"a", "b"}})["too-few-people"]
    assert told.startswith("warning: ")
    assert "approve, check, review of one case need 3 different people" in told
    assert "city:clerk has 2 now" in told


def test_a_multi_instance_of_four_eyes_needs_as_many_people_as_it_has_instances() -> None:
    process = in_a_row(("vote", {"fourEyes": "board"}), times="=3")

    assert "need 3 different people" in found(process, members={CLERK: {"a", "b"}})["too-few-people"]
    assert found(process, members={CLERK: {"a", "b", "c"}}) == {}


# --- the search for people ------------------------------------------------------------------------------------------

_PAIRS = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] != pair[1]), max_size=6)


@given(
    choices=st.lists(st.frozensets(st.sampled_from("abc"), min_size=1), min_size=5, max_size=5),
    apart=_PAIRS,
    same=_PAIRS,
)
def test_people_are_found_where_there_are_some_and_only_there(
    choices: list[frozenset[str]], apart: set[tuple[int, int]], same: set[tuple[int, int]]
) -> None:
    by_trying_all = any(
        all(who[a] != who[b] for a, b in apart) and all(who[a] == who[b] for a, b in same) for who in product(*choices)
    )

    assert fits(choices, apart, same) is by_trying_all


def test_the_fewest_people_of_tasks_all_apart_are_as_many_as_tasks() -> None:
    assert fewest(4, {(a, b) for a in range(4) for b in range(a)}, set()) == 4
    assert fewest(4, set(), set()) == 1
    assert fewest(2, {(0, 1)}, {(0, 1)}) == 3
