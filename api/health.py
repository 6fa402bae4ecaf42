"""Whether the server lives and can answer, and its figures for Prometheus."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from api.problems import problem
from api.wiring import ApiServices
from door.access import under
from door.telemetry import Metrics
from engine.casework.policy import Action


def make_blueprint(wired: ApiServices, metrics: Metrics) -> Blueprint:
    """/health/live, /health/ready and /metrics."""
    blueprint = Blueprint("health", __name__)

    def live() -> Response:
        """The process answers. Says nothing of the database, so that a restart is not asked for when that is gone."""
        return jsonify({"status": "live"})

    def ready() -> Response:
        """Requests can be served: the database answers and its tables are at this version."""
        faults = wired.is_ready()
        if not faults:
            return jsonify({"status": "ready"})
        answer = problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-ready",
            "Not ready: " + "; ".join(f"{name}: {fault}" for name, fault in faults.items()),
            "Repeat later, or look at the server's log.",
        )
        answer.headers["Retry-After"] = "5"
        return answer

    def figures() -> Response:
        """Figures of requests and of the engine's state."""
        return Response(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)

    blueprint.add_url_rule("/health/live", view_func=under(Action.read_public)(live))
    blueprint.add_url_rule("/health/ready", view_func=under(Action.read_public)(ready))
    blueprint.add_url_rule(
        "/metrics", view_func=under(Action.read_public if wired.metrics_are_open else Action.read_figures)(figures)
    )
    return blueprint
