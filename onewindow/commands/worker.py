"""`onewindow worker`: timers and service calls."""

from __future__ import annotations

import click

from onewindow import logs
from onewindow.commands.outcome import border
from onewindow.settings import Settings


@click.command()
@border
def worker() -> None:
    """Fire timers, call registers and services, and repeat what failed, until told to stop.

    Any number of workers may run. SIGTERM or Ctrl-C stops in good order: jobs under way are ended, at most 10 seconds
    long, the others are handed back.
    """
    from onewindow.compose import require_keys
    from onewindow.sealing import require_seal_key
    from onewindow.worker import work

    settings = Settings.of_this_process()
    logs.configure(settings.log_level, settings.log_format)
    require_seal_key(settings)
    require_keys(settings)
    work(settings)
