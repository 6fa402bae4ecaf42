"""A register's answer is held against what the applicant stated, by the expression that the model puts on the task.

Both values of every comparison in it are kept, so that the case and the clerk see what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.bpmn.agreement import held_against
from engine.casework.evidence import Compared
from engine.casework.job import Job
from engine.runtime.act import Act
from engine.runtime.record_waits import AGREES_HEADER
from engine.runtime.surroundings import World
from engine.store.records import InstanceRecord

DISAGREES: Final = "disagrees"
"""The error that a task ends in when the answer does not agree."""
_LONGEST: Final = 255


def agreement(
    act: Act, record: InstanceRecord, job: Job, answer: Mapping[str, Any]
) -> tuple[bool, tuple[Compared, ...]]:
    """Whether the answer of a job agrees with what was stated, and the values compared. Tasks without one agree."""
    written = job.headers.get(AGREES_HEADER)
    if not written or record.snapshot is None:
        return True, ()
    world, runtime = World.of(act, record.definition_id), act.runtime
    stated = runtime.kernel.variables_at(world.compiled, record.snapshot, job.wait)
    agrees, pairs = held_against(
        written,
        {**stated, **job.payload, **answer},
        answer,
        now=runtime.calendar.local(act.at),
        functions=runtime.functions,
    )
    return agrees, tuple(Compared(what=what[:_LONGEST], stated=said, found=found) for what, said, found in pairs)
