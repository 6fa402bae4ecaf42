"""History as rows: a visit that begins and ends in one step is one row, a later end is told apart."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.bpmn.kernel.port import Activity, ActivityChange
from engine.runtime.record import visits_of

AT = datetime(2026, 3, 2, tzinfo=UTC)


def happened(change: ActivityChange, visit: int, element: str = "e", **said: object) -> Activity:
    """One line of the kernel's history."""
    told = {"element_type": "UserTask", "process_id": "p", **said}
    return Activity(change=change, element_id=element, element_instance=visit, **told)  # type: ignore[arg-type]


def test_a_visit_within_one_step_is_one_row() -> None:
    begun, ended = visits_of([happened(ActivityChange.entered, 1), happened(ActivityChange.completed, 1)], "p", AT)
    assert [(visit.visit, visit.outcome, visit.ended_at) for visit in begun] == [(1, "c", AT)]
    assert ended == []


def test_the_end_of_an_earlier_visit_is_an_end_alone() -> None:
    begun, ended = visits_of([happened(ActivityChange.cancelled, 7), happened(ActivityChange.entered, 8)], "p", AT)
    assert [(visit.visit, visit.outcome) for visit in begun] == [(8, None)]
    assert [(end.visit, end.outcome) for end in ended] == [(7, "x")]


def test_what_failed_and_then_went_well_went_well() -> None:
    changes = (ActivityChange.entered, ActivityChange.failed, ActivityChange.completed)
    begun, _ = visits_of([happened(change, 1) for change in changes], "p", AT)
    assert [visit.outcome for visit in begun] == ["c"]


def test_flows_leave_no_row() -> None:
    assert visits_of([happened(ActivityChange.taken, 0, "flow")], "p", AT) == ([], [])


def test_only_a_called_process_is_named() -> None:
    inner = happened(ActivityChange.entered, 2, process_id="inner", scope_instance=1)
    begun, _ = visits_of([happened(ActivityChange.entered, 1), inner], "p", AT)
    assert [(visit.process_id, visit.scope) for visit in begun] == [(None, None), ("inner", 1)]
