"""The styles and scripts that browsers load: built by `scripts/assets`, named by their content, kept for a year."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request, send_from_directory, url_for

from door.access import under
from engine.casework.policy import Action
from engine.errors import Unavailable

FOLDER: Final = Path(__file__).parent / "built"
_YEAR: Final = 31_536_000

blueprint = Blueprint("assets", __name__, url_prefix="/assets")


class NotBuilt(Unavailable):
    """Nobody built the styles and scripts of this checkout."""

    code = "assets-not-built"

    def __init__(self) -> None:
        super().__init__("The styles and scripts of the pages are not built.", remedy="Run scripts/assets.")


@lru_cache(maxsize=1)
def manifest() -> Mapping[str, str]:
    """Name in templates -> name of the file. Raises NotBuilt."""
    try:
        return dict(json.loads((FOLDER / "manifest.json").read_text("utf-8")))
    except FileNotFoundError:
        raise NotBuilt from None


def asset(name: str) -> str:
    """The address of a built file. Raises NotBuilt."""
    return url_for("assets.file", name=manifest()[name])


@blueprint.get("/<name:name>")
@under(Action.read_public)
def file(name: str) -> Response:
    """A built file, packed for who can unpack it; its name changes with its content."""
    packed = bool(request.accept_encodings["gzip"]) and (FOLDER / f"{name}.gz").is_file()
    kind, _ = guess_type(name)
    answer = send_from_directory(FOLDER, f"{name}.gz" if packed else name, mimetype=kind, max_age=_YEAR)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return answer
