"""A deployed file of decisions, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dmn import CompiledDecisions, DecisionResult, compile_decisions, evaluate, read_dmn
from engine.dmn.explain import Explanation, explain
from engine.dmn.trace import DecisionTrace


@dataclass(frozen=True, slots=True)
class LoadedDecisions:
    """The decisions of one file. Shared between threads, never changed."""

    compiled: CompiledDecisions

    @classmethod
    def read(cls, content: bytes, file: str) -> LoadedDecisions:
        """Read and compile a file. Raises ModelRefused."""
        return cls(compile_decisions(read_dmn(content, file=file)))

    def evaluate(
        self, decision_id: str, inputs: Mapping[str, Any], now: datetime, functions: Mapping[str, Any]
    ) -> DecisionResult:
        """The value of one decision, with its reasons. Raises OnewindowError when it cannot be had."""
        return evaluate(self.compiled, decision_id, inputs, now=now, functions=functions)

    def explain(self, trace: Sequence[DecisionTrace]) -> Explanation:
        """Why a result with this trace came out as it did."""
        return explain(self.compiled.definitions, trace)
