"""Folders of procedures as bundles of files: what `deploy` sends and what `run` ships."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.errors import Invalid

_ENDINGS: Final = (".bpmn", ".dmn", ".form", ".html")
_NOTICE: Final = ".notice.yaml"
_PASSPORT: Final = "service.yaml"
_SKIPPED: Final = "scenarios"


class NoBundle(Invalid):
    """A path holds nothing that could be deployed."""

    code = "no-bundle"


def bundle_of(path: Path) -> dict[str, bytes]:
    """The deployable files of a folder (its sub-folders too, scenarios apart), or one file. Raises NoBundle."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    if not path.is_dir():
        raise NoBundle(
            f"{path} is not there.", remedy="Name a folder of a procedure, such as processes/driving-licence."
        )
    found: dict[str, bytes] = {}
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        is_ours = file.suffix in _ENDINGS or file.name == _PASSPORT or file.name.endswith(_NOTICE)
        if not file.is_file() or _SKIPPED in inside.parts or not is_ours:
            continue
        if file.name in found:
            raise NoBundle(f"Two files of {path} are named {file.name}.", remedy="Give each file its own name.")
        found[file.name] = file.read_bytes()
    if not found:
        raise NoBundle(
            f"{path} holds nothing to deploy.",
            remedy="Expected service.yaml, .bpmn, .dmn, .form, .html or .notice.yaml files in it.",
        )
    return found


def procedures_in(folder: Path) -> list[Path]:
    """The folders of procedures in a folder: those with a passport or a model. Raises NoBundle when it is not there."""
    if not folder.is_dir():
        raise NoBundle(f"The folder of procedures {folder} is not there.", remedy="Set ONEWINDOW_PROCEDURES.")
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_dir() and ((path / _PASSPORT).exists() or any(path.glob("*.bpmn")))
    ]
