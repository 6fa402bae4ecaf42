"""Moves an instance: applies one command, then lets tokens go on until all wait, or the budget of the step is spent.

The order is that of a queue: tokens go on in the order they became ready. Inclusive joins are looked at when all other
tokens stand still, and deadlocks after them. At the end the invariant is proved: an open instance waits for something,
an ended one has no open token.
"""

from __future__ import annotations

from SpiffWorkflow import TaskState

from engine.bpmn.kernel import catching, joins
from engine.bpmn.kernel.ending import cancel
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance, OpenWait
from engine.bpmn.kernel.port import (
    ActivityChange,
    Cancel,
    Command,
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    DeliverSignal,
    FireTimer,
    InstanceState,
    InvariantBroken,
    NotWaiting,
    SetVariables,
    ThrowError,
)
from engine.bpmn.kernel.scopes import admitted
from engine.bpmn.kernel.token import ROOT, Token

_KINDS = {CompleteTask: "task", CompleteJob: "job", FireTimer: "timer", DeliverMessage: "message"}


def apply(instance: Instance, command: Command) -> None:
    """Do what a command says. Raises NotWaiting."""
    instance.effort.renew()
    if isinstance(command, CompleteTask | CompleteJob | DeliverMessage):
        _open_wait(instance, command.wait, _KINDS[type(command)])
        catching.fire(instance, command.wait, admitted(command.variables))
    elif isinstance(command, FireTimer):
        _open_wait(instance, command.wait, "timer")
        catching.fire(instance, command.wait, {})
    elif isinstance(command, ThrowError):
        _throw(instance, command)
    elif isinstance(command, DeliverSignal):
        catching.broadcast(instance, command.name, admitted(command.variables))
    elif isinstance(command, SetVariables):
        inner = instance.tasks[ROOT].inner
        assert inner is not None
        inner.update(admitted(command.variables))
    elif isinstance(command, Cancel):
        cancel(instance, instance.tasks[ROOT])
        instance.state = InstanceState.cancelled
    elif command.wait is not None:
        _retry(instance, command.wait)


def run(instance: Instance) -> None:
    """Let tokens go on as far as they can."""
    while instance.state is not InstanceState.cancelled:
        _drain(instance)
        if instance.unfinished or not instance.inclusive or not joins.fire_inclusive(instance):
            break
    if instance.state is InstanceState.active and not instance.unfinished:
        joins.mark_stuck(instance)
    prove(instance)


def prove(instance: Instance) -> None:
    """Raises InvariantBroken when an open instance waits for nothing or an ended one has an open token (I4)."""
    root = instance.tasks[ROOT]
    if root.is_open:
        if instance.waits or instance.incidents or instance.unfinished:
            return
        problem = f"it is open with {len(root.members)} tokens and waits for nothing"
    elif root.members or instance.waits or instance.incidents or instance.open_tokens:
        problem = f"it has ended with {instance.open_tokens} open tokens and {len(instance.waits)} waits"
    else:
        return
    raise InvariantBroken(
        f"The step of process {instance.process.process_id} was thrown away: {problem}.",
        remedy="This is a fault of the engine: report the model and the history of the instance.",
    )


def _drain(instance: Instance) -> None:
    queue, budget = instance.queue, instance.budget
    while queue:
        number, leaving = queue[0]
        token = instance.tasks.get(number)
        if not leaving and instance.is_exhausted:
            instance.unfinished = True
            return
        queue.popleft()
        if token is None:
            continue
        if leaving:
            if token._state == TaskState.STARTED and not token.members and token.incident is None:
                instance.attempt(token, token.complete)
        elif token._state == TaskState.READY:
            if instance.total >= budget.steps_in_all:
                token._set_state(TaskState.WAITING)
                instance.stand(token, _spent(instance), "enter")
                continue
            instance.visits += 1
            instance.total += 1
            instance.attempt(token, token.run)


def _spent(instance: Instance) -> Fault:
    return Fault(
        "budget",
        f"The instance has visited {instance.total} elements, which is all it may.",
        "Look for an endless loop; a retry grants as many again.",
    )


def _open_wait(instance: Instance, number: int, kind: str) -> OpenWait:
    wait = instance.waits.get(number)
    if wait is None or wait.kind != kind:
        found = "it is not open" if wait is None else f"it is a {wait.kind}"
        raise NotWaiting(
            f"Expected {number} to be an open {kind} of this instance, but {found}.",
            remedy="Read the state again: it was done, cancelled or overtaken meanwhile.",
            wait=number,
        )
    return wait


def _throw(instance: Instance, command: ThrowError) -> None:
    wait = instance.waits.get(command.wait)
    wait = _open_wait(instance, command.wait, "job" if wait is None or wait.kind != "task" else "task")
    token = instance.tasks[wait.token]
    instance.close_wait(command.wait)
    catcher = catching.catcher_of(instance, token, "error", command.code)
    if catcher is not None:
        facts = {"error": command.code, "message": command.message}
        instance.record(ActivityChange.failed, token, facts)
        catching.catch(instance, catcher, admitted(command.variables))
        return
    instance.close_waits_of(token)
    fault = Fault(
        "uncaught-error",
        f"Nothing catches the error {command.code!r} of {wait.node}{': ' if command.message else ''}{command.message}.",
        "A retry does the element again; or give the model an error event around it.",
    )
    instance.stand(token, fault, "anew")


def _retry(instance: Instance, number: int) -> None:
    standing = instance.incidents.get(number)
    if standing is None:
        raise NotWaiting(
            f"Expected {number} to be an open incident of this instance, but it is not.",
            remedy="Read the state again: it was retried, or its token has ended.",
            wait=number,
        )
    token = instance.tasks[standing.token]
    instance.clear_incident(token)
    if standing.code == "budget":
        instance.total = 0
    if standing.retry == "enter":
        token._ready()
    elif standing.retry == "leave":
        instance.queue.append((token.id, True))
    elif standing.retry == "anew":
        _visit_anew(instance, token)


def _visit_anew(instance: Instance, token: Token) -> None:
    """The same element again, as another visit with a number of its own."""
    again = instance.spawn(token.task_spec, instance.tasks[token.owner], token, **token.internal_data)
    if token.task_spec.each is not None and token.variables is not None:
        again.variables = token.variables.copy()
    cancel(instance, token)
    again._ready()
