"""Puts the way of a message, the metadata services and the switch together as one Flask application."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from flask import Flask, Response, g, jsonify, request

from sandbox.xroad import metadata
from sandbox.xroad.control import control
from sandbox.xroad.directory import Directory
from sandbox.xroad.identifiers import ClientId, Target
from sandbox.xroad.passing import Backend, passed, request_hash
from sandbox.xroad.problems import BAD_REQUEST, RoadError, register_problems
from sandbox.xroad.switch import Message, Mode, Switch

DEMO_KEY = "sandbox-demo-key"
_LARGEST_BODY = 1024 * 1024
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_GARBAGE = b'{"pin": "5FQ2K7M", "given_na\xff\xfe<html>502'


def create_app(
    registers: str,
    *,
    key: str = DEMO_KEY,
    hang_seconds: float = 120,
    backend_seconds: float = 10,
    directory: Directory | None = None,
) -> Flask:
    """A security server that stands for both, the client's and the providers'; `registers` is the address behind it."""
    app = Flask("sandbox.xroad")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class not
    known, switch, backend = directory or Directory.load(), Switch(), Backend(registers, key, backend_seconds)
    app.register_blueprint(control(switch, known, key))
    register_problems(app)

    @app.get("/")
    def root() -> Response:
        return jsonify({"name": "Security server of X-Road (simulated)"})

    @app.get("/listClients")
    def list_clients() -> Response:
        return jsonify(metadata.clients(known))

    @app.route("/r1/<path:_target>", methods=_METHODS)
    def message(_target: str) -> Response:
        target = Target.parse(request.environ["RAW_URI"])
        client = _client()
        g.message = _message(client, target)
        switch.receive(g.message)
        if target.service.code in metadata.NAMES:
            known_to_all = metadata.answered(known, backend, client, target)
            return _sealed(Response(known_to_all, content_type="application/json"), client, target)
        service = known.service(client, target.service)
        setting = switch.take(str(target.service))
        if setting.mode is Mode.fail:
            raise RoadError(setting.error, "It was told to fail.")
        if setting.mode is Mode.hang:
            switch.wait_for_change(hang_seconds)
            raise RoadError("Server.ClientProxy.NetworkError", "It hung; it was told to.")
        address = service.backend + target.path + (f"?{target.query}" if target.query else "")
        headers = passed(request.headers.items()) | {"X-Road-Id": g.message.id}
        answer = backend.ask(request.method, address, headers, request.get_data())
        if setting.mode is Mode.garbage:
            return _sealed(Response(_GARBAGE, 200, content_type="application/json"), client, target)
        response = Response(answer.body, answer.status, list(passed(answer.headers).items()))
        return _sealed(response, client, target)

    @app.after_request
    def note(response: Response) -> Response:
        received: Message | None = g.get("message")
        if received is not None:
            received.status, received.error = response.status_code, response.headers.get("X-Road-Error")
        return response

    return app


def _client() -> ClientId:
    sent = request.headers.get("X-Road-Client")
    if not sent:
        raise RoadError(BAD_REQUEST, "Send the header X-Road-Client.")
    return ClientId.parse(sent)


def _message(client: ClientId, target: Target) -> Message:
    def sent(header: str) -> str | None:
        value = request.headers.get(header)
        return value[:255] if value is not None else None

    return Message(
        at=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        client=str(client),
        service=str(target.service),
        method=request.method,
        path=target.path[:500],
        id=sent("X-Road-Id") or str(uuid.uuid4()),
        request_id=str(uuid.uuid4()),
        user=sent("X-Road-UserId"),
        issue=sent("X-Road-Issue"),
        idempotency_key=sent("Idempotency-Key"),
    )


def _sealed(response: Response, client: ClientId, target: Target) -> Response:
    """With the headers that X-Road sets itself, whatever the provider sent."""
    headers = passed(request.headers.items()) | {"X-Road-Id": g.message.id}
    response.headers["X-Road-Client"] = str(client)
    response.headers["X-Road-Service"] = str(target.service)
    response.headers["X-Road-Id"] = g.message.id
    response.headers["X-Road-Request-Id"] = g.message.request_id
    response.headers["X-Road-Request-Hash"] = request_hash(
        request.method, request.environ["RAW_URI"], headers, request.get_data()
    )
    return response
