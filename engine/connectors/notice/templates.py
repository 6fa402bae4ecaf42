"""Templates of notices: `<key>.notice.yaml`, with subject, text and SMS in each language; filled in a sandbox.

    subject:
      az: "{{ case.number }}: qərar qəbul edildi"
      en: "{{ case.number }}: your application was decided"
    text:
      az: |
        ...
    sms:            # optional: without it nothing is sent by SMS
      az: ...

A template sees `case`, `service`, `agency`, `appointment`, `portal`, `language` and `data` (the variables of the task).
A notice is written in a language when subject and text are; an SMS that is missing in it is not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.casework.notice import LONGEST_SMS, LONGEST_SUBJECT, LONGEST_TEXT, Wording
from engine.casework.passport import LANGUAGES
from engine.connectors.filling import Sandbox, TemplateFault
from engine.diagnostics import Diagnostic, Severity
from engine.plain_yaml import YamlUnreadable, read_yaml

SUBJECT: Final = "subject"
TEXT: Final = "text"
SMS: Final = "sms"
_PARTS: Final = (SUBJECT, TEXT, SMS)
_LONGEST: Final = {SUBJECT: LONGEST_SUBJECT, TEXT: LONGEST_TEXT, SMS: LONGEST_SMS}
MOST_BYTES: Final = 200_000
SEEN: Final[Mapping[str, frozenset[str] | None]] = {
    "case": frozenset({"number", "submitted_on", "deadline_on"}),
    "service": frozenset({"key", "title", "remedy"}),
    "agency": frozenset({"key"}),
    "appointment": frozenset({"starts_at", "ends_at", "place", "is_cancelled"}),
    "portal": frozenset({"address"}),
    "data": None,
    "language": frozenset(),
}
"""What a template sees, and what each of it has; None where that is not known before."""
_SANDBOX: Final = Sandbox(seen=SEEN, is_html=False, most_characters=4 * LONGEST_TEXT)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One text of a template."""

    part: str
    language: str
    source: str
    line: int
    """Of its first line in the file."""

    @property
    def placed(self) -> str:
        """The source moved down to its line, so that faults are told where they are."""
        return "\n" * (self.line - 1) + self.source


class NoticeTemplates:
    """Checks templates at deployment, and fills them. Safe to use from several threads."""

    def inspect(self, content: bytes, file: str) -> tuple[Diagnostic, ...]:
        """What is wrong with the template in a file. Raises nothing."""
        pieces, findings = _read(content, file)
        for piece in pieces:
            findings.extend(_SANDBOX.inspect(piece.placed, file))
        return tuple(findings)

    def unknown_data(self, content: bytes, given: Collection[str]) -> Iterator[tuple[str, int]]:
        """Names and lines of `data.<name>` that a task giving only these variables does not give."""
        for piece in _read(content, "")[0]:
            yield from _SANDBOX.unknown_data(piece.placed, given)

    def languages(self, source: str, file: str) -> tuple[str, ...]:
        """The languages a notice is written in. Raises TemplateFault when there are none."""
        found = _languages(_pieces(source, file))
        if not found:
            raise TemplateFault("it is written in no language.", file, None)
        return found

    def fill(self, source: str, file: str, language: str, seen: Mapping[str, Any]) -> Wording:
        """What the notice says in one of its languages. Raises TemplateFault."""
        said: dict[str, str] = {}
        for piece in _pieces(source, file):
            if piece.language != language:
                continue
            text = _SANDBOX.fill(piece.placed, file, seen).strip()
            if piece.part != TEXT:
                text = " ".join(text.split())
            text = _without_control(text)
            if not text or len(text) > _LONGEST[piece.part]:
                found = f"{len(text):,} characters" if text else "nothing"
                raise TemplateFault(
                    f"expected {piece.part} of 1 to {_LONGEST[piece.part]:,} characters, it comes to {found}.",
                    file,
                    piece.line,
                )
            said[piece.part] = text
        return Wording(subject=said[SUBJECT], text=said[TEXT], sms=said.get(SMS), language=language)


def _pieces(source: str, file: str) -> list[_Piece]:
    pieces, findings = _read(source.encode("utf-8"), file)
    for finding in findings:
        if finding.severity is Severity.error:
            raise TemplateFault(finding.message, file, finding.line)
    return pieces


def _read(content: bytes, file: str) -> tuple[list[_Piece], list[Diagnostic]]:
    """The texts of a template, and what is wrong with its form."""
    findings: list[Diagnostic] = []

    def fault(message: str, remedy: str, line: int | None = None, severity: Severity = Severity.error) -> None:
        rule = "notice-malformed" if severity is Severity.error else "notice-language"
        findings.append(Diagnostic(rule, message, remedy, severity, line=line, file=file))

    try:
        said, node = read_yaml(content, MOST_BYTES)
    except YamlUnreadable as unreadable:
        fault(unreadable.message, unreadable.remedy, unreadable.line)
        return [], findings
    if not isinstance(said, dict):
        fault("Expected subject and text.", "Write `subject:` and `text:`, each with a text a language.")
        return [], findings
    pieces: list[_Piece] = []
    for key, value in node.value:
        part, line = str(key.value), key.start_mark.line + 1
        texts = said.get(part)
        if part not in _PARTS:
            fault(f"There is no {part!r:.60} in a notice.", f"It has {', '.join(_PARTS)}.", line)
        elif not isinstance(texts, dict):
            fault(f"Expected {part} in each language.", f"Write `{part}:` and below it `az: ...`.", line)
        else:
            for inner, text in value.value:
                language, at = str(inner.value), inner.start_mark.line + 1
                if language not in LANGUAGES:
                    fault(f"There is no language {language!r:.20}.", f"Use {', '.join(LANGUAGES)}.", at)
                elif not isinstance(texts[language], str) or not texts[language].strip():
                    fault(f"Expected a text for {part} in {language}.", "Write the text, or leave the line out.", at)
                else:
                    # The text of a block (| or >) begins on the line below its sign.
                    first = text.start_mark.line + (2 if text.style in ("|", ">") else 1)
                    pieces.append(_Piece(part, language, texts[language], first))
    _check_languages(pieces, fault)
    return pieces, findings


def _check_languages(pieces: list[_Piece], fault: Any) -> None:
    written = _languages(pieces)
    if not written:
        fault("Expected subject and text in one language at least.", f"Write them in {', '.join(LANGUAGES)}.")
        return
    halves = {piece.language for piece in pieces} - set(written)
    for language in sorted(halves):
        line = next(piece.line for piece in pieces if piece.language == language)
        fault(f"In {language} it lacks its subject or its text.", "Write both, or neither.", line)
    for language in LANGUAGES:
        if language not in written and language not in halves:
            message = f"It is not written in {language}: who reads {language} gets it in {written[0]}."
            fault(message, f"Add subject and text in {language}.", None, Severity.warning)


def _languages(pieces: list[_Piece]) -> tuple[str, ...]:
    there = {(piece.part, piece.language) for piece in pieces}
    return tuple(one for one in LANGUAGES if (SUBJECT, one) in there and (TEXT, one) in there)


def _without_control(text: str) -> str:
    """No sign that a mail, an SMS or a database could trip over."""
    return "".join(sign for sign in text if sign in "\n\t" or (sign >= " " and not "\x7f" <= sign <= "\x9f"))
