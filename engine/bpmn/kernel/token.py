"""One visit of one element: SpiffWorkflow's `Task`, without its history, its data and its logging.

SpiffWorkflow keeps every task of an instance in one tree and finds them by walking it (trust.md, P1). Here a token
belongs to an *owner* (the visit of the sub-process, call or multi-instance activity it happens in; the process itself
is number 0), and each owner knows its open members. The tree of tasks is not needed to find anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.task import Task

from engine.bpmn.kernel.scopes import Variables

if TYPE_CHECKING:
    from engine.bpmn.kernel.plan import Compiled, Way

ROOT = 0
"""Number of the process itself."""


class Token(Task):
    """A task of SpiffWorkflow. `Task.__init__` is not called: it reads the clock and draws a UUID each time."""

    id: int
    task_spec: Any
    workflow: Any
    _parent: int | None
    _children: dict[int, None]

    def __init__(
        self, instance: Any, spec: Any, number: int, owner: Token | None, parent: Token | None, state: int
    ) -> None:
        self.id = number
        """Number of the visit, unique in the instance."""
        self.workflow = instance
        self.task_spec = spec
        self._parent = None if parent is None else parent.id
        self._children = {}
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        """Always empty: variables live in `variables`."""
        self.internal_data: dict[str, Any] = {}
        """Plain JSON: `flow` it came by, and what its kind of element keeps."""
        self.last_state_change = 0.0

        self.owner = ROOT if owner is None else owner.id
        self.process: Compiled = instance.process if owner is None else owner.called or owner.process
        """The process its element stands in."""
        self.called: Compiled | None = None
        """Of a call activity: the process called."""
        self.members: dict[int, None] = {}
        """Open tokens it owns."""
        self.arrivals: dict[str, list[int]] = {}
        """Tokens that stand before a join of the scope it owns, by the join's id, in the order they came."""
        self.variables: Variables | None = None
        """Its own variables: inputs, loop elements, the data of an event."""
        self.inner: Variables | None = None
        """Of the process itself and of call activities: the variables of the process run inside."""
        self.carried: Variables | None = None
        """What it was handed and has not used up: the data of an event that happened, the elements of a loop."""
        self.waits: list[int] = []
        """Waits that end with it."""
        self.incident: int | None = None
        self.entered = False
        self.mapped = False
        """Whether outputs were applied, so that a retry does not apply them again."""
        self.interrupted = False
        """Of an owner: whether an interrupting event sub-process took it over."""
        self.told = False
        """Whether its completion stands in the history already, though what it threw may cancel it."""
        self.onward: tuple[Way, ...] = ()
        self.outcome: Any = None
        """Passing results of `leave` for `complete`; never kept."""
        if parent is not None:
            parent._children[number] = None
        instance.tasks[number] = self

    def _child_added_notify(self, child: Token) -> None:
        self._children[child.id] = None

    def _set_state(self, value: int) -> None:
        self._state = value

    def run(self) -> bool | None:
        """Enter the element, and leave it again if it waits for nothing. Raises Fault."""
        done: bool | None = self.task_spec._run(self)
        if not self._state & TaskState.FINISHED_MASK:
            self._state = TaskState.STARTED
            if done:
                self.complete()
        return done

    def complete(self) -> None:
        """Leave the element. Raises Fault before anything has changed but variables."""
        self.task_spec.leave(self)
        super().complete()

    def cancel(self) -> None:
        """Mark as cancelled; `ending.cancel` does the rest, without recursion."""
        self._state = TaskState.CANCELLED
        self.task_spec._on_cancel(self)

    @property
    def inside(self) -> Compiled:
        """The process its members' elements stand in."""
        return self.called or self.process

    @property
    def is_open(self) -> bool:
        """Whether it has neither completed nor been cancelled."""
        return not self._state & TaskState.FINISHED_MASK
