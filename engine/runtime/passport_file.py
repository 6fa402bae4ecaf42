"""Reads `service.yaml`: YAML without anchors, tags and repeated names, bounded; its meaning is the passport's."""

from __future__ import annotations

from typing import Any, Final

import yaml

from engine.casework.passport import ServicePassport, read_passport
from engine.diagnostics import Diagnostic, ModelRefused

MOST_BYTES: Final = 500_000


class _PlainLoader(yaml.SafeLoader):
    """YAML as JSON could say it: an alias could unfold a few lines to gigabytes, a repeated name hides the first."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [key.value for key, _ in node.value]
        if len(set(map(str, names))) != len(names):
            raise yaml.YAMLError(f"a name stands twice in the map at line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def read_passport_file(content: bytes, file: str = "service.yaml") -> ServicePassport:
    """The passport in a file. Raises ModelRefused with every fault."""
    if len(content) > MOST_BYTES:
        raise _refused(f"Expected at most {MOST_BYTES:,} bytes, found {len(content):,}.", file)
    try:
        said = _PlainLoader(content.decode("utf-8")).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        reason = "nested too deeply" if isinstance(fault, RecursionError) else " ".join(str(fault).split())[:200]
        raise _refused(f"The file is no plain YAML: {reason}.", file, mark.line + 1 if mark else None) from fault
    return read_passport(said, file=file)


def _refused(message: str, file: str, line: int | None = None) -> ModelRefused:
    return ModelRefused(
        [Diagnostic("passport-unreadable", message, "Write plain YAML in UTF-8.", line=line, file=file)]
    )
