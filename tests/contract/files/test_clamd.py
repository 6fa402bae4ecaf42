"""The malware scanner's protocol, against a server that speaks it as clamd does."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from engine.errors import Invalid
from engine.files.clamd import Clamd, ScannerAway

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class FakeClamd:
    """Answers PING and INSTREAM; finds the test file of the makers of scanners."""

    server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    most: int = 1_000_000
    seen: list[bytes] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server.getsockname()[1]}"

    def serve(self) -> None:
        """One connection after the other, until it is closed."""
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            with link, link.makefile("rb") as stream:
                link.sendall(self._answer(stream) + b"\0")

    def _answer(self, stream: io.BufferedReader) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += stream.read(1)
        if command == b"zPING\0":
            return b"PONG"
        content = b""
        while length := struct.unpack("!L", stream.read(4))[0]:
            content += stream.read(length)
        self.seen.append(content)
        if len(content) > self.most:
            return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    """A scanner that listens."""
    fake = FakeClamd()
    thread = threading.Thread(target=fake.serve)
    thread.start()
    yield fake
    fake.server.shutdown(socket.SHUT_RDWR)
    fake.server.close()
    thread.join()


def test_clean_content_is_clean_and_all_of_it_was_seen(clamd: FakeClamd) -> None:
    content = b"0123456789" * 60_000

    assert Clamd(clamd.place).scan(io.BytesIO(content)).malware is None
    assert clamd.seen == [content]


def test_malware_is_named(clamd: FakeClamd) -> None:
    assert Clamd(clamd.place).scan(io.BytesIO(EICAR)).malware == "Eicar-Test-Signature"


def test_content_that_was_not_looked_at_is_not_called_clean(clamd: FakeClamd) -> None:
    clamd.most = 10

    with pytest.raises(ScannerAway, match="size limit"):
        Clamd(clamd.place).scan(io.BytesIO(b"0123456789ab"))


def test_it_can_be_checked(clamd: FakeClamd) -> None:
    Clamd(clamd.place).check()


@pytest.mark.parametrize("place", ["127.0.0.1:1", "/nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_is_away(place: str) -> None:
    with pytest.raises(ScannerAway):
        Clamd(place).scan(io.BytesIO(b"x"))
    with pytest.raises(ScannerAway):
        Clamd(place).check()


@pytest.mark.parametrize("place", ["", "clamd", "host:", ":3310", "host:port"])
def test_a_place_that_is_none_is_refused_with_an_example(place: str) -> None:
    with pytest.raises(Invalid, match="3310"):
        Clamd(place)
