"""`python -m sandbox.timestamps`: listen, tell the address, stop on Ctrl-C or SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import click
from werkzeug.serving import make_server

from sandbox.timestamps.app import create_app


@click.command(help=__doc__)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8809, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
def main(host: str, port: int) -> None:
    """Serve until told to stop."""
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as fault:
        click.echo(
            f"Cannot listen on {host}:{port}: {os.strerror(fault.errno or 0)}. Take another port with --port.", err=True
        )
        sys.exit(1)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = create_app()
    with listener:
        bound = listener.getsockname()[1]
        server = make_server(host, bound, app, threaded=True, fd=listener.fileno())
        _stop_on_signal(server.shutdown)
        click.echo(f"Time-stamp service (simulated) at http://{host}:{bound}")
        server.serve_forever()


def _stop_on_signal(shutdown: Callable[[], None]) -> None:
    """`shutdown` waits for the loop that this very thread runs, so another thread calls it."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=shutdown, daemon=True).start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


if __name__ == "__main__":
    main()
