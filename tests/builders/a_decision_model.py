"""Decision models in few words: boxed logic in a decision, around it what the logic needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from engine.dmn import DecisionResult, compile_decisions, evaluate, read_dmn
from engine.feel import admit, to_text

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20230324/MODEL/"
NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def a_model(inside: str, namespace: str = "urn:m", attributes: str = "") -> bytes:
    """A DMN file around some elements."""
    head = f'<definitions xmlns="{NAMESPACE}" id="m" name="m" namespace="{namespace}" {attributes}>'
    return f"{head}{inside}</definitions>".encode()


def literal(text: str, type_ref: str = "") -> str:
    """A literal expression."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<literalExpression{typed}><text>{escape(text, quote=False)}</text></literalExpression>"


def an_input(name: str, type_ref: str = "Any") -> str:
    """Input data; its id is `i-` and the name."""
    return f'<inputData id="i-{name}" name="{name}"><variable name="{name}" typeRef="{type_ref}"/></inputData>'


def a_decision(
    name: str, logic: str, *, inputs: str = "", decisions: str = "", knows: str = "", type_ref: str = ""
) -> str:
    """A decision; its id is its name. What it requires is told by name, parted by commas."""
    needs = _needs("requiredInput", "information", [f"i-{one}" for one in _parts(inputs)])
    needs += _needs("requiredDecision", "information", _parts(decisions))
    needs += _needs("requiredKnowledge", "knowledge", _parts(knows))
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{typed}/>{needs}{logic}</decision>'


def knowledge(name: str, parameters: str, body: str, *, knows: str = "", type_ref: str = "") -> str:
    """A business knowledge model; parameters as `a: number, b`."""
    formal = "".join(
        f'<formalParameter name="{one.partition(":")[0].strip()}"'
        + (f' typeRef="{one.partition(":")[2].strip()}"/>' if ":" in one else "/>")
        for one in _parts(parameters)
    )
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"{typed}/>'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>"
        f"{_needs('requiredKnowledge', 'knowledge', _parts(knows))}</businessKnowledgeModel>"
    )


def decide(inside: str, decision: str, inputs: Mapping[str, Any] | None = None, *imports: bytes) -> DecisionResult:
    """The result of a decision of a model, for Python's values."""
    compiled = compile_decisions(read_dmn(a_model(inside)), [read_dmn(one) for one in imports])
    return evaluate(compiled, decision, {name: admit(value) for name, value in (inputs or {}).items()}, now=NOW)


def answer(inside: str, decision: str, inputs: Mapping[str, Any] | None = None, *imports: bytes) -> str:
    """The value of a decision as FEEL text that keeps kinds apart."""
    return str(to_text([decide(inside, decision, inputs, *imports).value]))[1:-1]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _needs(what: str, kind: str, ids: list[str]) -> str:
    return "".join(
        f'<{kind}Requirement><{what} href="{one if ":" in one else "#" + one}"/></{kind}Requirement>' for one in ids
    )
