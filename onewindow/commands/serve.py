"""`onewindow serve`: the web server for production."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import click

from onewindow import logs
from onewindow.commands.outcome import border
from onewindow.settings import Settings, share_figures_in
from onewindow.tracing import require_extra


@click.command()
@border
def serve() -> None:
    """Answer the REST API at ONEWINDOW_HOST:ONEWINDOW_PORT until told to stop.

    The tables must be at this version: run `onewindow migrate` first. SIGTERM or Ctrl-C stops gracefully: requests
    under way are answered, at most 10 seconds long.
    """
    settings = Settings.of_this_process()
    logs.configure(settings.log_level, settings.log_format)
    require_extra(settings)
    with TemporaryDirectory(prefix="onewindow-figures-", ignore_cleanup_errors=True) as folder:
        shared = folder if settings.web_processes > 1 else None
        if shared:
            share_figures_in(shared)
        # imported only now: the library of the figures looks at its import where several processes add them up
        from onewindow.sealing import require_seal_key
        from onewindow.server import serve as answer
        from onewindow.web import application

        require_seal_key(settings)
        answer(settings, lambda: application(settings, shared))
