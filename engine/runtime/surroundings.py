"""What one step may know of the world: time, calendar, decisions, called processes; all through one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn.kernel.port import CompiledProcess, DecisionOutcome, Surroundings, Variables
from engine.bpmn.model import Binding
from engine.dmn.kept import keep
from engine.runtime.act import Act
from engine.runtime.definitions import DECISION, FORM, PROCESS, LoadedProcess, bound
from engine.runtime.marks import Marks
from engine.store.records import DefinitionRecord


@dataclass(slots=True)
class World:
    """The definition an instance runs, and what it may call."""

    act: Act
    definition: DefinitionRecord
    process: LoadedProcess
    _called: dict[str, LoadedProcess] = field(default_factory=dict)

    @classmethod
    def of(cls, act: Act, definition_id: str) -> World:
        """The world of instances of a definition. Raises NotFound, DefinitionUnusable."""
        definitions = act.runtime.definitions
        definition = definitions.record(act.work, definition_id)
        return cls(act, definition, definitions.process(act.work, definition))

    @property
    def compiled(self) -> CompiledProcess:
        """The process the instance runs."""
        return self.process.compiled

    @property
    def marks(self) -> Mapping[str, Marks]:
        """The marks of all processes the step went through, by process id."""
        return {self.definition.key: self.process.marks} | {id: one.marks for id, one in self._called.items()}

    def surroundings(self) -> Surroundings:
        """As the kernel wants them."""
        runtime = self.act.runtime
        return Surroundings(
            # FEEL's today() and now() are those of the country
            now=runtime.calendar.local(self.act.at),
            calendar=runtime.calendar,
            decide=self._decide,
            called=self._call,
            called_again=self._call_again,
            functions=runtime.functions,
            budget=runtime.limits.budget,
            effort=self.act.effort,
        )

    def form(self, form_id: str, binding: Binding) -> DefinitionRecord:
        """The form a task names. Raises NotFound."""
        return bound(self.act.work, FORM, form_id, binding, None, self.definition.deployment_id)

    def _call(self, process_id: str, binding: Binding, tag: str | None) -> CompiledProcess:
        found = bound(self.act.work, PROCESS, process_id, binding, tag, self.definition.deployment_id)
        self._called[process_id] = loaded = self.act.runtime.definitions.process(self.act.work, found)
        return loaded.compiled

    def _call_again(self, process_id: str, source: str) -> CompiledProcess:
        loaded = self.act.runtime.definitions.process_of_source(self.act.work, process_id, source)
        self._called[process_id] = loaded
        return loaded.compiled

    def _decide(
        self, decision_id: str, binding: Binding, version_tag: str | None, inputs: Variables
    ) -> DecisionOutcome:
        found = bound(self.act.work, DECISION, decision_id, binding, version_tag, self.definition.deployment_id)
        loaded = self.act.runtime.definitions.decisions(self.act.work, found)
        result = loaded.evaluate(
            decision_id,
            inputs,
            self.act.runtime.calendar.local(self.act.at),
            self.act.runtime.functions,
            self.act.effort,
        )
        return DecisionOutcome(result.value, keep(result.trace), found.id)
