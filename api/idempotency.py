"""Repeating a request safely: the header Idempotency-Key, and one way for every view to carry out a use case.

With a key, the answer is kept in the very transaction of the effect: if the server dies after the commit, the repeated
request still gets the first answer; if it dies before, nothing happened. A second request with the same key that runs
at the same time loses at the unique constraint, is rolled back whole, and gets the first answer too. Keys belong to the
account: nobody sees an answer of somebody else. Source: the IETF draft on the Idempotency-Key header.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar

from flask import Response, current_app, request
from marshmallow import Schema

from api.wiring import services
from door.access import caller
from door.statuses import KeyReused
from engine.errors import Invalid, Place, Refused
from engine.runtime.wiring import Runtime
from engine.store.queries.accounts import kept_answer

HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
KEPT_FOR: Final = timedelta(hours=24)
_FORM: Final = re.compile(r"[\x21-\x7e]{8,128}")

R = TypeVar("R")


class BadKey(Invalid):
    """The Idempotency-Key is not one."""

    code = "idempotency-key-malformed"


def carry_out(
    act: Callable[[Runtime], R],
    answer: type[Schema],
    *,
    status: int = 200,
    view: Callable[[R], Any] = lambda result: result,
    kept_view: Callable[[R], Any] | None = None,
    etag: Callable[[R], str] | None = None,
) -> Response:
    """Run a use case and answer with its result; with an Idempotency-Key at most once.

    `answer` dumps what `view` makes of the result; `etag` is its version. `kept_view` makes the answer to a repetition,
    where the first one holds a secret that must not be kept. Raises what the use case raises, BadKey, and KeyReused
    when the key came before with another request.
    """
    wired = services()
    key = request.headers.get(HEADER) if request.method == "POST" else None

    def made(result: R, seen: Callable[[R], Any] = view) -> tuple[str, str | None]:
        return current_app.json.dumps(_schema(answer).dump(seen(result))), etag(result) if etag else None

    if key is None:
        return _answer(*made(act(wired.runtime)), status)
    _check(key)
    kept = _kept(key)
    if kept is not None:
        return kept
    answers: list[tuple[str, str | None]] = []

    def keep(work: Any, result: Any) -> None:
        answers[:] = [made(result)]
        now = wired.clock.now()
        work.idempotency.forget(now - KEPT_FOR)
        work.idempotency.keep(caller().account, key, _route(), _digest(), status, *made(result, kept_view or view), now)

    try:
        act(wired.runtime.recording(keep))
    except Refused:
        # the same request may have come twice at once: this one was rolled back, the other's answer is the first
        kept = _kept(key)
        if kept is not None:
            return kept
        raise
    return _answer(*answers[0], status)


@lru_cache(maxsize=256)
def _schema(answer: type[Schema]) -> Schema:
    """One schema of each type: making one takes longer than dumping with it, and dumping changes nothing in it."""
    return answer()


def _answer(body: str, tag: str | None, status: int) -> Response:
    made = Response(body, status=status, content_type="application/json")
    if tag is not None:
        made.set_etag(tag)
    return made


def _check(key: str) -> None:
    if _FORM.fullmatch(key) is None:
        raise BadKey(
            "The Idempotency-Key must be 8 to 128 visible ASCII characters.",
            places=[Place(HEADER, "Not a key.", "malformed")],
            remedy="Send a fresh UUID for every new request, and the same one when you repeat it.",
        )


def _kept(key: str) -> Response | None:
    """The answer given before to this account for this key. Raises KeyReused when the request was another."""
    wired, since = services(), services().clock.now() - KEPT_FOR
    with wired.read() as connection:
        kept = kept_answer(connection, caller().account, key, since)
    if kept is None:
        return None
    if (kept.route, kept.digest) != (_route(), _digest()):
        raise KeyReused(
            "This Idempotency-Key came before with another request.",
            places=[Place(HEADER, "Used before for something else.", "reused")],
            remedy="Take a fresh key for a new request; send the very same request to repeat one.",
        )
    answer = _answer(kept.body, kept.etag, kept.status)
    answer.headers[REPLAYED_HEADER] = "true"
    return answer


def _route() -> str:
    return f"{request.method} {request.path}"


def _digest() -> str:
    """A fingerprint of what was sent, by meaning: the order of names and blanks do not count."""
    if request.mimetype == "multipart/form-data":
        parts = [(name, upload.filename, _of_stream(upload)) for name, upload in request.files.items(multi=True)]
        meaning: Any = [sorted(parts, key=str), sorted(request.form.items(multi=True))]
    else:
        meaning = request.get_json() if request.get_data(cache=True) else None
    text = json.dumps(meaning, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _of_stream(upload: Any) -> str:
    digest = hashlib.file_digest(upload.stream, "sha256").hexdigest()
    upload.stream.seek(0)
    return digest


def no_content(act: Callable[[Runtime], None]) -> Response:
    """Run a use case that has nothing to tell; otherwise as `carry_out`."""
    made = carry_out(act, Schema, status=204, view=lambda _: {})
    if made.status_code == 204:
        made.data = b""
        del made.headers["Content-Type"]
    return made
