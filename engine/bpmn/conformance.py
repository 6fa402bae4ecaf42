"""Other people's files: for each, whether it is read, without loss, and executable, or why it is refused.

The core of `onewindow conformance bpmn DIR`. It measures; it knows no file by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias

from engine.bpmn.lint import lint
from engine.bpmn.model import Definitions
from engine.bpmn.reader import read_bpmn
from engine.diagnostics import Diagnostic, ModelRefused, errors_in
from engine.safe_xml import XmlLimits

Compile: TypeAlias = Callable[[Definitions], tuple[Mapping[str, object], tuple[Diagnostic, ...]]]
"""The kernel's `compile`: the executable processes of a file by id, with findings."""

_ENDINGS: Final = (".bpmn", ".bpmn20.xml", ".xml")


class Outcome(StrEnum):
    """What became of a file."""

    executable = "executable"
    refused = "refused"
    failed = "failed"
    """A fault of ours: an exception that is no diagnostic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVerdict:
    """What is to be said about one file."""

    file: str
    """Its path within the folder."""
    outcome: Outcome
    read: bool
    """Whether there is a model of it."""
    lossless: bool
    """Whether the model holds every element of the raw XML; true as well of a file that was refused whole."""
    elements: int
    """How many elements of the standard the raw XML holds."""
    executable_processes: int
    diagnostics: tuple[Diagnostic, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `--json`."""
        return {
            "file": self.file,
            "outcome": self.outcome.value,
            "read": self.read,
            "lossless": self.lossless,
            "elements": self.elements,
            "executable_processes": self.executable_processes,
            "diagnostics": [found.to_json() for found in self.diagnostics],
        }


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a folder and its folders that may hold BPMN, by their endings, in the order of their paths."""
    yield from (path for path in sorted(folder.rglob("*")) if path.name.endswith(_ENDINGS) and path.is_file())


def survey(folder: Path, compile: Compile | None = None, limits: XmlLimits | None = None) -> list[FileVerdict]:
    """A verdict on each file of a folder. Never raises because of a file."""
    return [judge(path, str(path.relative_to(folder)), compile, limits) for path in files_of(folder)]


def judge(path: Path, name: str, compile: Compile | None = None, limits: XmlLimits | None = None) -> FileVerdict:
    """The verdict on one file; without `compile` it counts as executable when nothing found stands against it."""
    try:
        return _judge(path, name, compile, limits or XmlLimits())
    except Exception as fault:  # noqa: BLE001 - the survey measures us too: a fault of ours is a line, not an end
        message = f"Expected a model or a diagnostic, found {type(fault).__name__}: {fault!s:.200}"
        finding = Diagnostic("internal-error", message, "Report it with the file.", file=name)
        return _verdict(name, Outcome.failed, diagnostics=(finding,))


def _judge(path: Path, name: str, compile: Compile | None, limits: XmlLimits) -> FileVerdict:
    with path.open("rb") as opened:
        data = opened.read(limits.bytes + 1)
    try:
        definitions, found = read_bpmn(data, file=name, limits=limits)
    except ModelRefused as refused:
        return _verdict(name, Outcome.refused, lossless=True, diagnostics=refused.diagnostics)
    lossless = not any(one.rule == "lost-elements" for one in found)
    found += lint(definitions, file=name)
    executable = sum(process.executable for process in definitions.processes.values())
    if compile is not None and not errors_in(found):
        compiled, of_kernel = compile(definitions)
        found += of_kernel
        executable = len(compiled)
    outcome = Outcome.refused if errors_in(found) or not executable else Outcome.executable
    return _verdict(
        name,
        outcome,
        read=True,
        lossless=lossless,
        elements=sum(definitions.counted.values()),
        executable_processes=executable if outcome is Outcome.executable else 0,
        diagnostics=found,
    )


def _verdict(
    file: str,
    outcome: Outcome,
    *,
    read: bool = False,
    lossless: bool = False,
    elements: int = 0,
    executable_processes: int = 0,
    diagnostics: tuple[Diagnostic, ...] = (),
) -> FileVerdict:
    return FileVerdict(
        file=file,
        outcome=outcome,
        read=read,
        lossless=lossless,
        elements=elements,
        executable_processes=executable_processes,
        diagnostics=diagnostics,
    )
