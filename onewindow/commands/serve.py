"""`onewindow serve`: the web server for production."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import click
import structlog

from onewindow import logs
from onewindow.commands.outcome import border
from onewindow.credentials import ways_exist
from onewindow.settings import Settings, share_figures_in
from onewindow.tracing import require_extra

log = structlog.get_logger("security")


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
    if not settings.identity.second_factor_is_required:
        log.warning("officials need no second factor here", remedy="Leave ONEWINDOW_SECOND_FACTOR out for real use.")
    elif not ways_exist(settings):
        log.warning(
            "officials need a second factor, and none can be added here",
            remedy="Set ONEWINDOW_PUBLIC_URL with a host name, or ONEWINDOW_SECRET_FACTOR_SEAL.",
        )
    with TemporaryDirectory(prefix="onewindow-figures-", ignore_cleanup_errors=True) as folder:
        shared = folder if settings.web_processes > 1 else None
        if shared:
            share_figures_in(shared)
        # imported only now: the library of the figures looks at its import where several processes add them up
        from onewindow.compose import require_keys
        from onewindow.sealing import require_seal_key
        from onewindow.server import serve as answer
        from onewindow.web import application

        require_seal_key(settings)
        require_keys(settings)
        answer(settings, lambda: application(settings, shared))
