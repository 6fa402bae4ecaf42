"""Calls in a circle are found over however many processes and files."""

from __future__ import annotations

from engine.bpmn.lint import call_cycles
from engine.bpmn.model import Process
from engine.bpmn.reader import read_bpmn
from tests.builders.a_model import Drawing, a_process


def processes(*drawings: Drawing) -> list[Process]:
    return [process for drawing in drawings for process in read_bpmn(drawing.xml())[0].processes.values()]


def a_caller(id: str, *called: str) -> Drawing:
    drawing = a_process(id).start()
    for name in called:
        drawing.call(f"{id}-calls-{name}", name)
    return drawing.end()


def test_a_process_that_calls_itself_is_a_circle() -> None:
    (cycle,) = call_cycles(processes(a_caller("a", "a")))

    assert (cycle.process_ids, cycle.process_id, cycle.element_id) == (("a",), "a", "a-calls-a")
    assert cycle.line > 0


def test_a_circle_over_three_files_names_the_way_and_the_call_that_closes_it() -> None:
    (cycle,) = call_cycles(processes(a_caller("a", "b"), a_caller("b", "c"), a_caller("c", "b")))

    assert (cycle.process_ids, cycle.element_id) == (("b", "c"), "c-calls-b")


def test_a_process_called_twice_is_no_circle() -> None:
    assert call_cycles(processes(a_caller("a", "b", "c"), a_caller("b", "d"), a_caller("c", "d"), a_caller("d"))) == ()


def test_calls_of_processes_that_are_not_there_are_no_circle() -> None:
    assert call_cycles(processes(a_caller("a", "gone"))) == ()


def test_calls_by_expression_are_not_followed() -> None:
    assert call_cycles(processes(a_caller("a", '=if x then "a" else "b"'))) == ()


def test_many_ways_through_the_same_processes_are_walked_once() -> None:
    layers = [a_caller(f"p{n}", f"p{n + 1}", f"p{n + 1}") for n in range(60)]

    assert call_cycles(processes(*layers, a_caller("p60"))) == ()
