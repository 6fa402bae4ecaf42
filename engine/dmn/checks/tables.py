"""Decision tables whose inputs are finite or ordered: regions that no rule answers, or several; rules never reached.

A gap is told for the policies that give one answer, where no default answers; an overlap where the policy forbids it.
Work is bounded: a table of too many combinations is left alone, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Final, TypeAlias

from engine.diagnostics import Diagnostic, Severity
from engine.dmn.checks.pieces import Cut, cut, in_words
from engine.dmn.model import BusinessKnowledgeModel, Decision, DecisionTable, Definitions, tables_in

MOST_COMBINATIONS: Final = 10_000
_MOST_REGIONS: Final = 5
_ONE_ANSWERS: Final = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})
Place: TypeAlias = tuple[int, ...]
"""One piece of each column."""


def check_tables(definitions: Definitions) -> tuple[Diagnostic, ...]:
    """The findings about all tables of a model."""
    return tuple(
        finding
        for element in definitions.elements
        if isinstance(element, Decision | BusinessKnowledgeModel)
        for table in tables_in(element.logic)
        for finding in check_table(table, element.name, definitions.file)
    )


def check_table(table: DecisionTable, name: str, file: str | None) -> Iterator[Diagnostic]:
    """The findings about one table of the decision `name`."""
    if not table.rules or not table.inputs:
        return
    cuts = [cut(column, [rule.tests[place] for rule in table.rules]) for place, column in enumerate(table.inputs)]
    known = [one for one in cuts if one is not None]
    if len(known) < len(cuts):
        return
    told = _Table(table, name, file, known)
    if prod(len(one.pieces) for one in known) > MOST_COMBINATIONS:
        yield told.finding(
            "table-not-checked",
            f"The table of `{name}` has too many combinations to look for gaps and overlaps.",
            "Split it, if it can be split.",
            severity=Severity.info,
        )
        return
    yield from told.findings()


class _Table:
    def __init__(self, table: DecisionTable, name: str, file: str | None, cuts: Sequence[Cut]) -> None:
        self._table, self._name, self._file, self._cuts = table, name, file, cuts
        self._all = (1 << len(table.rules)) - 1

    def findings(self) -> Iterator[Diagnostic]:
        """Gaps, overlaps, rules that are never reached."""
        policy = self._table.hit_policy
        gaps: set[Place] = set()
        overlaps: dict[tuple[int, int], Place] = {}
        reached = 0
        for place in product(*(range(len(one.pieces)) for one in self._cuts)):
            certain, possible = self._rules(place)
            reached |= _reached(policy, certain, possible)
            if not possible and not self._is_undeclared(place):
                gaps.add(place)
            if policy in ("UNIQUE", "ANY") and certain & (certain - 1):
                pair = _first_two(certain)
                if policy == "UNIQUE" or self._answers(pair[0]) != self._answers(pair[1]):
                    overlaps.setdefault(pair, place)
        if policy in _ONE_ANSWERS and not any(column.default for column in self._table.outputs):
            yield from self._gaps(gaps)
        for (one, other), place in list(overlaps.items())[:_MOST_REGIONS]:
            yield self.finding(
                "table-overlap",
                f"Rules {one + 1} and {other + 1} of `{self._name}` both answer when {self._words(_alone(place))}.",
                f"Hit policy {policy} allows one answer: make the conditions apart, or choose another policy.",
                rule=other,
            )
        for rule in range(len(self._table.rules)):
            if not reached >> rule & 1:
                yield self.finding(
                    "rule-never-reached",
                    f"Rule {rule + 1} of `{self._name}` never answers: earlier rules answer before it, or no value "
                    "passes its conditions.",
                    "Remove it, move it up, or widen its conditions.",
                    rule=rule,
                )

    def finding(
        self, name: str, message: str, remedy: str, *, rule: int | None = None, severity: Severity = Severity.warning
    ) -> Diagnostic:
        """A finding about the table, or about one of its rules."""
        spot = self._table.spot if rule is None else self._table.rules[rule].spot
        return Diagnostic(name, message, remedy, severity, spot.element_id, spot.line, self._file)

    def _rules(self, place: Place) -> tuple[int, int]:
        certain = possible = self._all
        for one, piece in zip(self._cuts, place, strict=True):
            certain &= one.certain[piece]
            possible &= one.possible[piece]
        return certain, possible

    def _is_undeclared(self, place: Place) -> bool:
        """Whether it speaks of texts that nobody declared or named: nobody knows whether they occur."""
        return any(one.pieces[piece].is_other_text for one, piece in zip(self._cuts, place, strict=True))

    def _answers(self, rule: int) -> tuple[str, ...]:
        return tuple(text.text.strip() for text in self._table.rules[rule].outputs)

    def _gaps(self, gaps: set[Place]) -> Iterator[Diagnostic]:
        """The gaps as boxes, the largest that grow from the first; at most five."""
        left, told = set(gaps), 0
        while left and told < _MOST_REGIONS:
            box = self._grown(min(left), gaps)
            left -= set(product(*box))
            told += 1
            yield self.finding(
                "table-gap",
                f"No rule of `{self._name}` answers when {self._words(box)}.",
                "Add a rule for it, or a default answer.",
            )

    def _grown(self, place: Place, gaps: set[Place]) -> tuple[tuple[int, ...], ...]:
        box = list(_alone(place))
        for column, one in enumerate(self._cuts):
            steps = range(len(one.pieces)) if not one.is_ordered else range(place[column] + 1, len(one.pieces))
            for step in steps:
                if step in box[column]:
                    continue
                wider = [*box]
                wider[column] = (step,)
                if set(product(*wider)) <= gaps:
                    box[column] = tuple(sorted((*box[column], step)))
                elif one.is_ordered:
                    break
        return tuple(box)

    def _words(self, box: Sequence[Sequence[int]]) -> str:
        said = [
            in_words(one.label, [one.pieces[place] for place in places], is_ordered=one.is_ordered)
            for one, places in zip(self._cuts, box, strict=True)
            if len(places) < len(one.pieces) or not one.is_whole
        ]
        return " and ".join(said) or "the inputs are anything"


def _alone(place: Place) -> tuple[tuple[int, ...], ...]:
    return tuple((one,) for one in place)


def _first_two(rules: int) -> tuple[int, int]:
    one = (rules & -rules).bit_length() - 1
    rest = rules & (rules - 1)
    return one, (rest & -rest).bit_length() - 1


def _reached(policy: str, certain: int, possible: int) -> int:
    """The rules that may answer here: all, or of FIRST those before the first that certainly does."""
    if policy != "FIRST" or not certain:
        return possible
    first = certain & -certain
    return possible & (first | (first - 1))
