"""`onewindow serve`: the web server for production."""

from __future__ import annotations

import click

from onewindow import logs
from onewindow.commands.outcome import border
from onewindow.settings import Settings


@click.command()
@border
def serve() -> None:
    """Answer the REST API at ONEWINDOW_HOST:ONEWINDOW_PORT until told to stop.

    The tables must be at this version: run `onewindow migrate` first. SIGTERM or Ctrl-C stops gracefully: requests
    under way are answered, at most 10 seconds long.
    """
    from onewindow.server import serve as answer
    from onewindow.web import application

    settings = Settings.of_this_process()
    logs.configure(settings.log_level, settings.log_format)
    answer(settings, lambda: application(settings))
