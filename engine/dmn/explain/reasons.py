"""The explanation of an evaluation: each decision made on the way, its facts, the rules that applied, what they say.

The columns of a rule's annotations are the analyst's own. Three names have a meaning: `article` (or `legal_basis`) is
the article of law, `reason` the reason in plain words, and `reason_az`, `reason_en`, `reason_ru` (`article_az` and so
on) the same in one language, which goes before the one without. `Reason (az)` is read as `reason_az`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.dmn.explain.others import Other, nearest
from engine.dmn.explain.words import LANGUAGES, Language
from engine.dmn.model import BusinessKnowledgeModel, Decision, DecisionTable, Definitions, tables_in
from engine.dmn.trace import DecisionTrace, TableTrace
from engine.feel import Value

_ARTICLE: Final = frozenset({"article", "legal basis", "legal_basis", "law"})
_REASON: Final = frozenset({"reason", "reasons"})


@dataclass(frozen=True, slots=True)
class RuleReasons:
    """A rule that applied, and what it says."""

    index: int
    element_id: str | None
    outputs: tuple[tuple[str, Value], ...]
    annotations: tuple[tuple[str, str], ...]

    def article(self, language: Language) -> str | None:
        """The article of law, in this language where there is one."""
        return self._of(_ARTICLE, language)

    def reason(self, language: Language) -> str | None:
        """The reason, in this language where there is one."""
        return self._of(_REASON, language)

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """All other annotations."""
        known = _ARTICLE | _REASON
        return tuple((column, text) for column, text in self.annotations if text and _split(column)[0] not in known)

    def _of(self, names: frozenset[str], language: Language) -> str | None:
        found = {_split(column)[1]: text for column, text in self.annotations if text and _split(column)[0] in names}
        return found.get(language) or found.get(None)


@dataclass(frozen=True, slots=True)
class TableReasons:
    """One evaluation of a decision table."""

    element_id: str | None
    hit_policy: str
    facts: tuple[tuple[str, Value], ...]
    rules: tuple[RuleReasons, ...]
    used_default: bool
    others: tuple[Other, ...]
    """What another outcome would have needed."""


@dataclass(frozen=True, slots=True)
class DecisionReasons:
    """One decision that was made."""

    element_id: str | None
    name: str
    facts: tuple[tuple[str, Value], ...]
    """What it was made from, where no table tells it closer."""
    value: Value
    tables: tuple[TableReasons, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why: every decision made on the way, the one asked for last."""

    decisions: tuple[DecisionReasons, ...]


def explain(
    definitions: Definitions, trace: Sequence[DecisionTrace], imported: Iterable[Definitions] = ()
) -> Explanation:
    """The reasons of an evaluation from its trace, the model and those it imports. Costs nothing at the evaluation.

    A trace names tables by their id only: where two models have tables of one id, nobody can say which was meant.
    """
    found = [
        (table.spot.element_id, table)
        for model in (definitions, *imported)
        for element in model.elements
        if isinstance(element, Decision | BusinessKnowledgeModel)
        for table in tables_in(element.logic)
        if table.spot.element_id is not None
    ]
    often = Counter(element_id for element_id, _ in found)
    tables = {element_id: table for element_id, table in found if often[element_id] == 1}
    return Explanation(tuple(_decision(one, tables) for one in trace))


def _decision(trace: DecisionTrace, tables: Mapping[str, DecisionTable]) -> DecisionReasons:
    told = tuple(_table(one, tables.get(one.element_id or "")) for one in trace.tables)
    return DecisionReasons(trace.element_id, trace.name, () if told else trace.inputs, trace.value, told)


def _table(trace: TableTrace, table: DecisionTable | None) -> TableReasons:
    rules = tuple(RuleReasons(one.index, one.element_id, one.outputs, one.annotations) for one in trace.matched)
    others = () if table is None else nearest(table, trace)
    return TableReasons(trace.element_id, trace.hit_policy, trace.inputs, rules, trace.used_default, others)


def _split(column: str) -> tuple[str, Language | None]:
    """An annotation column's name and its language: `Reason (az)` and `reason_az` are alike."""
    plain = column.strip().lower()
    for language in LANGUAGES:
        for ending in (f"_{language}", f" {language}", f"({language})"):
            if plain.endswith(ending):
                return plain.removesuffix(ending).strip(" _"), language
    return plain, None
