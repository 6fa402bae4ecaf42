"""`python -m sandbox.civilstatus`: listen, tell the address, stop on Ctrl-C or SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from types import FrameType

import click
from werkzeug.serving import make_server

from sandbox.civilstatus.app import DEMO_PASSWORD, DEMO_USER, create_app


@click.command(help=__doc__)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8810, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--user", default=DEMO_USER, show_default=True, help="User of its callers.")
@click.option("--password", default=DEMO_PASSWORD, envvar="SANDBOX_PASSWORD", help="Password of its callers.")
def main(host: str, port: int, user: str, password: str) -> None:
    """Serve the register until told to stop."""
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as fault:
        reason = os.strerror(fault.errno or 0)
        click.echo(f"Cannot listen on {host}:{port}: {reason}. Take another port with --port.", err=True)
        sys.exit(1)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with listener:
        bound = listener.getsockname()[1]
        app = create_app(user=user, password=password)
        server = make_server(host, bound, app, threaded=True, fd=listener.fileno())

        def stop(_number: int, _frame: FrameType | None) -> None:
            # It waits for the loop that this very thread runs, so another thread calls it.
            threading.Thread(target=server.shutdown, daemon=True).start()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        click.echo(f"Civil status (simulated) at http://{host}:{bound}/civil-status")
        server.serve_forever()


if __name__ == "__main__":
    main()
