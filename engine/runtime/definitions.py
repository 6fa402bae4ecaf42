"""Definitions ready to run, kept while they are used: read and compiled once per file, not once per step.

What is kept is found by the checksum of a file or the key of a definition; neither ever changes its meaning, so nothing
is ever thrown out because it is old. A file of decisions that imports others is found by the checksum of the list of
all of them. Which definition a name means just now is asked of the database each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.bpmn.kernel.port import CompiledProcess, Kernel
from engine.bpmn.model import Binding
from engine.bpmn.reader import XmlLimits, read_bpmn
from engine.casework.passport import ServicePassport
from engine.errors import NotFound, Refused
from engine.runtime.decisions import LoadedDecisions
from engine.runtime.marks import Marks
from engine.runtime.passport_file import read_passport_file
from engine.runtime.ports import Forms, ReadForm
from engine.runtime.recent import Recent
from engine.store.records import DefinitionRecord
from engine.store.unit_of_work import UnitOfWork

PROCESS: Final = "process"
DECISION: Final = "decision"
FORM: Final = "form"
SERVICE: Final = "service"


class DefinitionUnusable(Refused):
    """A definition that was deployed cannot be read by this version of Onewindow."""

    code = "definition-unusable"


@dataclass(frozen=True, slots=True)
class LoadedProcess:
    """A process ready to run, and what its model says about the case."""

    compiled: CompiledProcess
    marks: Marks


class DefinitionCache:
    """Compiled definitions. Safe to use from several threads."""

    def __init__(self, kernel: Kernel, forms: Forms, *, files: int = 256, xml: XmlLimits | None = None) -> None:
        """`files` bounds how many files of each kind are kept."""
        self._kernel = kernel
        self._forms = forms
        self._xml = xml
        self._records: Recent[str, DefinitionRecord] = Recent(files * 8)
        self._processes: Recent[str, Mapping[str, LoadedProcess]] = Recent(files)
        self._decisions: Recent[str, LoadedDecisions] = Recent(files)
        self._read_forms: Recent[str, ReadForm] = Recent(files)
        self._passports: Recent[str, ServicePassport] = Recent(files)

    def record(self, work: UnitOfWork, definition_id: str) -> DefinitionRecord:
        """What was deployed under a key. Raises NotFound."""
        return self._records.get(definition_id, lambda: work.deployments.definition(definition_id))

    def process(self, work: UnitOfWork, record: DefinitionRecord) -> LoadedProcess:
        """The process of a definition."""
        return self._process(work, record.checksum, record.key, record.file_name)

    def process_of_source(self, work: UnitOfWork, process_id: str, source: str) -> LoadedProcess:
        """A process of the file with this checksum."""
        return self._process(work, source, process_id, process_id)

    def decisions(self, work: UnitOfWork, record: DefinitionRecord) -> LoadedDecisions:
        """The file of decisions that holds a decision definition."""

        def make() -> LoadedDecisions:
            return LoadedDecisions.read(record.checksum, record.file_name, work.deployments.content)

        return self._decisions.get(record.checksum, make)

    def form(self, work: UnitOfWork, record: DefinitionRecord) -> ReadForm:
        """The form of a definition. Raises DefinitionUnusable."""

        def make() -> ReadForm:
            form, _ = self._forms.inspect(work.deployments.content(record.checksum), record.file_name)
            if form is None:
                raise _unusable("form", record.key)
            return form

        return self._read_forms.get(record.checksum, make)

    def passport(self, work: UnitOfWork, record: DefinitionRecord) -> ServicePassport:
        """The passport of a service."""

        def make() -> ServicePassport:
            return read_passport_file(work.deployments.content(record.checksum), record.file_name)

        return self._passports.get(record.checksum, make)

    def _process(self, work: UnitOfWork, checksum: str, process_id: str, file: str) -> LoadedProcess:
        def make() -> Mapping[str, LoadedProcess]:
            definitions, _ = read_bpmn(work.deployments.content(checksum), file=file, limits=self._xml)
            compiled, _ = self._kernel.compile(definitions, checksum)
            return MappingProxyType(
                {id: LoadedProcess(one, Marks.of(definitions.processes[id])) for id, one in compiled.items()}
            )

        found = self._processes.get(checksum, make).get(process_id)
        if found is None:
            raise _unusable("process", process_id)
        return found


def bound(
    work: UnitOfWork, kind: str, key: str, binding: Binding, tag: str | None, deployment_id: str
) -> DefinitionRecord:
    """The definition a name means: the newest, the one deployed together with `deployment_id`, or the one with a tag.

    Raises NotFound.
    """
    if binding is Binding.deployment:
        found = work.deployments.of_deployment(deployment_id, kind, key)
        if found is not None:
            return found
    try:
        return work.deployments.find(kind, key, version_tag=tag if binding is Binding.version_tag else None)
    except NotFound as missing:
        raise NotFound(
            f"There is no {kind} {key!r:.100}{f' with version tag {tag!r:.60}' if tag else ''}.",
            remedy=f"Deploy the {kind}, or correct the name.",
            kind=kind,
        ) from missing


def _unusable(kind: str, key: str) -> DefinitionUnusable:
    return DefinitionUnusable(
        f"The {kind} {key!r:.100} was deployed once, but cannot be used by this version.",
        remedy="Deploy it again and read the findings.",
    )
