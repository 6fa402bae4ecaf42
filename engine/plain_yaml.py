"""YAML as JSON could say it: no anchors, no tags, no repeated names, bounded.

An alias could unfold a few lines to gigabytes; a repeated name would hide the first.
"""

from __future__ import annotations

from typing import Any

import yaml

from engine.errors import Invalid


class YamlUnreadable(Invalid):
    """A file is no plain YAML; `line` tells where, when it is known."""

    code = "yaml-unreadable"

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason, remedy="Write plain YAML in UTF-8.")
        self.line = line


class PlainLoader(yaml.SafeLoader):
    """The loader."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Every node but an alias. Raises YAMLError."""
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """A map whose names stand in it once. Raises YAMLError."""
        names = [key.value for key, _ in node.value]
        if len(set(map(str, names))) != len(names):
            raise yaml.YAMLError(f"a name stands twice in the map at line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def read_yaml(content: bytes, most_bytes: int) -> tuple[Any, Any]:
    """What a file says, and the tree of its nodes with their places (None for an empty file). Raises YamlUnreadable."""
    if len(content) > most_bytes:
        raise YamlUnreadable(f"Expected at most {most_bytes:,} bytes, found {len(content):,}.")
    try:
        loader = PlainLoader(content.decode("utf-8"))
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), node
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        reason = "nested too deeply" if isinstance(fault, RecursionError) else " ".join(str(fault).split())[:200]
        raise YamlUnreadable(f"The file is no plain YAML: {reason}.", mark.line + 1 if mark else None) from fault
