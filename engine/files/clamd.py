"""Asks clamd whether content holds malware, over its own protocol (clamd(8), INSTREAM).

The content is sent in chunks, each with its length as four bytes; a chunk of no length ends it. One connection an
answer: `stream: OK`, `stream: <name> FOUND`, or an ERROR. clamd never learns whose file it is.
"""

from __future__ import annotations

import re
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from engine.errors import Invalid, Unavailable
from engine.files.storage import PIECE_BYTES

_LONGEST_ANSWER: Final = 4_096
_FOUND: Final = re.compile(r"stream: (.{1,200}) FOUND")


class ScannerAway(Unavailable):
    """The scanner does not answer, or could not look: nothing is known about the content."""

    code = "scanner-away"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner said."""

    malware: str | None
    """Name of what was found; None when it is clean."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """A scanner at `place`: `/path/of/socket`, or `host:port`."""

    place: str
    timeout_seconds: float = 60.0
    """For each read and write."""

    def __post_init__(self) -> None:
        if not self.place.startswith("/"):
            host, _, port = self.place.rpartition(":")
            if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
                raise Invalid(
                    f"Expected the socket of clamd, or its host and port, found {self.place!r:.100}.",
                    remedy="Write /run/clamav/clamd.ctl or 127.0.0.1:3310.",
                )

    def scan(self, content: BinaryIO) -> Verdict:
        """Let the rest of a stream be looked at. Raises ScannerAway."""
        try:
            with self._connected() as link:
                link.sendall(b"zINSTREAM\0")
                try:
                    while piece := content.read(PIECE_BYTES):
                        link.sendall(struct.pack("!L", len(piece)) + piece)
                    link.sendall(struct.pack("!L", 0))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it has said all it wants to say before the end, such as that the content is too large
                return _verdict(_answer(link))
        except OSError as fault:
            raise ScannerAway(
                f"The malware scanner cannot be reached, or broke off ({fault.strerror or type(fault).__name__}).",
                remedy="An operator looks at clamd and at ONEWINDOW_CLAMD.",
                retry_after_seconds=30,
            ) from fault

    def check(self) -> None:
        """Ask whether it is there. Raises ScannerAway."""
        try:
            with self._connected() as link:
                link.sendall(b"zPING\0")
                answer = _answer(link)
        except OSError as fault:
            raise ScannerAway("The malware scanner cannot be reached.", retry_after_seconds=30) from fault
        if answer != "PONG":
            raise ScannerAway(f"The malware scanner answered {answer!r:.80}.", retry_after_seconds=30)

    def _connected(self) -> socket.socket:
        if self.place.startswith("/"):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(self.timeout_seconds)
            try:
                link.connect(str(Path(self.place)))
            except OSError:
                link.close()
                raise
            return link
        host, _, port = self.place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), self.timeout_seconds)


def _answer(link: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < _LONGEST_ANSWER:
        piece = link.recv(_LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict(None)
    found = _FOUND.fullmatch(answer)
    if found is not None:
        return Verdict(found[1])
    raise ScannerAway(
        f"The malware scanner could not look at the content: {answer or 'it broke off'!r:.200}.",
        remedy="Is StreamMaxLength of clamd at least as large as ONEWINDOW_ATTACHMENT_MAX_BYTES?",
        retry_after_seconds=60,
    )
