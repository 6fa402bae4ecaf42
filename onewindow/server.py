"""The production web server: gunicorn with threads, started from code so that settings decide and not its options.

SQLite has one writer at a time, so one process of several threads serves it best; PostgreSQL gets two processes.
Several processes add up their figures for /metrics in a folder that the command made before this was imported.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import multiprocess

from door.pressure import WAITING_PER_PLACE, note_wait
from onewindow.settings import Settings

_T = TypeVar("_T")


class _Lines(Logger):  # type: ignore[misc]
    """gunicorn's own lines go to the process's log; requests are logged by the application."""

    def setup(self, cfg: Any) -> None:  # noqa: ARG002 (gunicorn's argument)
        self.error_log.propagate = True
        # at debug it would write each request's address, with whatever a caller put there
        self.error_log.setLevel(logging.INFO)
        self.access_log.propagate = False

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Requests are logged by the application."""


class _WaitingRoom(ThreadPoolExecutor):
    """Threads that know how long each request stood in line before them."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Take it up when a thread is free."""
        came = time.monotonic()

        def take_up() -> _T:
            note_wait(time.monotonic() - came)
            return fn(*args, **kwargs)

        return super().submit(take_up)


class _Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker of threads with our waiting room."""

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Its threads."""
        return _WaitingRoom(max_workers=self.cfg.threads)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our values."""

    def __init__(self, load: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._load, self._options = load, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._load()


def serve(settings: Settings, load: Callable[[], Flask]) -> None:
    """Answer requests until SIGTERM or SIGINT. `load` makes the application in each process, after the fork."""
    several = settings.web_processes > 1
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    options = {
        "bind": f"{host}:{settings.port}",
        "workers": settings.web_processes,
        "worker_class": _Worker,
        # Beyond the places of `door.pressure` there is a waiting room, from which one is sent away in time.
        "threads": settings.threads * WAITING_PER_PLACE,
        "keepalive": 30,
        "timeout": 60,
        "graceful_timeout": settings.stop_seconds,
        # gunicorn 27 opens a control socket in the home folder unless told not to
        "control_socket_disable": True,
        "accesslog": None,
        "logger_class": _Lines,
        "proc_name": "onewindow-web",
        "child_exit": _forget_figures if several else (lambda _server, _worker: None),
    }
    _Server(load, options).run()


def _forget_figures(_server: Any, worker: Any) -> None:
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
