"""Templates of documents: HTML, checked at deployment and filled for one document (`engine.connectors.filling`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from engine.connectors.document.words import words
from engine.connectors.filling import Sandbox, TemplateFault
from engine.diagnostics import Diagnostic, Severity

__all__ = ["LAYOUT", "LONGEST_PAGE", "LONGEST_TEMPLATE", "SEEN", "DocumentTemplates", "TemplateFault"]

LAYOUT: Final = "layout.html"
SEEN: Final[Mapping[str, frozenset[str] | None]] = {
    "document": frozenset({"number", "code", "verify_url", "qr", "proof_qr", "issued_on", "outcome"}),
    "case": frozenset({"number", "submitted_on", "channel"}),
    "service": frozenset({"key", "title", "remedy", "legal_basis"}),
    "agency": frozenset({"key"}),
    "words": frozenset(words("en")),
    "data": None,
    "language": frozenset(),
}
"""What a template sees, and what each of it has; None where that is not known before."""
LONGEST_TEMPLATE: Final = 200_000
LONGEST_PAGE: Final = 2_000_000
"""Characters of a filled template."""


def _layout() -> str:
    return files("engine.connectors.document").joinpath(LAYOUT).read_text(encoding="utf-8")


_SANDBOX: Final = Sandbox(seen=SEEN, is_html=True, most_characters=LONGEST_PAGE, layouts={LAYOUT: _layout})


class DocumentTemplates:
    """Checks templates at deployment, and fills them. Safe to use from several threads."""

    def inspect(self, content: bytes, file: str) -> tuple[Diagnostic, ...]:
        """What is wrong with the template in a file. Raises nothing."""
        try:
            source = content.decode("utf-8")
        except UnicodeDecodeError:
            return (_error("template-encoding", "The template is not UTF-8.", "Save it as UTF-8.", file),)
        if len(source) > LONGEST_TEMPLATE:
            message = f"Expected at most {LONGEST_TEMPLATE:,} characters, found {len(source):,}."
            return (_error("template-too-large", message, "Leave pictures and fonts out.", file),)
        return _SANDBOX.inspect(source, file)

    def unknown_data(self, content: bytes, given: Collection[str]) -> Iterator[tuple[str, int]]:
        """Names and lines of `data.<name>` that a task giving only these variables does not give."""
        return _SANDBOX.unknown_data(content.decode("utf-8", "replace"), given)

    def fill(self, source: str, file: str, seen: Mapping[str, Any]) -> str:
        """The HTML of a template. Raises TemplateFault."""
        return _SANDBOX.fill(source, file, seen)


def _error(rule: str, message: str, remedy: str, file: str) -> Diagnostic:
    return Diagnostic(rule, message, remedy, Severity.error, file=file)
