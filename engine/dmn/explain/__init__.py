"""Why a decision came out as it did, in plain sentences of three languages; and what another outcome would have needed.

In: the model, and the trace of an evaluation. Out: typed reasons, their sentences in az, en, ru, and plain JSON. Pure.
Nothing is made up: a sentence is a fixed text around the analyst's own words and the values at hand. Where the table
does not tell something for certain, nothing is said.

    reasons     the typed explanation    others      what another outcome would have needed
    sentences   reasons -> sentences     conditions  a cell in words    values  a value in words    words  fixed texts
"""

from engine.dmn.explain.reasons import DecisionReasons, Explanation, RuleReasons, TableReasons, explain
from engine.dmn.explain.sentences import explanation_json, sentences
from engine.dmn.explain.words import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "DecisionReasons",
    "Explanation",
    "Language",
    "RuleReasons",
    "TableReasons",
    "explain",
    "explanation_json",
    "sentences",
]
