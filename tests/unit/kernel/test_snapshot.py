"""The snapshot: compact, checked, bounded, and never more than data."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace

import pytest

from engine.bpmn.kernel.port import Budget, CompleteTask, NotWaiting, SnapshotUnreadable, VariablesUnfit
from engine.bpmn.model import Binding
from engine.bpmn.reader import read_bpmn
from tests.builders.a_model import a_process
from tests.builders.surroundings import a_world, an_instance


def _run(**variables):
    return an_instance(a_process().start().user_task("work").end(), variables=variables)


def _packed(body: bytes, *, version: int = 1, compressed: bool = False) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(bytes([version, compressed])))
    return struct.pack("<4sBBI", b"OWIN", version, compressed, checksum) + body


def _load(snapshot: bytes):
    run = _run()
    return run.kernel.step(run.process, snapshot, CompleteTask(wait=2), run.world)


def test_snapshot_holds_the_state_alone():
    run = _run(name="Aysel")

    assert run.snapshot is not None
    assert len(run.snapshot) < 250


def test_every_damaged_byte_is_noticed():
    """Fault matrix, row 23."""
    snapshot = _run(name="Aysel").snapshot
    assert snapshot is not None

    for place in range(len(snapshot)):
        damaged = bytearray(snapshot)
        damaged[place] ^= 0x01
        with pytest.raises(SnapshotUnreadable):
            _load(bytes(damaged))


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        pytest.param(b"", "cut off", id="empty"),
        pytest.param(b"not a snapshot at all", "does not begin as one", id="something else"),
        pytest.param(_packed(b"{}", version=99), "format 99", id="of a later release (P25, row 29)"),
        pytest.param(_packed(b"{}"), "not of process", id="of nothing"),
        pytest.param(_packed(b'{"process":"other"}'), "not of process", id="of another process"),
        pytest.param(_packed(b'{"process":"process"}'), "does not fit", id="without state"),
        pytest.param(_packed(b"[" * 100_000), "cannot be unpacked", id="nested too deep"),
        pytest.param(_packed(b"{}", compressed=True), "cannot be unpacked|cut off", id="compressed it is not"),
        pytest.param(
            _packed(
                json.dumps(
                    {"process": "process", "counter": 1, "total": 1, "tokens": [[0, "/", 32, 0, 1], [1, "gone", 32, 0]]}
                ).encode()
            ),
            "does not fit",
            id="of an element that is no more",
        ),
    ],
)
def test_bytes_that_are_no_snapshot_are_refused_with_the_reason(snapshot, words):
    with pytest.raises(SnapshotUnreadable, match=words):
        _load(snapshot)


def test_unpacking_is_bounded():
    """P25: 949 KB of gzip expand to 1.9 GB in SpiffWorkflow."""
    bomb = zlib.compress(b" " * 70_000_000, 9)

    with pytest.raises(SnapshotUnreadable, match="unpacks to more"):
        _load(_packed(bomb, compressed=True))


def test_large_state_is_compressed():
    run = _run(text="Bakı " * 5_000)

    assert run.snapshot is not None
    assert run.snapshot[5] == 1
    assert len(run.snapshot) < 2_000
    assert run.complete("work").variables["text"].startswith("Bakı")


def test_snapshot_passed_in_stays_valid():
    run = _run()
    before = run.snapshot
    assert before is not None

    run.complete("work")

    again = run.kernel.step(run.process, before, CompleteTask(wait=2), run.world)
    assert again.state == "completed"


def test_variables_can_be_read_at_a_wait_without_a_step():
    def body(inner):
        inner.start("is").user_task("inside", inputs={"own": "=x + 1"}).end("ie")

    model = a_process().start().sub_process("sub", body, inputs={"x": "=10"}).end()
    run = an_instance(model, variables={"x": 1, "y": 2})
    snapshot = run.snapshot
    assert snapshot is not None

    assert run.kernel.variables_at(run.process, snapshot) == {"x": 1, "y": 2}
    assert run.kernel.variables_at(run.process, snapshot, run.wait("inside")) == {"x": 10, "y": 2, "own": 11}
    with pytest.raises(NotWaiting):
        run.kernel.variables_at(run.process, snapshot, 99)


def test_variables_beyond_their_bound_are_refused_and_nothing_changes():
    run = an_instance(a_process().start().user_task("work").user_task("b").end(), budget=Budget(variables_bytes=1_000))

    with pytest.raises(VariablesUnfit, match="at most 1000 bytes"):
        run.complete("work", text="x" * 2_000)

    assert run.complete("work", text="x" * 500).waiting == ["b"]


@pytest.mark.parametrize("value", [object(), float("nan"), lambda: 1, 1j], ids=["object", "nan", "code", "complex"])
def test_what_is_no_data_is_refused_at_the_door(value):
    run = _run()

    with pytest.raises(VariablesUnfit):
        run.command(CompleteTask(wait=2, variables={"x": [value]}))


def test_process_called_before_is_asked_for_by_its_source():
    called = a_process("called").start("cs").user_task("inside").end("ce")
    run = an_instance(a_process().start().call("call", "called").end(), called)
    asked = []

    def again(process_id: str, source: str):
        asked.append((process_id, source))
        return run.world.called(process_id, Binding.latest, None)

    changed = replace(run.world, called_again=again)
    run.kernel.step(run.process, run.snapshot, CompleteTask(wait=run.wait("inside")), changed)

    assert asked == [("called", "test")]


def test_process_called_before_must_be_the_very_one():
    """A later version may have been deployed meanwhile; without `called_again` only the same file will do."""
    called = a_process("called").start("cs").user_task("inside").end("ce")
    run = an_instance(a_process().start().call("call", "called").end(), called)
    definitions, _ = read_bpmn(called.xml())
    later, _ = run.kernel.compile(definitions, source="later")
    changed = replace(a_world(processes=later), called_again=None)

    with pytest.raises(SnapshotUnreadable, match="later"):
        run.kernel.step(run.process, run.snapshot, CompleteTask(wait=run.wait("inside")), changed)
