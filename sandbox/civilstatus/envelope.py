"""SOAP 1.1 envelopes: what was asked, and answers and faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from lxml import etree

NAMESPACE = "urn:example:civil-status:v1"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, slots=True)
class Fault(Exception):
    """An answer that says that it cannot be done."""

    code: str
    """`Client`, `Server`, or one of our own."""
    text: str


def read(content: bytes) -> tuple[str, dict[str, str]]:
    """The operation that is asked, and its parameters. Raises Fault."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise Fault("Client", "The message is no XML.") from fault
    body = root.find(f"{{{_ENVELOPE}}}Body")
    if body is None or len(body) != 1:
        raise Fault("Client", "Expected an envelope with one operation.")
    asked = etree.QName(body[0])
    if asked.namespace != NAMESPACE:
        raise Fault("Client", f"Expected an operation of {NAMESPACE}.")
    return asked.localname, {etree.QName(one).localname: one.text or "" for one in body[0]}


def answer(operation: str, fields: Mapping[str, Any]) -> Response:
    """What an operation gives."""
    root, body = _envelope()
    _add(etree.SubElement(body, f"{{{NAMESPACE}}}{operation}Response"), fields)
    return _response(root, 200)


def refusal(fault: Fault) -> Response:
    """A fault, as status 500 (SOAP 1.1, 6.2)."""
    root, body = _envelope()
    told = etree.SubElement(body, f"{{{_ENVELOPE}}}Fault")
    etree.SubElement(told, "faultcode").text = f"soap:{fault.code}"
    etree.SubElement(told, "faultstring").text = fault.text
    return _response(root, 500)


def _envelope() -> tuple[Any, Any]:
    root = etree.Element(f"{{{_ENVELOPE}}}Envelope", nsmap={"soap": _ENVELOPE, "c": NAMESPACE})
    return root, etree.SubElement(root, f"{{{_ENVELOPE}}}Body")


def _add(parent: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                continue
            element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
            if isinstance(one, dict):
                _add(element, one)
            else:
                element.text = str(one).lower() if isinstance(one, bool) else str(one)


def _response(root: Any, status: int) -> Response:
    content = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Response(content, status, content_type="text/xml; charset=utf-8")
