"""The Flask application of the API: every layer in its order, every route with a rule.

`create_app` takes what it needs as values and opens nothing; `onewindow.web` hands it in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from flask import Flask
from flask.json.provider import JSONProvider

from api import (
    agencies,
    applications,
    attachments,
    cases,
    client_credentials,
    closures,
    connectors,
    consents,
    decisions,
    deployments,
    documents,
    events,
    forms,
    health,
    inbox,
    incidents,
    instances,
    jobs,
    mandates,
    messages,
    my_data,
    notices,
    oidc,
    partners,
    password_codes,
    payments,
    problems,
    process_definitions,
    records,
    seals,
    services,
    silences,
    tasks,
    verify,
    webhooks,
)
from api.documentation import make_blueprint
from api.examples import with_examples
from api.operation import KeyConverter, NameConverter, Noun, StrictRequest, TaskConverter
from api.problem_api import make_api
from api.wiring import ApiServices
from door import access, pressure, telemetry, tracing
from door.wiring import EXTENSION
from engine.feel.plain import to_json

PREFIX: Final = "/api/v1"
NOUNS: Final[tuple[Noun, ...]] = (
    services.blueprint,
    applications.blueprint,
    attachments.blueprint,
    cases.blueprint,
    documents.blueprint,
    consents.blueprint,
    inbox.blueprint,
    verify.blueprint,
    closures.blueprint,
    agencies.blueprint,
    mandates.blueprint,
    records.blueprint,
    payments.blueprint,
    notices.blueprint,
    tasks.blueprint,
    my_data.blueprint,
    oidc.blueprint,
    client_credentials.blueprint,
    password_codes.accounts,
    process_definitions.blueprint,
    deployments.blueprint,
    instances.blueprint,
    messages.blueprint,
    messages.signals_blueprint,
    decisions.blueprint,
    forms.blueprint,
    jobs.blueprint,
    incidents.blueprint,
    partners.blueprint,
    connectors.blueprint,
    events.blueprint,
    webhooks.blueprint,
    seals.blueprint,
    silences.blueprint,
)


class ExactJson(JSONProvider):
    """JSON of answers: decimals without loss, moments in RFC 3339."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Compact JSON; NaN is refused. `kwargs` are the framework's and change nothing."""
        del kwargs
        return json.dumps(obj, ensure_ascii=False, separators=(",", ":"), default=plain, allow_nan=False)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """For the test client only: requests come through the strict door."""
        return json.loads(s, **kwargs)


def plain(value: Any) -> Any:
    """JSON of a value that JSON has no kind for. Raises TypeError."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | frozenset | set):
        return list(value)
    if isinstance(value, Decimal):
        return to_json(value)
    raise TypeError(f"No JSON for a value of type {type(value).__name__}.")


def create_app(wired: ApiServices) -> Flask:
    """The application. Raises RouteWithoutRule rather than serve a route nobody decided about."""
    app = Flask("api", static_folder=None, template_folder="templates")
    app.request_class = StrictRequest
    app.json = ExactJson(app)
    app.url_map.converters.update(key=KeyConverter, name=NameConverter, task=TaskConverter)
    app.config.update(
        JSON_LIMITS=wired.json_limits,
        MAX_CONTENT_LENGTH=max(wired.upload_bytes, wired.json_limits.max_bytes, wired.runtime.files.most_piece_bytes),
        MAX_FORM_MEMORY_SIZE=1_000_000,
        MAX_FORM_PARTS=500,
        PROPAGATE_EXCEPTIONS=False,
        API_TITLE="Onewindow",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    app.extensions[EXTENSION] = wired
    metrics = telemetry.Metrics(wired.figures, wired.shared_metrics_folder)
    app.extensions[telemetry.EXTENSION] = metrics
    telemetry.observe(app, metrics)
    tracing.trace_requests(app)
    telemetry.harden(app)
    problems.register(app)
    if wired.places is not None:
        pressure.limit(app, wired.places)
    access.guard(app, wired.authenticate, cookies_are_secure=wired.cookies_are_secure)
    documented = make_api(app)
    for noun in NOUNS:
        documented.register_blueprint(noun, url_prefix=f"{PREFIX}/{noun.name}")
    app.register_blueprint(make_blueprint(lambda: with_examples(documented.document())))
    app.register_blueprint(health.make_blueprint(wired, metrics))
    access.require_rules(app)
    return app
