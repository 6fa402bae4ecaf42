"""The texts of a model, parsed once each; one that is no FEEL is a finding at its element."""

from __future__ import annotations

from engine.bpmn.findings import Findings
from engine.bpmn.kernel.expressions import Text
from engine.bpmn.kernel.faults import Fault
from engine.bpmn.kernel.plan import Assigned, Catch
from engine.bpmn.kernel.timers import check_static
from engine.bpmn.model import (
    Definitions,
    Element,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
    TimerKind,
    VariableMapping,
)
from engine.diagnostics import Severity
from engine.errors import OnewindowError

_NOTHING = Text("")


class Texts:
    """Parses the texts of one file."""

    def __init__(self, definitions: Definitions, findings: Findings) -> None:
        self._definitions = definitions
        self._findings = findings
        self._parsed: dict[str, Text] = {}

    def of(self, source: str, element: Element) -> Text:
        """A text, ready to be evaluated."""
        known = self._parsed.get(source)
        if known is not None:
            return known
        try:
            text = Text.of(source)
        except OnewindowError as wrong:
            message = f"The expression {source.strip()[:200]!r} is not FEEL: {wrong.message}"
            self._findings.about(element, Severity.error, "feel-syntax", message, wrong.remedy)
            return _NOTHING
        self._parsed[source] = text
        return text

    def maybe(self, source: str | None, element: Element) -> Text | None:
        """A text, where there is one."""
        return None if source is None or not source.strip() else self.of(source, element)

    def feel(self, source: str, element: Element, what: str) -> Text:
        """A text that can only be FEEL."""
        text = self.of(source, element)
        if text.is_static and text is not _NOTHING:
            message = f"Expected {what} in FEEL, found {text.source.strip()[:200]!r}."
            self._findings.about(element, Severity.error, "not-feel", message, "Begin it with `=`.")
        return text

    def condition(self, source: str | None, element: Element) -> Text | None:
        """A condition: FEEL, or `true` or `false`."""
        text = self.maybe(source, element)
        if (
            text is not None
            and text.is_static
            and text is not _NOTHING
            and text.source.strip() not in ("true", "false")
        ):
            message = f"Expected a condition in FEEL, found {text.source.strip()[:200]!r}."
            self._findings.about(element, Severity.error, "condition-not-feel", message, "Begin it with `=`.")
        return text

    def moment(self, source: str | None, element: Element) -> Text | None:
        """A date, or a term from now."""
        text = self.maybe(source, element)
        if text is not None and text.is_static and text is not _NOTHING:
            is_term = text.source.strip().startswith("P")
            self._check_timer(TimerKind.duration if is_term else TimerKind.date, text.source, element)
        return text

    def mapping(self, lines: tuple[VariableMapping, ...], element: Element) -> tuple[Assigned, ...]:
        """The lines of an input or output mapping."""
        return tuple(Assigned(self.of(line.source, element), tuple(line.target.split("."))) for line in lines)

    def catch(self, definition: EventDefinition, element: Element, *, keyed: bool) -> Catch:
        """What an event waits for or throws; `keyed` when a message must be told apart by its key."""
        if isinstance(definition, TimerDefinition):
            return self._timer(definition, element)
        if isinstance(definition, MessageDefinition):
            return self.message(definition.message, element, keyed=keyed)
        if isinstance(definition, SignalDefinition):
            signal = self._definitions.signals.get(definition.signal or "")
            if signal is None or not signal.name.strip():
                self._missing(element, "signal")
                return Catch(kind="signal", name=_NOTHING)
            return Catch(kind="signal", name=self.of(signal.name, element))
        if isinstance(definition, ErrorDefinition):
            error = self._definitions.errors.get(definition.error or "")
            if definition.error is not None and error is None:
                self._missing(element, "error")
            return Catch(kind="error", code=None if error is None else error.code or None)
        if isinstance(definition, EscalationDefinition):
            escalation = self._definitions.escalations.get(definition.escalation or "")
            if definition.escalation is not None and escalation is None:
                self._missing(element, "escalation")
            return Catch(kind="escalation", code=None if escalation is None else escalation.code or None)
        if isinstance(definition, TerminateDefinition):
            return Catch(kind="terminate")
        if isinstance(definition, LinkDefinition):
            return Catch(kind="link", name=Text(definition.link_name))
        return Catch(kind="none")

    def message(self, message_id: str | None, element: Element, *, keyed: bool) -> Catch:
        """A message by id, with the expression of its correlation key."""
        message = self._definitions.messages.get(message_id or "")
        if message is None or not message.name.strip():
            if keyed or message_id is not None:
                self._missing(element, "message")
            return Catch(kind="message")
        key = message.meaning.correlation_key
        if keyed and not (key or "").strip():
            said = f"Message {message.name!r} has no correlation key, so nobody could say for which instance one is."
            self._findings.about(element, Severity.error, "no-correlation-key", said, "Give it a zeebe:subscription.")
        return Catch(kind="message", name=self.of(message.name, element), key=self.maybe(key, element))

    def _timer(self, definition: TimerDefinition, element: Element) -> Catch:
        text = self.of(definition.expression, element)
        if text.is_static and text is not _NOTHING:
            self._check_timer(definition.kind, text.source, element)
        return Catch(kind="timer", timer=definition.kind, expression=text)

    def _check_timer(self, kind: TimerKind, text: str, element: Element) -> None:
        try:
            check_static(kind, text)
        except Fault as wrong:
            self._findings.about(element, Severity.error, "bad-timer", wrong.message, wrong.remedy)

    def _missing(self, element: Element, kind: str) -> None:
        message = f"Expected the {kind} the event refers to, found none with a name in the file."
        self._findings.about(element, Severity.error, f"no-{kind}", message, f"Choose a {kind}.")
