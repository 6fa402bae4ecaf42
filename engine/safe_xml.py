"""XML from strangers: read within bounds, or refused with the line and the reason.

Two parsers must agree. Expat reads the prologue first and stops at a DOCTYPE, before any entity is even declared; lxml
then builds the tree with a parser of its own that loads no DTD, resolves no entity, opens no connection, and keeps
libxml2's own bounds (256 levels, 10 MB a text). What XInclude or stylesheets ask for is never done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat  # bounded by hand: it reads the prologue only, and never past a DOCTYPE

from lxml import etree

from engine.diagnostics import Diagnostic, ModelRefused

_ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1"})
_MORE_ENCODINGS: Final = ("iso-8859-", "windows-125")


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlLimits:
    """How large a file may be. The first three bound any XML, the last two a process model."""

    bytes: int = 5 * 1024 * 1024
    tags: int = 200_000
    """Opening and closing tags together, so that small bytes do not become a large tree (measured: at most 200 MB)."""
    attributes: int = 256
    """Of one element."""
    elements: int = 5_000
    """Flow nodes of the file; a hundred more are let pass, so that 5,000 tasks may have their starts and ends."""
    nesting: int = 50
    """Sub-processes inside one another."""


class _SeenEnough(Exception):
    """The root element is reached: the prologue holds no DOCTYPE."""


class _DoctypeFound(Exception):
    """The prologue declares a document type."""


def parse_xml(data: bytes, *, file: str | None = None, limits: XmlLimits | None = None) -> etree._Element:
    """The root of a document without DTD and entities; comments and processing instructions are left out.

    Raises ModelRefused with one diagnostic: `file-empty`, `file-too-large`, `xml-doctype`, `xml-encoding`, `not-xml`.
    """
    bounds = limits or XmlLimits()

    def refuse(rule: str, message: str, remedy: str, line: int | None = None) -> ModelRefused:
        return ModelRefused([Diagnostic(rule, message, remedy, line=line, file=file)])

    if not data.strip():
        raise refuse("file-empty", "Expected XML, found an empty file.", "Save the file again and send it whole.")
    if len(data) > bounds.bytes:
        raise refuse(
            "file-too-large",
            f"Expected at most {bounds.bytes:,} bytes, found {len(data):,}.",
            "Take out embedded pictures, or split the model into processes that call one another.",
        )
    if (tags := data.count(b"<")) > bounds.tags:
        raise refuse(
            "file-too-large",
            f"Expected at most {bounds.tags:,} tags, found {tags:,}.",
            "Split the model into processes that call one another.",
        )
    if (fault := _fault_of_prologue(data)) is not None:
        raise refuse(*fault)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault_found:
        line = fault_found.lineno or None
        message = f"The file is not well-formed XML: {str(fault_found.msg)[:200]}."
        raise refuse("not-xml", message, "Open it in a modeler and save it again.", line) from fault_found
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse(*_doctype(1))
    crowded = next((e for e in root.iter(etree.Element) if len(e.attrib) > bounds.attributes), None)
    if crowded is not None:
        message = f"Expected at most {bounds.attributes} attributes of an element, found {len(crowded.attrib):,}."
        raise refuse("file-too-large", message, "Take them out.", line_of(crowded))
    return root


def line_of(element: etree._Element) -> int:
    """The line an element begins in, from 1; 0 when it is not known."""
    line: int | None = getattr(element, "sourceline", None)  # lxml-stubs 0.5 does not give the property a type
    return line or 0


def _fault_of_prologue(data: bytes) -> tuple[str, str, str, int] | None:
    """What stands against the part before the root element: rule, message, remedy and line."""
    parser = expat.ParserCreate()
    found_encoding: list[str] = []

    def on_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        found_encoding.append((encoding or "utf-8").lower())

    def on_doctype(*_: object) -> None:
        raise _DoctypeFound

    def on_element(*_: object) -> None:
        raise _SeenEnough

    parser.XmlDeclHandler = on_declaration
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_element
    try:
        parser.Parse(data, True)
    except _SeenEnough:
        pass
    except _DoctypeFound:
        return _doctype(parser.CurrentLineNumber)
    except (expat.ExpatError, ValueError, LookupError) as fault:
        message = f"The file is not well-formed XML: {str(fault)[:200]}."
        return "not-xml", message, "Open it in a modeler and save it again.", parser.CurrentLineNumber
    encoding = found_encoding[0] if found_encoding else "utf-8"
    if encoding not in _ENCODINGS and not encoding.startswith(_MORE_ENCODINGS):
        return "xml-encoding", f"Expected the encoding UTF-8, found {encoding!r:.60}.", "Save the file as UTF-8.", 1
    return None


def _doctype(line: int) -> tuple[str, str, str, int]:
    return (
        "xml-doctype",
        "Expected no DOCTYPE: document types and entities are not read.",
        "Take the DOCTYPE out and write the text that its entities stand for.",
        line,
    )
