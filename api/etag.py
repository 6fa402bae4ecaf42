"""Versions of things two may edit: ETag on answers, If-Match on changes (RFC 9110, 8.8.3 and 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import request

from door.statuses import PreconditionFailed, PreconditionMissing

_TAG: Final = re.compile(r'"([0-9]{1,18})"')
PARAMETER: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version you change.",
    "schema": {"type": "string"},
    "example": '"3"',
}


def version_to_change() -> int:
    """The version the caller read, from If-Match. Raises PreconditionMissing, PreconditionFailed for no tag of ours."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise PreconditionMissing(
            "This change needs the header If-Match with the ETag you read.",
            remedy='Read it again and send its ETag, such as If-Match: "3".',
        )
    found = _TAG.fullmatch(sent.strip())
    if found is None:
        raise PreconditionFailed(
            "The ETag in If-Match was not given out here.", remedy='Send the ETag as you read it, such as "3".'
        )
    return int(found[1])
