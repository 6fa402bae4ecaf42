"""The Flask application of one web process: settings in, application out."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import problems
from api.app import create_app
from door import telemetry
from door.sign_in_lane import SignInLane
from onewindow.compose import api_services, compose
from onewindow.logs import when_lines_are_lost
from onewindow.passwords import make_ready
from onewindow.settings import Settings
from onewindow.tracing import collect_traces
from portal.app import install


def application(settings: Settings, shared_metrics_folder: str | None = None) -> Flask:
    """The API and the pages over the database of the settings. Opens no connection before the first request."""
    collect_traces(settings, "web")
    make_ready()
    app = create_app(api_services(settings, compose(settings), shared_metrics_folder=shared_metrics_folder))
    install(app, time_zone=settings.time_zone, otherwise=problems.HANDLERS)
    when_lines_are_lost(app.extensions[telemetry.EXTENSION].lost_lines.inc)
    app.wsgi_app = SignInLane(app.wsgi_app)  # type: ignore[method-assign]
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
