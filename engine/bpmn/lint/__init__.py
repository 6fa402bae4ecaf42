"""What is wrong or doubtful in a model before anybody tries to run it: `lint(definitions)`.

In: the shape of scopes (`structure`, `gateways`), events and what they refer to (`events`), what tasks need to be done
(`work`), expressions and static texts (`expressions`, `timers`), what is known of variables (`variables`), extensions
in vain (`extensions`), calls in a circle (`calls`). Out: reading (`reader`), whether the kernel can run it (`kernel`),
proofs of soundness. Every rule has a stable name; errors stand against deployment. A process that is not executable is
a drawing: it is held to nothing.
"""

from __future__ import annotations

from engine.bpmn.findings import Findings
from engine.bpmn.lint.calls import CallCycle, call_cycles, check_calls
from engine.bpmn.lint.events import check_events, check_references
from engine.bpmn.lint.expressions import check_expressions, check_message_keys
from engine.bpmn.lint.extensions import check_extensions
from engine.bpmn.lint.gateways import check_gateways
from engine.bpmn.lint.structure import check_scope
from engine.bpmn.lint.variables import check_variables
from engine.bpmn.lint.work import check_work
from engine.bpmn.model import Definitions, Process, SubProcess
from engine.diagnostics import Diagnostic, Severity

__all__ = ["CallCycle", "call_cycles", "check_variables", "lint"]


def lint(definitions: Definitions, *, file: str | None = None) -> tuple[Diagnostic, ...]:
    """All findings about a model that was read, in the order of the rules' rooms. Never raises."""
    findings = Findings(file)
    _check_file(definitions, findings)
    for process in definitions.processes.values():
        if process.executable:
            _check_process(definitions, process, findings)
    check_calls(definitions, findings)
    return findings.all()


def _check_file(definitions: Definitions, findings: Findings) -> None:
    if not definitions.processes:
        findings.about(definitions, Severity.error, "no-process", "The file holds no process.", "Draw one.")
    elif not any(process.executable for process in definitions.processes.values()):
        first = next(iter(definitions.processes.values()))
        message = "No process of the file is executable."
        findings.about(first, Severity.error, "no-executable-process", message, "Mark the process as executable.")
    if not definitions.has_diagram:
        message = "The file has no diagram: nobody can see the model."
        findings.about(definitions, Severity.warning, "no-diagram", message, "Open and save it in a modeler.")
    check_references(definitions, findings)
    check_message_keys(iter(definitions.messages.values()), findings)


def _check_process(definitions: Definitions, process: Process, findings: Findings) -> None:
    if not process.name.strip():
        message = "The process has no name."
        findings.about(process, Severity.info, "no-name", message, "Name it as clerks call the procedure.")
    if process.id_is_made_up:
        message = "The process has no id, by which it could be started."
        findings.about(process, Severity.error, "process-without-id", message, "Give it an id.")
    check_scope(process, process.scope, findings)
    for _, node in process.scope.walk():
        if isinstance(node, SubProcess):
            check_scope(node, node.scope, findings)
    for scope, node in process.scope.walk():
        check_gateways(scope, node, findings)
        check_events(definitions, scope, node, findings)
        check_work(node, findings)
    check_expressions(process, findings)
    check_extensions(process, findings)
    for scope, node in process.scope.walk():
        check_extensions(node, findings)
        for flow in (scope.flows[id] for id in node.outgoing):
            check_extensions(flow, findings)
