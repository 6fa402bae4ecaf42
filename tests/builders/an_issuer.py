"""An issuer of tokens whose every answer a test chooses, over a socket: `with an_issuer() as issuer:`.

What a certified provider never does, this one does: `tests/oidc_provider` is for the rest.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

HOST = "127.0.0.1"


def a_key(kid: str, kind: str = "RSA") -> Any:
    """A key pair of this name, the same throughout a run."""
    return _made(kid, kind)


@lru_cache(maxsize=8)
def _made(kid: str, kind: str) -> Any:
    said = {"kid": kid, "use": "sig"}
    return RSAKey.generate_key(2048, said) if kind == "RSA" else ECKey.generate_key("P-256", said)


def signed(claims: dict[str, Any], key: Any, **header: Any) -> str:
    """A token signed by a key."""
    said = {"alg": "ES256" if key.key_type == "EC" else "RS256", "kid": key.kid, **header}
    return jwt.encode(said, claims, key, algorithms=[said["alg"]])


@dataclass(slots=True)
class Issuer:
    """An issuer that runs."""

    port: int = 0
    published: list[Any] = field(default_factory=lambda: [a_key("one")])
    """Keys in its key set."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """What it says of itself otherwise than usual; None leaves it out."""
    id_token: str = ""
    """What the next code is redeemed for."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """What came to the token endpoint."""
    keys: list[str | None] = field(default_factory=list)
    """What the client showed there in the header."""
    answers: threading.Event = field(default_factory=threading.Event)
    """While it is not set, every answer waits."""

    @property
    def address(self) -> str:
        """Its name."""
        return f"http://{HOST}:{self.port}"

    def claims(self, **said: Any) -> dict[str, Any]:
        """Claims of an access token for a program; None leaves one out."""
        now = int(time.time())
        usual = {
            "iss": self.address,
            "aud": "https://api.example",
            "sub": "program",
            "client_id": "program",
            "iat": now,
            "exp": now + 300,
            "jti": "1",
            "scope": "instances",
        }
        return {name: value for name, value in {**usual, **said}.items() if value is not None}

    def access_token(self, **said: Any) -> str:
        """An access token that holds."""
        return signed(self.claims(**said), self.published[0], typ="at+jwt")

    def gives(self, nonce: str | None, *, key: Any = None, header: dict[str, Any] | None = None, **said: Any) -> None:
        """Answer the next code with an ID token for `onewindow`."""
        now = int(time.time())
        usual = {
            "iss": self.address,
            "aud": "onewindow",
            "sub": "someone",
            "name": "Someone",
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
        }
        claims = {name: value for name, value in {**usual, **said}.items() if value is not None}
        self.id_token = signed(claims, key or self.published[0], **(header or {}))

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Answer a request (WSGI)."""
        request = Request(environ)
        self.asked.append(request.path)
        self.answers.wait(20)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == "/.well-known/openid-configuration":
            usual = {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "userinfo_endpoint": f"{self.address}/userinfo",
            }
            said = {**usual, **self.metadata}
            return _json({name: value for name, value in said.items() if value is not None})
        if request.path == "/keys":
            return _json({"keys": [key.as_dict(private=False) for key in self.published]})
        if request.path == "/userinfo":
            return _json(self.userinfo)
        self.forms.append(dict(request.form))
        self.keys.append(request.headers.get("Authorization"))
        return _json({"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token})


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """Nothing."""


@contextmanager
def an_issuer() -> Iterator[Issuer]:
    """An issuer at a port of its own, until the block ends."""
    issuer = Issuer()
    issuer.answers.set()
    server = make_server(HOST, 0, issuer, threaded=True, request_handler=_Quiet)
    issuer.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _json(value: Any) -> Response:
    return Response(json.dumps(value), content_type="application/json")
