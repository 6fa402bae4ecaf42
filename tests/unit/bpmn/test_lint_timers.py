"""Static texts of timers: what is accepted, and what is refused before it can do harm (probes P10, P11, P13)."""

from __future__ import annotations

import pytest

from engine.bpmn.lint.timers import BadTimer, check_timer
from engine.bpmn.model import TimerDefinition, TimerKind


def a_timer(kind: str, text: str) -> TimerDefinition:
    return TimerDefinition(id="t", kind=TimerKind(kind), expression=text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", "P10D"),
        ("timeDuration", "PT1H30M"),
        ("timeDuration", "P1Y2M3W4DT5H6M7.5S"),
        ("timeDuration", "PT0S"),
        ("timeDuration", "P0D"),
        ("timeDuration", " P1D "),
        ("timeDate", "2027-03-01T09:00:00+04:00"),
        ("timeDate", "2027-03-01T09:00Z"),
        ("timeDate", "9999-12-31T23:59:59Z"),
        ("timeDate", "2028-02-29T00:00:00.123456789Z"),
        ("timeCycle", "R3/PT1H"),
        ("timeCycle", "R/P1D"),
        ("timeCycle", "R5/2027-03-01T09:00:00Z/P1M"),
        ("timeCycle", "R1/PT1S"),
    ],
)
def test_a_sound_text_is_accepted(kind: str, text: str) -> None:
    check_timer(a_timer(kind, text))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", ""),
        ("timeDuration", " "),
        ("timeDuration", "P"),
        ("timeDuration", "PT"),
        ("timeDuration", "P1DT"),
        ("timeDuration", "-PT1S"),
        ("timeDuration", "+PT1S"),
        ("timeDuration", "PT-1S"),
        ("timeDuration", "P1.5M"),
        ("timeDuration", "P30000000M"),
        ("timeDuration", "P101Y"),
        ("timeDuration", "PT9999999999S"),
        ("timeDuration", "P" + "9" * 5_000 + "D"),
        ("timeDuration", "5"),
        ("timeDuration", "1 day"),
        ("timeDuration", "P١D"),
        ("timeDate", ""),
        ("timeDate", "P1D"),
        ("timeDate", "2027-02-29T00:00:00Z"),
        ("timeDate", "2027-03-01"),
        ("timeDate", "2027-03-01T09:00:00"),
        ("timeDate", "10000-01-01T00:00:00Z"),
        ("timeDate", "20270301T090000Z"),
        ("timeCycle", ""),
        ("timeCycle", "R"),
        ("timeCycle", "R3"),
        ("timeCycle", "R3/"),
        ("timeCycle", "R0/PT1H"),
        ("timeCycle", "R-1/PT1H"),
        ("timeCycle", "R9999999/PT1H"),
        ("timeCycle", "R" + "1" * 5_000 + "/PT1H"),
        ("timeCycle", "R/PT0S"),
        ("timeCycle", "R1000/PT0S"),
        ("timeCycle", "R/PT0.5S"),
        ("timeCycle", "R/P1D/P1D"),
        ("timeCycle", "R/-P1D"),
        ("timeCycle", "R/2027-03-01T09:00:00Z/2027-04-01T09:00:00Z"),
        ("timeCycle", "0 0 9 * * ?"),
        ("timeCycle", "PT1H"),
    ],
)
def test_anything_else_is_refused_with_a_reason(kind: str, text: str) -> None:
    with pytest.raises(BadTimer) as caught:
        check_timer(a_timer(kind, text))

    assert str(caught.value)
