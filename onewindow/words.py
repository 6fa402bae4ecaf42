"""Names typed at the command line, checked before they are kept."""

from __future__ import annotations

import re
from typing import Final

from engine.errors import Invalid

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")


def checked_name(text: str) -> str:
    """A sign-in name or the name of an agency: small letters, digits, dots, hyphens. Raises Invalid."""
    if _NAME.fullmatch(text) is None:
        raise Invalid(
            f"{text!r:.120} cannot be a name here.",
            remedy="Use small letters, digits, dots, hyphens, underscores and @, at most 100.",
        )
    return text
