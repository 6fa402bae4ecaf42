"""A subscriber on a real socket, which verifies what it is sent as an integrator would: `with a_subscriber() as it:`.

It is told what to answer (`it.answers`), and keeps all that came (`it.came`); what it took stands in `it.taken`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from engine.casework.webhook import Subscription
from engine.clock import FrozenClock
from engine.connectors.webhook import InnerHosts, Sender
from engine.connectors.webhook.call import SendLimits
from engine.identity import new_key
from engine.jobs.messenger import Messenger, MessengerPace
from engine.runtime.wiring import Runtime
from tests.builders.a_model import a_process
from tests.builders.a_runtime import QUEUE, Running

SECRET = "whsec_" + base64.b64encode(b"a key of the tests, 32 bytes long").decode()
SOURCE = "https://services.example.gov/api/v1"


@dataclass(frozen=True)
class Came:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    status: int
    """What was answered."""

    @property
    def id(self) -> str:
        """The event's."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The envelope."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """As the page for integrators shows it."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        said = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(wanted, one) for one in self.headers["webhook-signature"].split(" "))


@dataclass
class SubscriberAt:
    """A subscriber that listens."""

    port: int = 0
    came: list[Came] = field(default_factory=list)
    answers: Callable[[dict[str, Any], int], int] = lambda _event, _number: 204
    """Of the envelope and the number of the request: the status to answer; 0 hangs up without an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    says: str = ""
    slow_seconds: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    """How many requests were under way at the same time at most."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The events it took, in order."""
        return [one.event for one in self.came if 200 <= one.status < 300]

    @property
    def types(self) -> list[str]:
        """Types of the events it took, in order, without the prefix."""
        return [event["type"].removeprefix("onewindow.") for event in self.taken]


@contextmanager
def a_subscriber(**said: Any) -> Iterator[SubscriberAt]:
    """A subscriber that listens until the block ends."""
    it = SubscriberAt(**said)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with it.lock:
                it.at_once += 1
                it.most_at_once = max(it.most_at_once, it.at_once)
                number = len(it.came) + 1
            time.sleep(it.slow_seconds)
            status = it.answers(json.loads(body), number)
            with it.lock:
                it.at_once -= 1
                it.came.append(Came({name.lower(): value for name, value in self.headers.items()}, body, status))
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in it.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(it.says)) if status != 204 else "0")
            self.end_headers()
            if status != 204:
                self.wfile.write(it.says.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who is killed in the middle of a request is no matter of the subscriber's."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    it.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_subscription(url: str, at: datetime, **said: Any) -> Subscription:
    """A subscription to everything, signed with SECRET."""
    values = {
        "id": new_key(),
        "name": "register of the tests",
        "url": url,
        "types": ("*",),
        "secret": SECRET,
        "available_at": at,
        "created_by": new_key(),
        "created_at": at,
        "changed_at": at,
    }
    return Subscription(**(values | said))


def subscribe_to(runtime: Runtime, url: str, **said: Any) -> Subscription:
    """Keep a subscription."""
    made = a_subscription(url, runtime.clock.now(), **said)
    with runtime.database.work() as work:
        work.webhooks.add(made)
    return made


def a_messenger(
    runtime: Runtime, owner: str = "worker-1", *, limits: SendLimits | None = None, **pace: Any
) -> Messenger:
    """A messenger that may call this machine; secrets are kept as they are."""
    return Messenger(
        runtime=runtime,
        sender=Sender(InnerHosts(frozenset({"127.0.0.1"})), limits),
        open_secrets=list,
        source=SOURCE,
        owner=owner,
        pace=MessengerPace(**pace),
        chance=lambda: 0.5,
    )


def later(runtime: Runtime, **length: float) -> None:
    """Let the test's clock go on."""
    assert isinstance(runtime.clock, FrozenClock)
    runtime.clock.advance(timedelta(**length))


def two_tasks(running: Running) -> None:
    """Deploy a process of two tasks, to be told of."""
    running.deploy(a_process("permit").start().user_task("check", queue=QUEUE).user_task("decide", queue=QUEUE).end())


def tell(running: Running) -> int:
    """Tell everybody whose turn it is; gives how many calls were made."""
    return a_messenger(running.runtime).tell_what_is_due()


def deliveries(running: Running) -> list[tuple[str, int]]:
    """State and attempts of all deliveries, in the order of their events."""
    rows = running.rows("SELECT state, attempts FROM webhook_delivery ORDER BY position")
    return [(row["state"], row["attempts"]) for row in rows]
