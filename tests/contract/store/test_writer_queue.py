"""Writers of an SQLite file take turns: in the order of asking, between threads and processes, never for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.store.faults import DatabaseUnavailable
from engine.store.writer_queue import WriterQueue
from tests.builders.threads import at_once

HOUSE = Path(__file__).parents[3]
HOLDS_TURN = """
import sys
from engine.store.writer_queue import WriterQueue
with WriterQueue(sys.argv[1]).turn():
    print("mine", flush=True)
    sys.stdin.read()
"""
ADDS_ONE = """
import pathlib, sys
from engine.store.writer_queue import WriterQueue
queue, file = WriterQueue(sys.argv[1], 60), pathlib.Path(sys.argv[1] + ".count")
for _ in range(100):
    with queue.turn():
        file.write_text(str(int(file.read_text()) + 1))
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "onewindow.db.writer")


def holder_of(path: str) -> subprocess.Popen[bytes]:
    """Another process whose turn it is until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS_TURN, path], cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def open_files() -> int:
    return len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))


def test_eight_threads_wait_a_few_turns_each(path: str) -> None:
    queue = WriterQueue(path, 60)
    turns: list[int] = []
    waits: list[int] = []

    def write(one: int) -> None:
        for _ in range(100):
            asked = len(turns)
            with queue.turn():
                waits.append(len(turns) - asked)
                turns.append(one)

    at_once(8, write)

    # A thread may be set aside between looking and asking, which is no wait for the turn: hence not all.
    assert len([wait for wait in waits if wait <= 16]) >= 0.95 * len(waits)


def test_turns_come_in_the_order_of_asking(path: str) -> None:
    queue, order = WriterQueue(path, 60), []

    def write(one: int) -> None:
        with queue.turn():
            order.append(one)

    waiting = []
    with queue.turn():
        for one in range(5):
            waiting.append(threading.Thread(target=write, args=[one]))
            waiting[-1].start()
            while len(queue._waiting) <= one:
                continue
    for thread in waiting:
        thread.join()

    assert order == [0, 1, 2, 3, 4]


def test_only_one_process_writes_at_a_time(path: str) -> None:
    Path(f"{path}.count").write_text("0", encoding="utf-8")

    writers = [subprocess.Popen([sys.executable, "-c", ADDS_ONE, path], cwd=HOUSE) for _ in range(3)]

    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert Path(f"{path}.count").read_text(encoding="utf-8") == "300"


def test_turn_comes_when_another_process_is_done(path: str) -> None:
    queue, holder = WriterQueue(path, 60), holder_of(path)
    done = threading.Event()

    def write() -> None:
        with queue.turn():
            done.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    was_done_before = done.is_set()
    holder.communicate()
    waiting.join()

    assert (was_done_before, done.is_set()) == (False, True)


def test_killed_process_gives_its_turn_back(path: str) -> None:
    holder = holder_of(path)
    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    with WriterQueue(path, 0.05).turn():
        pass


def test_process_that_stands_still_makes_others_unavailable_and_costs_no_open_files(path: str) -> None:
    queue, holder = WriterQueue(path, 0.01), holder_of(path)
    before = open_files()

    for _ in range(3):
        with pytest.raises(DatabaseUnavailable), queue.turn():
            pytest.fail("nobody may come in")
    holder.communicate()
    with WriterQueue(path, 60).turn():
        pass
    for thread in [one for one in threading.enumerate() if one.name == "writer-queue"]:
        thread.join()

    assert open_files() <= before
    with queue.turn():
        pass


def test_thread_that_gave_up_does_not_keep_the_turn_from_those_behind_it(path: str) -> None:
    queue = WriterQueue(path, 0.01)

    def come_second(_: int) -> bool:
        try:
            with queue.turn():
                return True
        except DatabaseUnavailable:
            return False

    with queue.turn():
        came = at_once(4, come_second)

    assert came == [False] * 4
    assert come_second(0)


def test_turn_is_given_back_when_its_work_fails_and_no_file_stays_open(path: str) -> None:
    queue = WriterQueue(path)
    before = open_files()

    for _ in range(20):
        with pytest.raises(ZeroDivisionError), queue.turn():
            raise ZeroDivisionError

    assert open_files() == before


def test_folder_that_cannot_be_written_is_unavailable_and_gives_the_turn_back(tmp_path: Path) -> None:
    queue = WriterQueue(str(tmp_path / "gone" / "x.writer"))

    for _ in range(2):
        with pytest.raises(DatabaseUnavailable, match="cannot be written"), queue.turn():
            pytest.fail("nobody may come in")
