"""Which problems an operation may answer with: derived from what it takes, so that no route forgets to declare one.

Every operation has `default` besides, for what happens to any request: 500, and 405 of an address. What a test of the
whole document finds undeclared is mended here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final

from door.access import Rule

_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def problems_of(
    method: str,
    path: str,
    *,
    rule: Rule,
    takes_json: bool,
    takes_file: bool,
    takes_query: bool,
    headers: Iterable[str],
) -> dict[str, str]:
    """Status -> name of the response in the document.

    `takes_file` is a body that is not JSON; `headers` are those named: If-Match, or a signature in place of a sign-in.
    """
    named = frozenset(headers)

    def expected() -> Iterator[HTTPStatus]:
        if rule.roles is not None:
            yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        elif any(name.endswith("-Signature") for name in named):
            yield HTTPStatus.UNAUTHORIZED
        elif takes_json:
            # a sign-in: what it carries proves who it is, or does not
            yield HTTPStatus.UNAUTHORIZED
        if "<" in path or takes_json or takes_file or takes_query:
            yield HTTPStatus.NOT_FOUND
        if takes_json or takes_file:
            yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if takes_json:
            # wrong passwords and codes, and applications without end
            yield HTTPStatus.TOO_MANY_REQUESTS
        if takes_file:
            yield HTTPStatus.INSUFFICIENT_STORAGE
        if takes_json or takes_file or takes_query or method in _UNSAFE:
            yield HTTPStatus.UNPROCESSABLE_ENTITY
        if method in _UNSAFE:
            yield HTTPStatus.CONFLICT
        if "If-Match" in named:
            yield from (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
        yield HTTPStatus.SERVICE_UNAVAILABLE

    return {str(int(status)): status.name for status in sorted(expected())}
