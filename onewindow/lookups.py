"""Hands the connector `register` the use cases that keep answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from engine.casework.evidence import MessageProof
from engine.casework.lookup import LookupAnswer, Question, Turn
from engine.runtime.ask_register import keep_answer, let_go, take_turn
from engine.runtime.wiring import Runtime


@dataclass(frozen=True, slots=True)
class KeptLookups:
    """The book of answers, in the database. Gets the runtime when it is needed: connectors are made before it."""

    runtime: Callable[[], Runtime]

    def take_turn(self, question: Question) -> Turn:
        """The answer, or whether this job may ask. Raises NotFound, Unavailable."""
        return take_turn(self.runtime(), question)

    def keep(
        self,
        question: Question,
        status: int,
        body: str,
        valid_for: timedelta | None,
        proof: MessageProof | None,
    ) -> LookupAnswer:
        """Keep an answer; gives the one that holds. Raises NotFound, Unavailable."""
        return keep_answer(self.runtime(), question, status, body, valid_for, proof)

    def let_go(self, question: Question) -> None:
        """There was no answer. Raises NotFound, Unavailable."""
        let_go(self.runtime(), question)
