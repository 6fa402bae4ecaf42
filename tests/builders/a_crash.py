"""A process that is killed at a named point of a step: `with a_crasher() as crash: crash(api, "before commit", ...)`.

The product knows nothing of these points. A process of its own imports the product once and forks for each crash; the
child wraps what stands at the point and sends itself SIGKILL there, so nothing of it is tidied up. It acts as one web
process (a request) or as one worker (a turn) over the same database.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api.app import create_app
from engine.bpmn.kernel.kernel import SpiffKernel
from engine.clock import FrozenClock
from engine.jobs.hands import Hands
from engine.runtime.act import Act
from engine.store.unit_of_work import UnitOfWork
from onewindow.compose import Composed, api_services, compose
from onewindow.settings import Settings
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.an_api import Api

KILLED = -signal.SIGKILL
LEASE = timedelta(seconds=60)
_ROOT = Path(__file__).parents[2]
Crash = Callable[..., int]


@contextmanager
def a_crasher() -> Iterator[Crash]:
    """Carries out a request, or without one a worker's turn, up to a point; gives the exit code of the process."""
    command = [sys.executable, "-m", "tests.builders.a_crash"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as zygote:
        stdin, stdout = zygote.stdin, zygote.stdout
        assert stdin is not None
        assert stdout is not None

        def crash(api: Api, point: str, request: Mapping[str, Any] | None = None, **settings: str) -> int:
            order = {
                "environment": {"ONEWINDOW_DATABASE_URL": api.runtime.database.url, **MASTER_KEY_SET, **settings},
                "at": api.clock.now().isoformat(),
                "point": point,
                "request": request,
            }
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
            return int(stdout.readline())

        yield crash
        stdin.close()


@dataclass(slots=True)
class _Bomb:
    """Goes off at its point of the first act; `taking` stands before all acts, where a worker takes its jobs."""

    point: str
    is_armed: bool = False

    def at(self, point: str) -> None:
        if self.is_armed and self.point == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def lay(self) -> None:
        """Wrap what stands at the points."""
        taking = self.point.startswith("taking: ")
        self.point = self.point.removeprefix("taking: ")
        self.is_armed = taking
        begin, end, commit = Act.__init__, UnitOfWork.__exit__, Connection.commit

        def begun(act: Act, *args: Any, **kwargs: Any) -> None:
            begin(act, *args, **kwargs)
            self.is_armed = True
            self.at("before lock")

        def ended(work: UnitOfWork, kind: Any, error: Any, trace: Any) -> None:
            if error is None:
                self.at("before commit")  # on PostgreSQL the commit is sent with the last writes, before `commit`
            end(work, kind, error, trace)

        def committed(connection: Connection) -> None:
            commit(connection)
            self.at("after commit")

        Act.__init__ = begun  # type: ignore[method-assign]
        UnitOfWork.__exit__ = ended  # type: ignore[method-assign]
        Connection.commit = committed  # type: ignore[method-assign]
        for name in ("start", "step"):
            setattr(SpiffKernel, name, self._around(getattr(SpiffKernel, name)))

    def _around(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.at("after load")
            made = step(*args, **kwargs)
            self.at("after step")
            return made

        return stepped


def _carry_out(order: Mapping[str, Any]) -> None:
    settings = Settings.load(order["environment"])
    composed = compose(settings, clock=FrozenClock(datetime.fromisoformat(order["at"])))
    bomb = _Bomb(order["point"])
    if order["request"] is None:
        _turn(composed, bomb)
        return
    client = create_app(api_services(settings, composed)).test_client()
    bomb.lay()
    client.open(**order["request"])
    bomb.at("before answer")


def _turn(composed: Composed, bomb: _Bomb) -> None:
    hands = Hands(runtime=composed.runtime, registry=composed.registry, owner="killed")
    bomb.lay()
    for job in hands.take(10, LEASE):
        hands.carry_out(job)


def _serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # its log is not the answer
            try:
                _carry_out(json.loads(line))
                code = 0
            finally:
                os._exit(code)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
