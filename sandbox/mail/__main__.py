"""`python -m sandbox.mail`: listen for mail and for readers, tell the addresses, stop on Ctrl-C or SIGTERM."""

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

from sandbox.mail.app import DEMO_KEY, create_app
from sandbox.mail.bounces import Postman
from sandbox.mail.box import Box
from sandbox.mail.server import Handler, MailServer
from sandbox.mail.switch import Switch

DEMO_SECRET = "sandbox-callback-secret"  # noqa: S105 (of a simulation)


@click.command(help=__doc__)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8803, show_default=True, type=click.IntRange(0, 65535), help="Of the pages; 0: a free one."
)
@click.option(
    "--smtp-port", default=8025, show_default=True, type=click.IntRange(0, 65535), help="Of SMTP; 0: a free one."
)
@click.option("--bounce-url", help="Where mail that comes back is posted to. [default: nowhere]")
@click.option("--bounce-secret", default=DEMO_SECRET, envvar="SANDBOX_CALLBACK_SECRET", help="Signs what is posted.")
@click.option("--api-key", default=DEMO_KEY, envvar="SANDBOX_API_KEY", help="Key of the switches, a bearer token.")
def main(host: str, port: int, smtp_port: int, bounce_url: str | None, bounce_secret: str, api_key: str) -> None:
    """Serve until told to stop."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    box, switch, postman = Box(), Switch(), Postman(bounce_url, bounce_secret)
    taken = _free(host, smtp_port)
    server = MailServer(Handler(box, switch, postman), host, taken)
    with _listening(host, port) as pages:
        bound = pages.getsockname()[1]
        server.start()
        try:
            app = create_app(box, switch, postman, api_key=api_key)
            web = make_server(host, bound, app, threaded=True, fd=pages.fileno())
            _stop_on_signal(web)
            click.echo(f"Mail server (simulated): SMTP at {host}:{taken}, pages at http://{host}:{bound}")
            web.serve_forever()
        finally:
            server.stop()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as fault:
        click.echo(
            f"Cannot listen on {host}:{port}: {os.strerror(fault.errno or 0)}. Take another port with --port.", err=True
        )
        sys.exit(1)


def _free(host: str, port: int) -> int:
    """The port, when nobody has it; any free one for 0."""
    with _listening(host, port) as tried:
        found: int = tried.getsockname()[1]
    return found


def _stop_on_signal(web: object) -> None:
    """`shutdown` waits for the loop that this very thread runs, so another thread calls it."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=web.shutdown, daemon=True).start()  # type: ignore[attr-defined]

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


if __name__ == "__main__":
    main()
