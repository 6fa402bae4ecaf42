"""Agencies that a bundle names and that are not registered. Pure; where none is registered, every name is taken."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from engine.errors import Invalid
from engine.identity import QueueName
from engine.runtime.bundle import Bundle


def check_agencies(bundle: Bundle, registered: Collection[str]) -> None:
    """Add a finding for each agency that a passport or a queue names and nobody registered."""
    if not registered:
        return
    for file, passport in bundle.passports.items():
        if passport.agency not in registered:
            bundle.refuse(*_unknown(passport.agency, registered), file)
    for process_id, compiled in bundle.compiled.items():
        for reference in compiled.references:
            named = _agency_of(reference.name) if reference.kind == "queue" else None
            if named is not None and named not in registered:
                model_file = bundle.file_of("process", process_id)
                bundle.refuse(*_unknown(named, registered), model_file, reference.element_id, reference.line)


def _agency_of(queue: str) -> str | None:
    """The agency of a queue that is written plainly; None for an expression, and for what `references` refuses."""
    try:
        return QueueName.parse(queue).agency
    except Invalid:
        return None


def _unknown(agency: str, registered: Collection[str]) -> tuple[str, str, str]:
    near = get_close_matches(agency, sorted(registered), n=1)
    return (
        "unknown-agency",
        f"There is no agency {agency!r:.80}.",
        f"Write {near[0]}." if near else "Correct the name, or let an operator register the agency.",
    )
