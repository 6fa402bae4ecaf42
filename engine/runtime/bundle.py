"""The files of a deployment, read and compiled, with everything that stands against each of them. Pure.

What the files say about each other and about what is deployed already is checked in `references`; `deploy` writes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from engine.bpmn.kernel.port import CompiledProcess, Kernel
from engine.bpmn.lint import lint
from engine.bpmn.model import Definitions as ProcessDefinitions
from engine.bpmn.model import Process, UserTask
from engine.bpmn.reader import read_bpmn
from engine.casework.passport import ServicePassport
from engine.diagnostics import Diagnostic, ModelRefused, Severity
from engine.dmn import Definitions, FoundModel, compile_decisions, read_dmn
from engine.dmn.checks import check_tables, check_types
from engine.runtime.marks import mark_faults
from engine.runtime.passport_file import read_passport_file
from engine.runtime.ports import Forms, ReadForm, Templates
from engine.runtime.wiring import Limits

_BPMN: Final = (".bpmn", ".bpmn20.xml")
_TEMPLATES: Final = ".html"
_NOTICES: Final = ".notice.yaml"
_TEMPLATE_KEY: Final = re.compile("[a-z0-9][a-z0-9-]{0,99}")
DOCUMENT: Final = "document"
"""The connector that fills templates of documents, and the kind of their definitions."""
NOTICE: Final = "notice"
"""The same of notices."""
MODEL: Final = "model"
"""A file of decisions as a whole, by its namespace: what other files import."""
_PASSPORTS: Final = ("service.yaml", "service.yml")
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something executable in a file: it becomes a definition."""

    kind: str
    """`process`, `decision` (of services too), `model`, `form`, `document`, `notice` (templates) or `service`."""
    key: str
    name: str
    file: str
    checksum: str
    version_tag: str | None = None
    agency: str | None = None


@dataclass(slots=True)
class Bundle:
    """Files that are deployed together."""

    contents: dict[str, bytes]
    """By checksum."""
    sums: Mapping[str, str] = field(default_factory=dict)
    """Checksum by file name."""
    parts: list[Part] = field(default_factory=list)
    models: dict[str, Process] = field(default_factory=dict)
    """By process id; also of processes that could not be compiled."""
    error_codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Codes of the errors of the file of a process, by id of the error, by process id."""
    compiled: dict[str, CompiledProcess] = field(default_factory=dict)
    passports: dict[str, ServicePassport] = field(default_factory=dict)
    """By file name."""
    forms: dict[str, ReadForm] = field(default_factory=dict)
    """By id."""
    decisions: dict[str, Definitions] = field(default_factory=dict)
    """Files of decisions that were read, by name; those that import others wait for `link_decisions`."""
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a definition's checksum: those of the files that it was linked with."""
    findings: list[Diagnostic] = field(default_factory=list)

    def copy(self) -> Bundle:
        """The same, to be linked and found fault with by itself."""
        return replace(
            self,
            contents=dict(self.contents),
            parts=list(self.parts),
            links=dict(self.links),
            findings=list(self.findings),
        )

    def has(self, kind: str, key: str) -> bool:
        """Whether a definition of this kind and name is among the files."""
        return any(part.kind == kind and part.key == key for part in self.parts)

    def file_of(self, kind: str, key: str) -> str | None:
        """The file a definition stands in."""
        return next((part.file for part in self.parts if part.kind == kind and part.key == key), None)

    def add(self, part: Part) -> None:
        """Take a definition in; two of one name are a fault."""
        before = self.file_of(part.kind, part.key)
        if before is not None:
            self.refuse(
                f"duplicate-{part.kind}",
                f"The {part.kind} {part.key!r:.100} stands in {before} and in {part.file}.",
                "Rename one of them, or leave one file out.",
                part.file,
                part.key,
            )
        self.parts.append(part)

    def refuse(
        self, rule: str, message: str, remedy: str, file: str | None, element_id: str | None = None, line: int = 0
    ) -> None:
        """Note a fault."""
        self.findings.append(
            Diagnostic(rule, message, remedy, Severity.error, element_id=element_id, line=line or None, file=file)
        )


def read_bundle(
    files: Mapping[str, bytes],
    kernel: Kernel,
    forms: Forms,
    limits: Limits,
    templates: Templates | None = None,
    notices: Templates | None = None,
) -> Bundle:
    """Read every file. Nothing is raised: all faults are findings of the bundle."""
    sums = {name: checksum(content) for name, content in files.items()}
    bundle = Bundle(contents={sums[name]: content for name, content in files.items()}, sums=sums)
    if not files:
        bundle.refuse("empty-bundle", "Expected at least one file.", "Send the files of one procedure.", None)
    size = sum(map(len, files.values()))
    if size > limits.bundle_bytes or len(files) > limits.bundle_files:
        bundle.refuse(
            "bundle-too-large",
            f"Expected at most {limits.bundle_files} files of {limits.bundle_bytes:,} bytes in all, "
            f"found {len(files)} of {size:,}.",
            "Deploy each procedure by itself.",
            None,
        )
        return bundle
    for name, content in files.items():
        try:
            if name.lower().endswith(_TEMPLATES):
                _read_template(bundle, name, content, templates, DOCUMENT)
            elif name.lower().endswith(_NOTICES):
                _read_template(bundle, name, content, notices, NOTICE)
            else:
                _read(bundle, name, content, kernel, forms, limits)
        except ModelRefused as refused:
            bundle.findings.extend(refused.diagnostics)
    _take_simple_decisions(bundle)
    for kind, reader in ((DOCUMENT, templates), (NOTICE, notices)):
        if reader is not None:
            _check_template_data(bundle, reader, kind)
    return bundle


def checksum(content: bytes) -> str:
    """How a file's content is known: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _read(bundle: Bundle, name: str, content: bytes, kernel: Kernel, forms: Forms, limits: Limits) -> None:
    if name.lower().endswith(_BPMN):
        _read_processes(bundle, name, content, kernel, limits)
    elif name.lower().endswith(".dmn"):
        bundle.decisions[name] = read_dmn(content, file=name)
    elif name.lower().endswith(".form"):
        form, findings = forms.inspect(content, name)
        bundle.findings.extend(findings)
        if form is not None:
            bundle.forms[form.id] = form
            bundle.add(Part(kind="form", key=form.id, name=form.id, file=name, checksum=checksum(content)))
    elif name.replace("\\", "/").rpartition("/")[2].lower() in _PASSPORTS:
        passport = read_passport_file(content, name)
        bundle.passports[name] = passport
        bundle.add(
            Part(
                kind="service",
                key=passport.key,
                name=passport.title.get("en", passport.key),
                file=name,
                checksum=checksum(content),
                agency=passport.agency,
            )
        )
    else:
        bundle.refuse(
            "unknown-file",
            "Expected files ending in .bpmn, .dmn, .form, .html or .notice.yaml, and service.yaml; "
            f"found {name!r:.120}.",
            "Leave the file out, or correct its name.",
            name,
        )


def _read_processes(bundle: Bundle, name: str, content: bytes, kernel: Kernel, limits: Limits) -> None:
    definitions, findings = read_bpmn(content, file=name, limits=limits.xml)
    compiled, more = kernel.compile(definitions, checksum(content))
    found = dict.fromkeys((*findings, *lint(definitions, file=name), *(_in_file(one, name) for one in more)))
    bundle.findings.extend(found)
    for process in definitions.processes.values():
        if not process.executable:
            continue
        bundle.add(
            Part(
                kind="process",
                key=process.id,
                name=process.name or process.id,
                file=name,
                checksum=checksum(content),
                version_tag=process.meaning.version_tag,
            )
        )
        bundle.models[process.id] = process
        bundle.error_codes[process.id] = error_codes(definitions)
        if process.id in compiled:
            bundle.compiled[process.id] = compiled[process.id]
        for fault in mark_faults(process):
            bundle.refuse(fault.rule, fault.message, fault.remedy, name, fault.element_id, fault.line)
        _check_assignments(bundle, process, name)


def error_codes(definitions: ProcessDefinitions) -> Mapping[str, str]:
    """The codes of the errors of a file, by id; one without a code is left out, for it catches all."""
    return {error.id: error.code for error in definitions.errors.values() if error.code}


def _check_assignments(bundle: Bundle, process: Process, name: str) -> None:
    """Work belongs to a queue or to one person: lists of candidate users are not kept, so they are refused."""
    for _, node in process.scope.walk():
        assignment = node.meaning.assignment
        if isinstance(node, UserTask) and assignment is not None and assignment.candidate_users:
            bundle.refuse(
                "candidate-users",
                "Candidate users are not supported: a task belongs to a queue, or to one assignee.",
                "Name a queue agency:role under candidate groups.",
                name,
                node.id,
                node.line,
            )


def _take_simple_decisions(bundle: Bundle) -> None:
    """Compile the files of decisions that import nothing, now that all are known."""
    for name, definitions in bundle.decisions.items():
        if not definitions.imports:
            try:
                take_decisions(bundle, name, definitions, bundle.sums[name], ())
            except ModelRefused as refused:
                bundle.findings.extend(refused.diagnostics)


def take_decisions(
    bundle: Bundle, name: str, definitions: Definitions, kept_as: str, imports: Iterable[FoundModel]
) -> None:
    """Compile a file of decisions with what it imports, and take in what it holds. Raises ModelRefused."""
    compiled = compile_decisions(definitions, (one.definitions for one in imports))
    findings = (*compiled.diagnostics, *check_types(compiled), *check_tables(definitions))
    bundle.findings.extend(_in_file(finding, name) for finding in findings)
    for key in (*compiled.decision_ids, *compiled.service_ids):
        node = compiled.nodes[definitions.namespace, key]
        bundle.add(Part(kind="decision", key=key, name=node.name, file=name, checksum=kept_as))
    if _is_importable(bundle, definitions):
        bundle.add(
            Part(
                kind=MODEL,
                key=definitions.namespace,
                name=definitions.name or name,
                file=name,
                checksum=kept_as,
                # What tells models apart that share the namespace their tool proposed.
                version_tag=(definitions.element_id or definitions.name)[:_LONGEST_NAME],
            )
        )


def _is_importable(bundle: Bundle, definitions: Definitions) -> bool:
    """Whether a namespace says which file is meant."""
    same = [one for one in bundle.decisions.values() if one.namespace == definitions.namespace]
    return 0 < len(definitions.namespace) <= _LONGEST_NAME and len(same) == 1


def _read_template(bundle: Bundle, name: str, content: bytes, templates: Templates | None, kind: str) -> None:
    ending = _TEMPLATES if kind == DOCUMENT else _NOTICES
    key = name.replace("\\", "/").rpartition("/")[2].lower().removesuffix(ending)
    if templates is None or _TEMPLATE_KEY.fullmatch(key) is None:
        bundle.refuse(
            "unknown-file",
            f"Expected a template named with small letters, digits and hyphens, found {name!r:.120}."
            if templates is not None
            else f"Templates of {kind}s are not taken here.",
            f"Rename the file, such as decision{ending}." if templates is not None else "Leave the file out.",
            name,
        )
        return
    bundle.findings.extend(templates.inspect(content, name))
    bundle.add(Part(kind=kind, key=key, name=key, file=name, checksum=checksum(content)))


def _check_template_data(bundle: Bundle, templates: Templates, kind: str) -> None:
    """A template must not use data that a task with inputs of its own does not give it: that is certain to fail."""
    for process in bundle.models.values():
        for _, node in process.scope.walk():
            task = node.meaning.task_definition
            key = node.meaning.headers.get("template", "")
            if task is None or task.type != kind or not node.meaning.inputs or not bundle.has(kind, key):
                continue
            file = bundle.file_of(kind, key)
            content = bundle.contents[next(part.checksum for part in bundle.parts if part.file == file)]
            given = {mapping.target.partition(".")[0] for mapping in node.meaning.inputs}
            for name, line in templates.unknown_data(content, given):
                bundle.refuse(
                    "template-unknown-data",
                    f"The template uses data.{name:.80}, which the task {node.id!r:.80} does not give it.",
                    f"Add an input mapping to {name:.80}, or write data.{name:.80}|default(...).",
                    file,
                    node.id,
                    line,
                )


def _in_file(finding: Diagnostic, name: str) -> Diagnostic:
    if finding.file is not None:
        return finding
    return Diagnostic(
        finding.rule, finding.message, finding.remedy, finding.severity, finding.element_id, finding.line, name
    )
