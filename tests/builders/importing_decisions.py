"""A library of decisions and a model that imports it, as files of a deployment."""

from __future__ import annotations

from tests.builders.a_decision_model import NAMESPACE, a_decision, a_model, an_input, knowledge, literal


def a_library(rate: str = "2", namespace: str = "urn:lib", inside: str = "") -> bytes:
    """A model with one function, `rate(x)`: what is asked, times a rate. It holds no decision of its own."""
    return a_model(inside + knowledge("rate", "x: number", literal(f"x * {rate}")), namespace).replace(
        b'id="m"', f'id="{namespace}"'.encode()
    )


def an_import(namespace: str = "urn:lib", name: str = "lib") -> str:
    """The element that imports a model."""
    return f'<import namespace="{namespace}" name="{name}" importType="{NAMESPACE}"/>'


def an_importer(
    key: str = "fee", namespace: str = "urn:m", library: str = "urn:lib", text: str = "lib.rate(amount)"
) -> bytes:
    """A model with one decision, for the input `amount`, that asks the library."""
    inside = an_import(library) + an_input("amount", "number")
    return a_model(
        inside + a_decision(key, literal(text), inputs="amount", knows=f"{library}#rate"), namespace
    ).replace(b'id="m"', f'id="{namespace}"'.encode())
