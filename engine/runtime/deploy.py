"""Deploys a bundle of files: all or nothing, and nothing twice.

A file whose content is that of the newest version makes no new version; a bundle without a change makes no deployment.
When something changed, a process that binds to what is deployed together with it gets a new version too: else it would
go on with the old. Start events by message, signal and timer belong to the newest version from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from engine.bpmn.kernel.port import StartKind
from engine.bpmn.model import Binding, Definitions, Process
from engine.bpmn.reader import read_bpmn
from engine.casework.actor import SYSTEM, Actor
from engine.casework.policy import Action, permit
from engine.diagnostics import Diagnostic, ModelRefused, errors_in
from engine.dmn import FindModel, FoundModel
from engine.errors import NotFound
from engine.identity import QueueName, new_key
from engine.runtime.act import Act, transact
from engine.runtime.agency_references import check_agencies
from engine.runtime.bundle import MODEL, Bundle, Part, error_codes, read_bundle
from engine.runtime.decisions import kept_model
from engine.runtime.definitions import PROCESS
from engine.runtime.foreseen import check_answers, check_foreseen
from engine.runtime.link_decisions import link_decisions
from engine.runtime.prefill_checks import check_prefills
from engine.runtime.references import Known, check_references
from engine.runtime.separation_checks import check_separations
from engine.runtime.spread import next_start, start_timer_job
from engine.runtime.visibility import check_readers
from engine.runtime.wiring import Runtime
from engine.store.records import DefinitionRecord, StartRecord

_CHAIN: Final = "deployments"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentResult:
    """What a deployment made."""

    id: str | None
    """Key of the deployment; None when everything was deployed before."""
    definitions: tuple[DefinitionRecord, ...] = ()
    """All definitions of the bundle, as they stand now."""
    new_definitions: tuple[DefinitionRecord, ...] = ()
    """Those that are new or have a new version."""
    findings: tuple[Diagnostic, ...] = ()
    """Warnings and remarks."""


def deploy(runtime: Runtime, files: Mapping[str, bytes], *, by: Actor) -> DeploymentResult:
    """Deploy files by name. Raises ModelRefused with every fault found; DutyMissing."""
    permit(by, Action.deploy)
    bundle = read_bundle(files, runtime.kernel, runtime.forms, runtime.limits, runtime.templates, runtime.notices)

    def change(act: Act) -> DeploymentResult:
        linked, findings = _examined(act, bundle)
        if errors_in(findings):
            raise ModelRefused(findings)
        return _write(act, linked, findings)

    return transact(runtime, by, change)


def check(runtime: Runtime, files: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """What deploying these files would find. Changes nothing, raises nothing about the files."""
    bundle = read_bundle(files, runtime.kernel, runtime.forms, runtime.limits, runtime.templates, runtime.notices)
    return transact(runtime, SYSTEM, lambda act: _examined(act, bundle)[1])


def _examined(act: Act, bundle: Bundle) -> tuple[Bundle, tuple[Diagnostic, ...]]:
    """The bundle linked with what its files import, and the findings; the one that was read stays as it was."""
    linked = bundle.copy()
    link_decisions(linked, _deployed_decisions(act))
    known = _known(act)
    check_references(linked, known)
    check_agencies(linked, act.work.organisation.agency_keys())
    check_readers(linked, act.runtime.forms, known.queues)
    check_separations(linked, known.deployed_model, _members(act))
    check_foreseen(linked, act.runtime.forms)
    check_answers(linked)
    check_prefills(linked, act.runtime.forms)
    return linked, tuple(dict.fromkeys(linked.findings))


def _members(act: Act) -> Callable[[QueueName], frozenset[str]] | None:
    """Who works in a queue; None where nobody said who works anywhere."""
    if act.runtime.known_queues is None:
        return None
    return cache(lambda queue: frozenset(act.work.accounts.members_of([str(queue)])))


def _deployed_decisions(act: Act) -> FindModel:
    """The newest deployed file of decisions of a namespace."""
    kept = act.work.deployments

    def find(namespace: str) -> FoundModel | None:
        try:
            found = kept.find(MODEL, namespace)
        except NotFound:
            return None
        return kept_model(found.checksum, found.file_name, kept.content)

    return find


def _known(act: Act) -> Known:
    work = act.work

    def is_deployed(kind: str, key: str, binding: Binding, tag: str | None) -> bool:
        try:
            work.deployments.find(kind, key, version_tag=tag if binding is Binding.version_tag else None)
        except NotFound:
            return False
        return binding is not Binding.deployment

    def message_starter(name: str) -> str | None:
        starts = work.deployments.starts("message", name)
        return starts[0].process_id if starts else None

    @cache
    def deployed_file(process_id: str) -> Definitions | None:
        try:
            found = work.deployments.find(PROCESS, process_id)
        except NotFound:
            return None
        content = work.deployments.content(found.checksum)
        return read_bpmn(content, file=found.file_name, limits=act.runtime.limits.xml)[0]

    def deployed_model(process_id: str) -> Process | None:
        definitions = deployed_file(process_id)
        return None if definitions is None else definitions.processes.get(process_id)

    def deployed_error_codes(process_id: str) -> Mapping[str, str]:
        definitions = deployed_file(process_id)
        return {} if definitions is None else error_codes(definitions)

    known_queues = act.runtime.known_queues

    return Known(
        job_types=act.runtime.job_types,
        is_deployed=is_deployed,
        queues=None if known_queues is None else known_queues(work),
        message_starters=message_starter,
        deployed_model=deployed_model,
        deployed_error_codes=deployed_error_codes,
    )


def _write(act: Act, bundle: Bundle, findings: tuple[Diagnostic, ...]) -> DeploymentResult:
    before = act.work.deployments.latest([(part.kind, part.key) for part in bundle.parts])
    # That a file may be imported from now on changes nothing for the processes beside it.
    is_changed = any(_is_new(part, before.get((part.kind, part.key))) for part in bundle.parts if part.kind != MODEL)
    deployment_id = new_key()
    made: list[DefinitionRecord] = []
    stand: list[DefinitionRecord] = []
    for part in bundle.parts:
        newest = before.get((part.kind, part.key))
        old = _same_model(act, part, newest) if part.kind == MODEL else newest
        if old is None or _is_new(part, old) or (is_changed and _is_bound_to_deployment(bundle, part)):
            made.append(_definition(part, newest, deployment_id))
            stand.append(made[-1])
        else:
            stand.append(old)
    if not made:
        return DeploymentResult(id=None, definitions=tuple(stand), findings=findings)
    used = {one.checksum for one in made}
    used.update(*(bundle.links.get(checksum, ()) for checksum in tuple(used)))
    contents = {name: content for name, content in bundle.contents.items() if name in used}
    act.work.deployments.add(deployment_id, act.at, act.by.account, made, contents)
    _replace_starts(act, bundle, [one for one in made if one.kind == PROCESS])
    act.journal(
        _CHAIN,
        "deployment.created",
        deployment_id,
        definitions=[f"{one.kind}:{one.key}:{one.version}" for one in made],
        files=sorted(used),
    )
    return DeploymentResult(id=deployment_id, definitions=tuple(stand), new_definitions=tuple(made), findings=findings)


def _same_model(act: Act, part: Part, newest: DefinitionRecord | None) -> DefinitionRecord | None:
    """The version before of a file of decisions, where several files share the namespace their tool proposed."""
    if newest is None or newest.version_tag == part.version_tag:
        return newest
    try:
        return act.work.deployments.find(MODEL, part.key, version_tag=part.version_tag)
    except NotFound:
        return None


def _is_new(part: Part, old: DefinitionRecord | None) -> bool:
    return old is None or old.checksum != part.checksum


def _is_bound_to_deployment(bundle: Bundle, part: Part) -> bool:
    compiled = bundle.compiled.get(part.key) if part.kind == PROCESS else None
    return compiled is not None and any(one.binding is Binding.deployment for one in compiled.references)


def _definition(part: Part, old: DefinitionRecord | None, deployment_id: str) -> DefinitionRecord:
    return DefinitionRecord(
        id=new_key(),
        kind=part.kind,
        key=part.key,
        version=old.version + 1 if old else 1,
        version_tag=part.version_tag,
        name=part.name[:255],
        agency=part.agency,
        deployment_id=deployment_id,
        file_name=part.file[:255],
        checksum=part.checksum,
    )


def _replace_starts(act: Act, bundle: Bundle, processes: list[DefinitionRecord]) -> None:
    """Let the newest versions be started by their messages, signals and timers, and no older one."""
    starts = [
        StartRecord(
            process_id=one.key,
            element_id=trigger.element_id,
            definition_id=one.id,
            kind=str(trigger.kind),
            name=(trigger.name or trigger.expression)[:255],
        )
        for one in processes
        for trigger in bundle.compiled[one.key].start_triggers
        if trigger.kind is not StartKind.none
    ]
    act.work.deployments.replace_starts([one.key for one in processes], starts)
    timers = []
    for start in starts:
        if start.kind == StartKind.timer:
            due = next_start(act, start.definition_id, start.element_id)
            if due is not None:
                timers.append(start_timer_job(act, start.definition_id, start.process_id, start.element_id, due))
    act.work.jobs.enqueue_many(timers)
    act.jobs_are_due |= any(job.due_at <= act.at for job in timers)
