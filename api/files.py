"""Content in requests and answers: read piece by piece, given out so that no browser does more with it than keep it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected

from engine.files.names import disposition
from engine.files.storage import PIECE_BYTES, chunks_of
from engine.runtime.open_file import OpenedFile

_SANDBOX: Final = (
    "default-src 'none'; object-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def download(opened: OpenedFile) -> Response:
    """The answer that offers a file: as an attachment, of its own type, in a sandbox."""

    def content() -> Iterator[bytes]:
        with opened.content:
            yield from chunks_of(opened.content)

    answer = Response(content(), content_type=opened.media_type)
    answer.call_on_close(opened.content.close)
    answer.content_length = opened.size
    answer.headers["Content-Disposition"] = disposition(opened.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _SANDBOX
    answer.headers["Cache-Control"] = "private, no-store"
    answer.set_etag(opened.sha256)
    return answer


def body() -> Iterator[bytes]:
    """The body of the request. One that breaks off ends where it broke: what came is kept, and the sender goes on."""
    while True:
        try:
            piece = request.stream.read(PIECE_BYTES)
        except ClientDisconnected:
            return
        if not piece:
            return
        yield piece
