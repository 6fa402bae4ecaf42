"""Tasks (BPMN 2.0.2, 10.3.3 and 13.3.3): of people, connectors, decisions, scripts and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.kernel import waiting
from engine.bpmn.kernel.expressions import Text, as_words
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.instance import Instance
from engine.bpmn.kernel.port import TaskWait
from engine.bpmn.kernel.scopes import admitted, visible
from engine.bpmn.kernel.specs.jobs import JobPlan, open_job
from engine.bpmn.kernel.specs.node import NodeSpec
from engine.bpmn.kernel.timers import after, moment
from engine.bpmn.kernel.token import Token
from engine.bpmn.model import Binding
from engine.errors import NotFound, OnewindowError


class PassSpec(NodeSpec):
    """A task of no kind, or a manual one: nothing for the engine to do (10.3.3, table 10.10)."""

    waits = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """What a user task says about who, when and with which form."""

    groups: Text | None = None
    users: Text | None = None
    assignee: Text | None = None
    due: Text | None = None
    follow_up: Text | None = None
    priority: Text | None = None
    form_id: Text | None = None
    form_binding: Binding = Binding.latest


class UserSpec(NodeSpec):
    """Work of a person."""

    plan = TaskPlan()

    def enter(self, token: Token) -> bool | None:
        """Open the task. Raises Fault when an expression does not give what it must."""
        instance, element, plan = token.workflow, self.element, self.plan
        evaluator, scope, where = instance.evaluator, visible(token), element.id
        wait = TaskWait(
            wait=token.id,
            element_id=element.id,
            element_name=element.name,
            scope_instance=instance.scope_instance(token),
            process_id=token.process.process_id,
            properties=element.meaning.properties,
            documentation=element.documentation,
            candidate_groups=evaluator.names(plan.groups, scope, f"the queues of {where}"),
            candidate_users=evaluator.names(plan.users, scope, f"the candidate users of {where}"),
            assignee=None if plan.assignee is None else as_words(evaluator.value(plan.assignee, scope)),
            form_id=None if plan.form_id is None else as_words(evaluator.value(plan.form_id, scope)),
            form_binding=plan.form_binding,
            due_at=self._moment(plan.due, token, scope),
            follow_up_at=self._moment(plan.follow_up, token, scope),
            priority=50
            if plan.priority is None
            else evaluator.number(plan.priority, scope, f"the priority of {where}"),
            variables={} if token.variables is None else dict(token.variables.values),
        )
        instance.open_wait(wait, "task", token, [])
        return None

    def _moment(self, text: Text | None, token: Token, scope: Mapping[str, Any]) -> Any:
        """A date, or a duration from now, counted by law where the element says so; null is no date."""
        value = None if text is None else token.workflow.evaluator.value(text, scope)
        if value is None:
            return None
        if isinstance(value, str) and value.strip().startswith("P"):
            around = token.workflow.surroundings
            return after(around.now, value.strip(), around.calendar, self.element.meaning.properties.get("counting"))
        return moment(value)


class JobSpec(NodeSpec):
    """Work of a connector: a service or send task, or any other with a task definition."""

    plan: JobPlan

    def enter(self, token: Token) -> bool | None:
        """Open the job. Raises Fault when an expression does not give what it must."""
        open_job(self, token, self.plan)
        return None


class ScriptSpec(NodeSpec):
    """A FEEL expression whose value goes into a variable."""

    waits = False
    expression: Text
    result: str

    def enter(self, token: Token) -> bool | None:
        """Evaluate. Raises Fault when FEEL stops it."""
        value = token.workflow.evaluator.value(self.expression, visible(token))
        self.accept(token, {self.result: value})
        return True


class DecisionSpec(NodeSpec):
    """A decision definition whose value goes into a variable; its trace goes into the history."""

    waits = False
    decision: Text
    result: str
    binding = Binding.latest
    version_tag: str | None = None

    def enter(self, token: Token) -> bool | None:
        """Decide. Raises Fault when there is no such decision, or it cannot be evaluated."""
        instance, scope = token.workflow, visible(token)
        decision_id = instance.evaluator.words(self.decision, scope, f"the decision of {self.element_id}")
        try:
            outcome = instance.surroundings.decide(decision_id, self.binding, self.version_tag, scope.flat())
        except NotFound as missing:
            raise Fault("unknown-decision", missing.message, missing.remedy) from missing
        except OnewindowError as refused:
            raise Fault("decision", f"Decision {decision_id!r:.100}: {refused.message}", refused.remedy) from refused
        token.outcome = {"decision": decision_id, "definition": outcome.definition, "trace": outcome.trace}
        self.accept(token, admitted({self.result: outcome.value}))
        return True

    def detail(self, token: Token) -> Mapping[str, Any] | None:
        """Which rules matched with which inputs."""
        found: Mapping[str, Any] | None = token.outcome
        return found


class ReceiveSpec(NodeSpec):
    """Waits for a message."""

    def enter(self, token: Token) -> bool | None:
        """Wait, unless an event-based gateway before it waited already. Raises Fault."""
        if token.internal_data.get("happened"):
            self.accept_carried(token)
            return True
        self._listen(token, token.workflow, token.id)
        return None

    def listen(self, token: Token, instance: Instance) -> None:
        """Wait for it while a token stands at the event-based gateway before. Raises Fault."""
        self._listen(token, instance, instance.next_number())

    def _listen(self, token: Token, instance: Instance, number: int) -> None:
        assert self.catch is not None
        within = instance.scope_instance(token)
        waiting.listen(instance, token, self.element, self.catch, number, visible(token), within)
