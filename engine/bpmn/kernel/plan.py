"""What the compiler worked out about a process, beside its task specifications: flows, scopes, triggers.

All of it is made once and shared by all instances; nothing in it is ever changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.kernel.expressions import Text
from engine.bpmn.kernel.port import Reference, StartTrigger
from engine.bpmn.model import FlowNode, TimerKind


@dataclass(frozen=True, slots=True)
class Way:
    """A sequence flow."""

    id: str
    target: str
    condition: Text | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """One line of an input or output mapping."""

    source: Text
    target: tuple[str, ...]
    """The variable, and the path inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch:
    """What an event waits for, or throws."""

    kind: str
    """`timer`, `message`, `signal`, `error`, `escalation`, `link`, `terminate` or `none`."""
    name: Text | None = None
    """Of the message or signal."""
    key: Text | None = None
    """Correlation key of a message."""
    timer: TimerKind | None = None
    expression: Text | None = None
    """Of the timer."""
    code: str | None = None
    """Of an error or escalation; None catches all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSubProcess:
    """An event sub-process of a scope and the start event that begins it."""

    id: str
    start: str
    catch: Catch
    interrupting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopePlan:
    """What a process or sub-process begins with and may be interrupted by."""

    id: str
    starts: tuple[str, ...] = ()
    """The none start event, or all nodes that nothing leads to where there is no start event."""
    event_sub_processes: tuple[EventSubProcess, ...] = ()
    reach: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """For each inclusive join: which of its incoming flows (bits) can be reached from a node, not by way of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A process ready to run (`port.CompiledProcess`)."""

    process_id: str
    name: str
    version_tag: str | None
    source: str
    start_triggers: tuple[StartTrigger, ...]
    element_ids: frozenset[str]
    references: tuple[Reference, ...]
    scope: ScopePlan
    spec: Any
    """The `ProcessSpec` of SpiffWorkflow."""
    nodes: Mapping[str, Any]
    """Its task specifications by name: flow nodes by id, one instance of a multi-instance activity by `id/each`."""
    elements: Mapping[str, FlowNode]
