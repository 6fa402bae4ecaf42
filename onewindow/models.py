"""Files of analysts, looked at without a database: what they hold and what is wrong with them.

For `onewindow lint` and `inspect`. What a model names outside of its file (connectors, queues, other files) is checked
at deployment, where it is known what exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from engine.bpmn.inspect import Row, describe
from engine.bpmn.kernel.port import Kernel
from engine.bpmn.lint import lint
from engine.bpmn.reader import XmlLimits, read_bpmn
from engine.connectors.document.templates import DocumentTemplates
from engine.diagnostics import Diagnostic, ModelRefused, errors_in
from engine.errors import Invalid
from engine.runtime.passport_file import read_passport_file
from forms import Form, inspect_form
from onewindow.decision_files import describe_decisions
from onewindow.decision_folders import DecisionFolder

PASSPORT: Final = "service.yaml"
ENDINGS: Final = (".bpmn", ".dmn", ".form", ".html")
_MOST_BYTES: Final = 20_000_000


class NoModel(Invalid):
    """A path is no file or folder of models."""

    code = "no-model"


@dataclass(frozen=True, slots=True)
class Examined:
    """A file and what was found in it."""

    file: str
    rows: tuple[Row, ...]
    diagnostics: tuple[Diagnostic, ...]
    executable: tuple[str, ...] = ()
    """Ids of the processes of the file that can run."""

    @property
    def is_refused(self) -> bool:
        """Whether something stands against its deployment."""
        return bool(errors_in(self.diagnostics))

    def to_json(self) -> dict[str, Any]:
        """Plain values, for `--json`: each element with its own findings."""
        own: dict[str | None, list[dict[str, Any]]] = {}
        for found in self.diagnostics:
            own.setdefault(found.element_id, []).append(found.to_json())
        return {
            "file": self.file,
            "deployable": not self.is_refused,
            "executable_processes": list(self.executable),
            "elements": [{**row.to_json(), "diagnostics": own.get(row.id, [])} for row in self.rows],
            "diagnostics": [found.to_json() for found in self.diagnostics],
        }


def files_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The models among files and folders, in order. Raises NoModel for what is not there or is none."""
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if _is_model(file) and file.is_file())
            if not found:
                raise NoModel(f"{path} holds no model.", remedy=f"Expected files ending in {', '.join(ENDINGS)}.")
            yield from found
        elif not path.exists():
            raise NoModel(f"{path} is not there.", remedy="Check the path.")
        elif not _is_model(path):
            raise NoModel(f"{path} is no model.", remedy=f"Name files ending in {', '.join(ENDINGS)}, or {PASSPORT}.")
        else:
            yield path


def examine(path: Path, kernel: Kernel, limits: XmlLimits, named_with_it: Sequence[Path] = ()) -> Examined:
    """Read one file and say what it holds. Raises NoModel when it cannot be opened.

    What decisions import is looked for in the file's folder and among the files named with it.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise NoModel(f"{path} has more than {_MOST_BYTES:,} bytes.", remedy="This is no model.")
        content = path.read_bytes()
    except OSError as fault:
        raise NoModel(f"{path} cannot be read: {fault.strerror}.", remedy="Check the path.") from fault
    name = str(path)
    try:
        if path.suffix == ".form":
            form, found = inspect_form(content, name)
            return Examined(name, _of_form(form), tuple(found))
        if path.suffix == ".dmn":
            return Examined(name, *describe_decisions(content, name, DecisionFolder(path, named_with_it)))
        if path.suffix == ".html":
            return Examined(name, (), DocumentTemplates().inspect(content, name))
        if path.name == PASSPORT:
            read_passport_file(content, name)
            return Examined(name, (), ())
        return _bpmn(name, content, kernel, limits)
    except ModelRefused as refused:
        return Examined(name, (), tuple(_in_file(refused.diagnostics, name)))


def _is_model(path: Path) -> bool:
    return path.suffix in ENDINGS or path.name == PASSPORT


def _bpmn(name: str, content: bytes, kernel: Kernel, limits: XmlLimits) -> Examined:
    definitions, found = read_bpmn(content, file=name, limits=limits)
    compiled, refusals = kernel.compile(definitions)
    together = dict.fromkeys((*found, *lint(definitions, file=name), *_in_file(refusals, name)))
    return Examined(name, tuple(describe(definitions)), tuple(together), tuple(compiled))


def _in_file(diagnostics: Sequence[Diagnostic], name: str) -> Iterator[Diagnostic]:
    yield from (found if found.file else replace(found, file=name) for found in diagnostics)


def _of_form(form: Form | None) -> tuple[Row, ...]:
    if form is None:
        return ()
    return tuple(
        Row(
            id=component.id,
            type=str(getattr(component, "widget", type(component).__name__)),
            name=str(getattr(component, "label", "") or ""),
            line=0,
            scope=form.id,
            meaning=str(getattr(component, "key", "") or ""),
        )
        for component in form.walk()
    )
