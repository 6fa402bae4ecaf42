"""Names in a decision's value that expressions outside of its model cannot read by a path.

Within a model FEEL knows all names, `fee-total` among them (DMN 1.5, 10.3.1.2: a name is resolved against those in
scope). A process does not know what a decision of another file, found when it runs, will answer: there the same text
is a subtraction, as the grammar says without such a name. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.dmn.model import BoxedContext, Decision, DecisionService, DecisionTable, Definitions
from engine.feel import FeelSyntaxError, parse_expression
from engine.feel.syntax import Name, Path


def unreadable_entries(definitions: Definitions, key: str) -> tuple[str, ...]:
    """Entries of the value of a decision or service whose names a path of a process does not mean."""
    names = dict.fromkeys(_entries(definitions, key))
    return tuple(name for name in names if not _is_readable(name))


def _entries(definitions: Definitions, key: str) -> Iterator[str]:
    element = definitions.by_id.get(key)
    if isinstance(element, DecisionService):
        own = [one.element_id for one in element.outputs if one.namespace in (None, definitions.namespace)]
        if len(element.outputs) > 1:
            yield from (definitions.by_id[one].variable.name for one in own if one in definitions.by_id)
        elif own and isinstance(definitions.by_id.get(own[0]), Decision):
            yield from _entries(definitions, own[0])
    if not isinstance(element, Decision):
        return
    for item in definitions.item_definitions:
        if item.name == element.variable.type_ref:
            yield from (component.name for component in item.components)
    if isinstance(element.logic, DecisionTable) and len(element.logic.outputs) > 1:
        yield from (column.name for column in element.logic.outputs if column.name)
    elif isinstance(element.logic, BoxedContext) and all(entry.variable for entry in element.logic.entries):
        yield from (entry.variable.name for entry in element.logic.entries if entry.variable)


def _is_readable(name: str) -> bool:
    try:
        tree = parse_expression(f"value.{name}").tree
    except FeelSyntaxError:
        return False
    return isinstance(tree, Path) and tree.name == name and isinstance(tree.source, Name)
