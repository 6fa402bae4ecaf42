"""Which incoming flows of an inclusive join can still be reached from where (BPMN 2.0.2, 13.4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engine.bpmn.model import BoundaryEvent, InclusiveGateway, Scope


def reach_of_joins(scope: Scope, links: Iterable[tuple[str, str]]) -> dict[str, Mapping[str, int]]:
    """For each inclusive join of a scope: node -> bits of the incoming flows reachable from it, not by way of the join.

    `links` are the jumps of link events; a boundary event can be reached from its activity.
    """
    joins = [n for n in scope.nodes.values() if isinstance(n, InclusiveGateway) and len(n.incoming) > 1]
    if not joins:
        return {}
    before: dict[str, list[str]] = defaultdict(list)
    for flow in scope.flows.values():
        before[flow.target].append(flow.source)
    for source, target in links:
        before[target].append(source)
    for node in scope.nodes.values():
        if isinstance(node, BoundaryEvent):
            before[node.id].append(node.attached_to)
    return {join.id: _bits(join, scope, before) for join in joins}


def _bits(join: InclusiveGateway, scope: Scope, before: Mapping[str, list[str]]) -> dict[str, int]:
    bits: dict[str, int] = defaultdict(int)
    for place, flow in enumerate(join.incoming):
        bit = 1 << place
        ahead = [scope.flows[flow].source]
        while ahead:
            node = ahead.pop()
            if node == join.id or bits[node] & bit:
                continue
            bits[node] |= bit
            ahead.extend(before.get(node, ()))
    return dict(bits)
