"""An instance as bytes and back: its state alone, never its specification.

    4 bytes  OWIN
    1 byte   version of the format
    1 byte   1 when the rest is compressed
    4 bytes  CRC-32 of the two bytes before and of the rest, so that damage is noticed
    rest     JSON; variables stand in it as texts that only `engine.feel.codec` reads

Only plain JSON is read: no class is ever looked up by a name that data could hold (trust.md, P14, P25), and what is
unpacked is bounded.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from SpiffWorkflow import TaskState

from engine.bpmn.kernel.instance import Instance, OpenWait, Standing
from engine.bpmn.kernel.plan import Compiled
from engine.bpmn.kernel.port import (
    InstanceState,
    NotWaiting,
    SnapshotUnreadable,
    Surroundings,
    VariablesUnfit,
)
from engine.bpmn.kernel.scopes import Variables
from engine.bpmn.kernel.specs.scopes import as_compiled
from engine.bpmn.kernel.token import ROOT, Token
from engine.bpmn.model import Binding

FORMAT = 1
LARGEST = 64_000_000
"""Bytes a snapshot may unpack to."""
_MAGIC = b"OWIN"
_HEADER = struct.Struct("<4sBBI")
_COMPRESSED_FROM = 4_096
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False).encode
_ENTERED, _MAPPED, _INTERRUPTED, _TOLD = 1, 2, 4, 8


def dump(instance: Instance) -> bytes:
    """The instance as bytes. Raises VariablesUnfit."""
    variables = _VariableTexts(instance)
    state: dict[str, Any] = {
        "process": instance.process.process_id,
        "counter": instance.counter,
        "total": instance.total,
        "tokens": [_token(token, variables) for token in instance.tasks.values()],
    }
    if instance.state is not InstanceState.active:
        state["state"] = instance.state.value
    if instance.queue:
        state["queue"] = list(instance.queue)
    if instance.waits:
        state["waits"] = [[n, w.kind, w.node, w.token, w.facts, w.inside] for n, w in instance.waits.items()]
    if instance.incidents:
        state["incidents"] = [[n, s.token, s.code, s.retry] for n, s in instance.incidents.items()]
    body = _dumps(state).encode()
    packed = len(body) >= _COMPRESSED_FROM
    if packed:
        body = zlib.compress(body, 1)
    return _HEADER.pack(_MAGIC, FORMAT, packed, _checksum(FORMAT, packed, body)) + body


def load(process: Compiled, snapshot: bytes, surroundings: Surroundings, *, compact: bool = True) -> Instance:
    """An instance from bytes. Raises SnapshotUnreadable."""
    state = _unpack_for(process, snapshot)
    instance = Instance(process, surroundings, compact=compact)
    try:
        _fill(instance, state)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as broken:
        raise _unreadable(f"its state does not fit the process ({type(broken).__name__}: {broken})") from broken
    return instance


def variables_at(process: Compiled, snapshot: bytes, wait: int | None) -> dict[str, Any]:
    """The variables visible at a wait or incident, of the process when None. Raises SnapshotUnreadable, NotWaiting.

    Reads the rows alone, so that no called process is needed.
    """
    state = _unpack_for(process, snapshot)
    try:
        rows = {row[0]: row + [None] * (12 - len(row)) for row in state["tokens"]}
        tokens = {number: token for number, _, _, token, _, _ in state.get("waits", ())}
        tokens.update({number: token for number, token, _, _ in state.get("incidents", ())})
        if wait is not None and wait not in tokens:
            raise NotWaiting(
                f"Expected {wait} to be an open wait of this instance, but it is not open.",
                remedy="Read the state again: it was done, cancelled or overtaken meanwhile.",
                wait=wait,
            )
        return _visible(rows, ROOT if wait is None else tokens[wait])
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as broken:
        raise _unreadable(f"its state is broken ({type(broken).__name__}: {broken})") from broken


def open_waits(snapshot: bytes) -> frozenset[int]:
    """The numbers of open waits and incidents. Raises SnapshotUnreadable."""
    state = _unpack(snapshot)
    try:
        return frozenset(row[0] for name in ("waits", "incidents") for row in state.get(name, ()))
    except (ValueError, TypeError, IndexError, AttributeError) as broken:
        raise _unreadable(f"its state is broken ({type(broken).__name__}: {broken})") from broken


def _visible(rows: dict[int, list[Any]], number: int) -> dict[str, Any]:
    layers = [rows[number][6]]
    if number == ROOT:
        layers.append(rows[ROOT][7])
    while number != ROOT:
        number = rows[number][3]
        inner = rows[number][7]
        layers.append(inner if inner is not None else rows[number][6])
        if inner is not None:
            break
    found: dict[str, Any] = {}
    for text in reversed(layers):
        if text is not None:
            found.update(Variables(text=text).values)
    return found


class _VariableTexts:
    """Encodes variables within the instance's budget."""

    def __init__(self, instance: Instance) -> None:
        self.left = instance.budget.variables_bytes
        self.most = self.left

    def text(self, variables: Variables | None) -> str | None:
        if variables is None:
            return None
        try:
            text = variables.text()
        except (TypeError, ValueError, RecursionError) as unfit:
            raise VariablesUnfit(
                f"The variables {', '.join(sorted(variables.values))[:200]} cannot be kept: {unfit}.",
                remedy="Keep texts, numbers, booleans, dates, durations, lists and contexts only, not nested too deep.",
            ) from unfit
        self.left -= len(text) if text.isascii() else len(text.encode())
        if self.left < 0:
            raise VariablesUnfit(
                f"Expected at most {self.most} bytes of variables in one instance, found more.",
                remedy="Keep large values as documents, and only their references as variables.",
            )
        return text


def _token(token: Token, variables: _VariableTexts) -> list[Any]:
    """One token as a list; nothing at the end where there is nothing."""
    flags = _ENTERED * token.entered | _MAPPED * token.mapped | _INTERRUPTED * token.interrupted | _TOLD * token.told
    called, inner = token.called, token.inner
    row: list[Any] = [
        token.id,
        token.task_spec.name,
        token._state,
        token.owner,
        flags,
        token.internal_data or None,
        variables.text(token.variables),
        variables.text(token.inner),
        variables.text(token.carried),
        token.arrivals or None,
        None if called is None or inner is None else [called.process_id, called.source, list(inner.written)],
        None if token._parent == token.owner else token._parent,
    ]
    while row[-1] is None:
        row.pop()
    return row


def _checksum(version: int, packed: int, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(bytes((version, packed))))


def _unpack_for(process: Compiled, snapshot: bytes) -> dict[str, Any]:
    state = _unpack(snapshot)
    if not isinstance(state, dict) or state.get("process") != process.process_id:
        raise _unreadable(f"it is not of process {process.process_id}")
    return state


def _unpack(snapshot: bytes) -> Any:
    if len(snapshot) < _HEADER.size:
        raise _unreadable("it is cut off")
    magic, version, packed, checksum = _HEADER.unpack_from(snapshot)
    if magic != _MAGIC:
        raise _unreadable("it does not begin as one")
    if version != FORMAT:
        raise SnapshotUnreadable(
            f"The snapshot has format {version}; this engine reads format {FORMAT}.",
            remedy="Run the release that wrote it, or a later one.",
        )
    body = snapshot[_HEADER.size :]
    if _checksum(version, packed, body) != checksum:
        raise _unreadable("its checksum does not fit")
    try:
        if packed:
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(body, LARGEST)
            if unpacker.unconsumed_tail or not unpacker.eof:
                raise _unreadable(f"it unpacks to more than {LARGEST} bytes, or is cut off")
        return json.loads(body)
    except (zlib.error, ValueError, RecursionError) as broken:
        raise _unreadable("it cannot be unpacked") from broken


def _fill(instance: Instance, state: dict[str, Any]) -> None:
    instance.counter = state["counter"]
    instance.total = state["total"]
    instance.state = InstanceState(state.get("state", InstanceState.active))
    for row in state["tokens"]:
        _restore(instance, row + [None] * (12 - len(row)))
    for number, leaving in state.get("queue", ()):
        instance.queue.append((number, leaving))
    for number, kind, node, token, facts, inside in state.get("waits", ()):
        instance.waits[number] = OpenWait(kind, node, token, facts, inside)
        instance.tasks[token].waits.append(number)
    for number, token, code, retry in state.get("incidents", ()):
        instance.incidents[number] = Standing(token, code, retry)
        instance.tasks[token].incident = number
    instance.task_tree = instance.tasks[ROOT]


def _restore(instance: Instance, row: list[Any]) -> None:
    number, name, state, owner_id, flags, internal, own, inner, carried, arrivals, called, parent_id = row
    owner = None if number == ROOT else instance.tasks[owner_id]
    parent = owner if parent_id is None else instance.tasks[parent_id]
    nodes = instance.process.nodes if owner is None else owner.inside.nodes
    token = Token(instance, nodes[name], number, owner, parent, state)
    token.entered = bool(flags & _ENTERED)
    token.mapped = bool(flags & _MAPPED)
    token.interrupted = bool(flags & _INTERRUPTED)
    token.told = bool(flags & _TOLD)
    if internal:
        token.internal_data = internal
    token.variables = None if own is None else Variables(text=own)
    token.inner = None if inner is None else Variables(text=inner)
    token.carried = None if carried is None else Variables(text=carried)
    if called is not None:
        token.called = _called_again(instance, called[0], called[1])
        if token.inner is not None:
            token.inner.written = dict.fromkeys(called[2])
    if arrivals:
        token.arrivals = arrivals
        for join in arrivals:
            if token.inside.nodes[join].joins_inclusively:
                instance.inclusive[number, join] = None
    if owner is not None and not state & TaskState.FINISHED_MASK:
        owner.members[number] = None
        instance.open_tokens += 1


def _called_again(instance: Instance, process_id: str, source: str) -> Compiled:
    around = instance.surroundings
    if around.called_again is not None:
        return as_compiled(around.called_again(process_id, source))
    called = as_compiled(around.called(process_id, Binding.latest, None))
    if called.source != source:
        raise SnapshotUnreadable(
            f"The process {process_id} that was called is of file {source!r}; only {called.source!r} is at hand.",
            remedy="Give the version that was called: Surroundings.called_again.",
        )
    return called


def _unreadable(why: str) -> SnapshotUnreadable:
    return SnapshotUnreadable(
        f"The snapshot cannot be read: {why}.",
        remedy="Restore it from a backup, or migrate the instance; the history tells where it stood.",
    )
