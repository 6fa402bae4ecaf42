"""A deployed file of decisions, ready to be evaluated, with the very models it was deployed with.

A file that imports others is kept as two things: its bytes, and a list of what it was linked with, each by its
checksum. The definitions of the file bear the checksum of that list; so another version of an imported model makes
other definitions, never another meaning of those that stand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.dmn import (
    CompiledDecisions,
    DecisionResult,
    FindModel,
    FoundModel,
    compile_decisions,
    evaluate,
    imported_models,
    read_dmn,
)
from engine.dmn.explain import Explanation, explain
from engine.dmn.imports import no_models
from engine.dmn.trace import DecisionTrace
from engine.feel.effort import Effort

_MARK: Final = b'{"linked":'
"""How a list begins; a file of decisions, being XML, never does."""

Fetch = Callable[[str], bytes]
"""The bytes that are kept under a checksum. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Links:
    """A file of decisions, and the files that it imports, by way of others too."""

    checksum: str
    """Of the file itself."""
    imports: Mapping[str, str]
    """Checksum by namespace."""

    def to_bytes(self) -> bytes:
        """As it is kept; the same links are always the same bytes."""
        linked = {"file": self.checksum, "imports": dict(sorted(self.imports.items()))}
        return json.dumps({"linked": linked}, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def read(cls, content: bytes) -> Links | None:
        """The links that `to_bytes` wrote; None for a file that imports nothing."""
        if not content.startswith(_MARK):
            return None
        linked = json.loads(content)["linked"]
        return cls(linked["file"], linked["imports"])


@dataclass(frozen=True, slots=True)
class LoadedDecisions:
    """The decisions of one file. Shared between threads, never changed."""

    compiled: CompiledDecisions

    @classmethod
    def read(cls, checksum: str, file: str, fetch: Fetch) -> LoadedDecisions:
        """Read and compile what is kept under a checksum, with what it imports. Raises ModelRefused, NotFound."""
        model = kept_model(checksum, file, fetch)
        others = imported_models(model.definitions, model.find)
        return cls(compile_decisions(model.definitions, (one.definitions for one in others)))

    def evaluate(
        self, decision_id: str, inputs: Mapping[str, Any], now: datetime, functions: Mapping[str, Any], effort: Effort
    ) -> DecisionResult:
        """The value of a decision or service, with its reasons. Raises OnewindowError when it cannot be had."""
        return evaluate(self.compiled, decision_id, inputs, now=now, functions=functions, effort=effort)

    def explain(self, trace: Sequence[DecisionTrace]) -> Explanation:
        """Why a result with this trace came out as it did."""
        return explain(self.compiled.definitions, trace, self.compiled.imported)


def kept_model(checksum: str, file: str, fetch: Fetch) -> FoundModel:
    """A deployed model, which finds its imports among those it was deployed with. Raises ModelRefused, NotFound."""
    content = fetch(checksum)
    links = Links.read(content)
    if links is None:
        return FoundModel(read_dmn(content, file=file), checksum, no_models)
    return FoundModel(read_dmn(fetch(links.checksum), file=file), links.checksum, _among(links.imports, fetch))


def links_of(checksum: str, imports: Iterable[FoundModel]) -> Links:
    """A file with the models that were found for it."""
    return Links(checksum, {one.definitions.namespace: one.checksum for one in imports})


def _among(imports: Mapping[str, str], fetch: Fetch) -> FindModel:
    """Models by namespace, as one file was linked with them: they see the same ones."""

    def find(namespace: str) -> FoundModel | None:
        checksum = imports.get(namespace)
        if checksum is None:
            return None
        return FoundModel(read_dmn(fetch(checksum), file=namespace), checksum, find)

    return find
