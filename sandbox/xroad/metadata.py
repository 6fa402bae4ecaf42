"""The metadata services: who takes part, what they offer, and its description (PR-MREST)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from sandbox.xroad.directory import Directory, Service
from sandbox.xroad.identifiers import ClientId, ServiceId, Target
from sandbox.xroad.passing import Backend
from sandbox.xroad.problems import BAD_REQUEST, RoadError

NAMES = ("listMethods", "allowedMethods", "getOpenAPI")


def clients(directory: Directory) -> dict[str, Any]:
    """The answer of `listClients`."""
    return {
        "member": [
            {"id": _client(one, "SUBSYSTEM" if one.subsystem else "MEMBER"), "name": name}
            for one, name in sorted(directory.members.items(), key=lambda pair: str(pair[0]))
        ]
    }


def answered(directory: Directory, backend: Backend, client: ClientId, target: Target) -> bytes:
    """The answer of one of `NAMES`. Raises RoadError."""
    directory.require_client(client)
    offered = directory.provider(target.service.provider)
    if target.service.code == "getOpenAPI":
        return _document(offered, backend, target)
    if target.service.code == "allowedMethods":
        offered = [one for one in offered if client in one.allowed]
    return json.dumps({"service": [_service(one, backend) for one in offered]}).encode()


def _document(offered: list[Service], backend: Backend, target: Target) -> bytes:
    codes = parse_qs(target.query).get("serviceCode", [])
    if len(codes) != 1:
        raise RoadError(BAD_REQUEST, "Name one service: ?serviceCode=...")
    wanted = ServiceId(target.service.provider, codes[0])
    for one in offered:
        if one.id == wanted:
            return backend.ask("GET", f"{one.backend}/openapi.json", {}, b"").body
    raise RoadError("Server.ServerProxy.UnknownService", f"Unknown service: {wanted}")


def _service(one: Service, backend: Backend) -> dict[str, Any]:
    document = json.loads(backend.ask("GET", f"{one.backend}/openapi.json", {}, b"").body)
    endpoints = [
        {"method": method.upper(), "path": "/".join("*" if part.startswith("{") else part for part in path.split("/"))}
        for path, methods in document["paths"].items()
        for method in methods
    ]
    return {
        **_client(one.id.provider, "SERVICE"),
        "service_code": one.id.code,
        "service_type": "OPENAPI",
        "endpoint_list": endpoints,
    }


def _client(one: ClientId, kind: str) -> dict[str, Any]:
    said = {"object_type": kind, "xroad_instance": one.instance, "member_class": one.member_class}
    said |= {"member_code": one.member_code}
    return said | ({"subsystem_code": one.subsystem} if one.subsystem else {})
