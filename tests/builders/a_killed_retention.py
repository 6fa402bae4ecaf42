"""Retention that is killed at its nth step: `with a_retainer(url, files, at) as killed_at: killed_at(7)`.

A step is a statement, a commit, or a call of the storage of files, before and after it. A process of its own forks for
each kill; the child sends itself SIGKILL, so nothing of it is tidied up. Exit code 0: there were fewer steps.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from engine.files.disk import DiskStorage
from engine.runtime.retain import retain
from tests.builders.a_runtime import a_runtime

KILLED = -signal.SIGKILL
_ROOT = Path(__file__).parents[2]


@contextmanager
def a_retainer(url: str, files: Path, at: datetime) -> Iterator[Callable[[int], int]]:
    """Does what is due, up to a step; gives the exit code of the process."""
    command = [sys.executable, "-m", "tests.builders.a_killed_retention", url, str(files), at.isoformat()]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as zygote:
        stdin, stdout = zygote.stdin, zygote.stdout
        assert stdin is not None
        assert stdout is not None

        def killed_at(step: int) -> int:
            stdin.write(f"{step}\n")
            stdin.flush()
            return int(stdout.readline())

        yield killed_at
        stdin.close()


class _Bomb:
    """Counts steps and goes off at one of them."""

    def __init__(self, step: int) -> None:
        self._left = step

    def tick(self, *_: Any) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def lay(self) -> None:
        """Wrap what is a step."""
        event.listen(Engine, "before_cursor_execute", self.tick)
        for owner, name in ((Connection, "commit"), (DiskStorage, "put"), (DiskStorage, "delete")):
            setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*args: Any, **kwargs: Any) -> Any:
            self.tick()
            made = act(*args, **kwargs)
            self.tick()
            return made

        return acted


def _retain(url: str, files: str, at: str, step: int) -> None:
    running = a_runtime(url, at=datetime.fromisoformat(at))
    runtime = replace(running.runtime, storage=DiskStorage(Path(files), running.clock))
    _Bomb(step).lay()
    retain(runtime)


def _serve(url: str, files: str, at: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _retain(url, files, at, int(line))
                code = 0
            finally:
                os._exit(code)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
