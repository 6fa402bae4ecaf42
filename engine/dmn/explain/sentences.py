"""An explanation as plain sentences, and as plain JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.dmn.explain.conditions import wanted
from engine.dmn.explain.others import Other
from engine.dmn.explain.reasons import DecisionReasons, Explanation, RuleReasons, TableReasons
from engine.dmn.explain.values import in_words
from engine.dmn.explain.words import Language, say
from engine.feel import Value, to_json

_MOST_RULES_TOLD: Final = 20
_CLOSING: Final = (".", "!", "?", "…")


def sentences(explanation: Explanation, language: Language) -> tuple[str, ...]:
    """The reasons in plain sentences, decision after decision, the one asked for last."""
    return tuple(sentence for decision in explanation.decisions for sentence in _decision(decision, language))


def explanation_json(explanation: Explanation, language: Language) -> list[dict[str, Any]]:
    """Plain JSON: each decision with its sentences, facts, rules and what another outcome would have needed."""
    return [
        {
            "id": decision.element_id,
            "name": decision.name,
            "value": to_json(decision.value),
            "sentences": list(_decision(decision, language)),
            "facts": _pairs(decision.facts),
            "tables": [_table_json(table, language) for table in decision.tables],
        }
        for decision in explanation.decisions
    ]


def _decision(decision: DecisionReasons, language: Language) -> Iterator[str]:
    yield say("decided", language, name=decision.name, value=in_words(decision.value, language))
    if decision.facts:
        yield say("considered", language, facts=_facts(decision.facts, language))
    for table in decision.tables:
        yield from _table(table, language)


def _table(table: TableReasons, language: Language) -> Iterator[str]:
    if table.facts:
        yield say("considered", language, facts=_facts(table.facts, language))
    for rule in table.rules[:_MOST_RULES_TOLD]:
        yield say("rule", language, number=rule.index)
        yield from _said(rule, language)
    if not table.rules:
        yield say("default" if table.used_default else "no-rule", language)
    for other in table.others:
        yield _other(other, language)


def _said(rule: RuleReasons, language: Language) -> Iterator[str]:
    reason, article = rule.reason(language), rule.article(language)
    if reason:
        yield _closed(say("reason", language, text=reason.strip()))
    if article:
        yield say("article", language, text=article.strip().rstrip("."))
    for column, text in rule.notes:
        is_own_words = column == "description"
        yield _closed(text.strip() if is_own_words else say("note", language, column=column, text=text.strip()))


def _other(other: Other, language: Language) -> str:
    conditions = say("and-condition", language).join(
        say(
            "condition",
            language,
            label=lack.label,
            wanted=wanted(lack.wanted, language),
            found=in_words(lack.found, language),
        )
        for lack in other.lacks
    )
    return say("other", language, value=_outputs(other), conditions=conditions)


def _outputs(other: Other) -> str:
    """What the rule would have given, as its cells say it: texts without their quotes, expressions as written."""
    return ", ".join(_unquoted(text) for _, text in other.outputs)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1] else text


def _facts(facts: Sequence[tuple[str, Value]], language: Language) -> str:
    return "; ".join(say("fact", language, label=label, value=in_words(value, language)) for label, value in facts)


def _closed(sentence: str) -> str:
    return sentence if sentence.endswith(_CLOSING) else f"{sentence}."


def _pairs(pairs: Sequence[tuple[str, Value]]) -> list[dict[str, Any]]:
    return [{"name": name, "value": to_json(value)} for name, value in pairs]


def _table_json(table: TableReasons, language: Language) -> dict[str, Any]:
    return {
        "id": table.element_id,
        "hit_policy": table.hit_policy,
        "facts": _pairs(table.facts),
        "used_default": table.used_default,
        "rules": [
            {
                "index": rule.index,
                "id": rule.element_id,
                "outputs": _pairs(rule.outputs),
                "reason": rule.reason(language),
                "article": rule.article(language),
                "notes": [{"name": column, "text": text} for column, text in rule.notes],
            }
            for rule in table.rules
        ],
        "others": [
            {
                "index": other.index,
                "id": other.element_id,
                "outputs": [{"name": name, "expression": text} for name, text in other.outputs],
                "lacks": [
                    {
                        "name": lack.label,
                        "found": to_json(lack.found),
                        "expected": wanted(lack.wanted, language),
                        "condition": lack.wanted.text.strip(),
                    }
                    for lack in other.lacks
                ],
            }
            for other in table.others
        ],
    }
