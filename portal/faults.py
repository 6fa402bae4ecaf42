"""What is wrong with a field of a page's own form, told beside it and at the top of the page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; several are told in the order of the fields."""

    field: str
    """The id of the field, which the error summary links to."""
    text: str
