"""`onewindow health`: ask a web server or worker how it is, for container engines without HTTP probes."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException

import click

from onewindow.commands.outcome import Exit, border
from onewindow.settings import Settings

_PATIENCE_SECONDS = 5.0


@click.command()
@click.option("--worker", is_flag=True, help="Ask the worker at ONEWINDOW_WORKER_PORT, not the web server.")
@click.option("--live", is_flag=True, help="Only whether it lives; otherwise whether it can do its work.")
@border
def health(worker: bool, live: bool) -> None:
    """Ask the web server or worker of this machine whether it is ready. Exit code 1 says that it is not."""
    settings = Settings.of_this_process()
    port = settings.health.worker_port if worker else settings.port
    if not port:
        raise click.UsageError("The worker answers nowhere: set ONEWINDOW_WORKER_PORT, such as 8081.")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (any is this one too)
    connection = HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/health/live" if live else "/health/ready")
        answer = connection.getresponse()
        said, is_well = answer.read(4_000).decode("utf-8", "replace").strip(), answer.status == 200
    except (OSError, HTTPException) as failed:
        said, is_well = f"Nobody answers at {host}:{port}: {failed}", False
    finally:
        connection.close()
    click.echo(said, err=not is_well)
    if not is_well:
        raise SystemExit(Exit.findings)
