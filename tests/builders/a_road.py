"""The simulated X-Road with the simulated registers behind it, on real sockets: `with a_road() as road: ...`."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from flask import Flask
from werkzeug.serving import make_server

from engine.connectors.xroad import ClientId, RoadService, SecurityServer, ServiceId
from sandbox.registers.app import create_app as create_registers
from sandbox.xroad.app import DEMO_KEY, create_app

CLIENT = ClientId.parse("AZ/GOV/00000001/onewindow")
PERSONS = ServiceId.parse("AZ/GOV/00000002/population/persons")
LICENCES = ServiceId.parse("AZ/GOV/00000003/driver/licences")
_KEY = {"X-Api-Key": DEMO_KEY}


@dataclass(frozen=True)
class Road:
    """Where both listen."""

    url: str
    registers: str

    @property
    def host(self) -> str:
        """Of the security server, as in a list of allowed hosts."""
        return self.url.partition("://")[2]

    def server(self, **said: Any) -> SecurityServer:
        """It, as an operator would list it."""
        return SecurityServer(**{"url": self.url, "client": CLIENT, "country": "AZ", **said})

    def persons(self) -> RoadService:
        """The population register over it."""
        return RoadService(server=self.server(), service=PERSONS)

    def tell(self, mode: str, **said: Any) -> None:
        """Switch it, for one message unless told otherwise."""
        sent = {"mode": mode, "count": 1, **said}
        httpx.post(f"{self.url}/_control", json=sent, headers=_KEY, trust_env=False).raise_for_status()

    def reset(self) -> None:
        """As new."""
        for url in (self.url, self.registers):
            httpx.post(f"{url}/_control/reset", headers=_KEY, trust_env=False).raise_for_status()

    def messages(self) -> list[dict[str, Any]]:
        """What the security server received."""
        told = httpx.get(f"{self.url}/_control/messages", headers=_KEY, trust_env=False).json()
        return list(told["messages"])

    def calls(self) -> list[dict[str, Any]]:
        """What the registers behind it received."""
        told = httpx.get(f"{self.registers}/_control/calls", headers=_KEY, trust_env=False).json()
        return list(told["calls"])

    def effects(self) -> list[dict[str, Any]]:
        """What the driver register did."""
        told = httpx.get(f"{self.registers}/_control/effects", headers=_KEY, trust_env=False).json()
        return list(told["effects"])


@contextmanager
def a_road(tls: ssl.SSLContext | None = None) -> Iterator[Road]:
    """Both, until the block ends; what hangs gives up after two seconds. With `tls` over https."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with (
        _listening(create_registers(date(2026, 11, 2))) as registers,
        _listening(create_app(registers, hang_seconds=2, backend_seconds=2), tls) as url,
    ):
        yield Road(url, registers)


@contextmanager
def _listening(app: Flask, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
