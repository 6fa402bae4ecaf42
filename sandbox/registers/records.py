"""What the registers hold: persons, licences, certificates, foreign licences, and their JSON.

The records are read once from persons.yaml; `DriverRegister.issue` is the only thing that changes them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from sandbox.registers.dates import resolve

Json = dict[str, Any]
"""A JSON object, as it goes over the wire."""

_FIRST_SERIAL = 200001


@dataclass(frozen=True, slots=True)
class Records:
    """All that the four registers know at start, by PIN; foreign licences by country and number."""

    persons: Mapping[str, Json]
    licences: Mapping[str, Json]
    certificates: Mapping[str, Json]
    foreign_licences: Mapping[tuple[str, str], Json]

    @classmethod
    def load(cls, today: date, path: Path | None = None) -> Records:
        """Read persons.yaml with its dates counted from `today`. Raises ValueError or KeyError on a faulty file."""
        text = (path or Path(__file__).with_name("persons.yaml")).read_text(encoding="utf-8")
        entries = yaml.safe_load(text)["persons"]
        return cls(
            persons={entry["pin"]: _person(entry, today) for entry in entries},
            licences={e["pin"]: _licence(e["pin"], e["licence"], today) for e in entries if "licence" in e},
            certificates={e["pin"]: _certificate(e, today) for e in entries if "certificate" in e},
            foreign_licences={
                (e["foreign_licence"]["country"], e["foreign_licence"]["number"]): _foreign_licence(e, today)
                for e in entries
                if "foreign_licence" in e
            },
        )


def _day(written: str | date | None, today: date) -> str | None:
    return None if written is None else resolve(written, today).isoformat()


def _person(entry: Json, today: date) -> Json:
    permit = entry.get("residence_permit")
    return {
        "pin": entry["pin"],
        "given_name": entry["given_name"],
        "family_name": entry["family_name"],
        "patronymic": entry.get("patronymic"),
        "birth_date": _day(entry["birth_date"], today),
        "sex": entry["sex"],
        "citizenship": entry.get("citizenship", "AZ"),
        "status": entry.get("status", "alive"),
        "address": {"country": "AZ", **entry["address"]},
        "residence_permit": permit
        and {
            "number": permit["number"],
            "issued_on": _day(permit["issued_on"], today),
            "valid_until": _day(permit["valid_until"], today),
        },
        "photo": None,
    }


def _licence(pin: str, entry: Json, today: date) -> Json:
    fines = [{**fine, "imposed_on": _day(fine["imposed_on"], today)} for fine in entry.get("unpaid_fines", [])]
    return {
        "pin": pin,
        "number": entry["number"],
        "categories": entry["categories"],
        "issued_on": _day(entry["issued_on"], today),
        "valid_until": _day(entry["valid_until"], today),
        "issuing_unit": entry["issuing_unit"],
        "status": entry.get("status", "valid"),
        "disqualified_until": _day(entry.get("disqualified_until"), today),
        "unpaid_fines": fines,
        "unpaid_fines_total": sum(fine["amount"] for fine in fines),
    }


def _certificate(entry: Json, today: date) -> Json:
    certificate = entry["certificate"]
    return {
        "pin": entry["pin"],
        "number": certificate["number"],
        "issued_on": _day(certificate["issued_on"], today),
        "valid_until": _day(certificate["valid_until"], today),
        "fit": certificate.get("fit", True),
        "categories": certificate["categories"],
        "restrictions": certificate.get("restrictions", []),
        "listed_illness": certificate.get("listed_illness", False),
        "certified_years": certificate.get("certified_years"),
        "institution": certificate.get("institution", "Respublika Diaqnostika Mərkəzi"),
    }


def _foreign_licence(entry: Json, today: date) -> Json:
    licence = entry["foreign_licence"]
    answered = licence["status"] != "pending"
    holder = {"pin": entry["pin"], "given_name": entry["given_name"], "family_name": entry["family_name"]}
    return {
        "country": licence["country"],
        "number": licence["number"],
        "status": licence["status"],
        "holder": {**holder, "birth_date": _day(entry["birth_date"], today)} if answered else None,
        "categories": licence["categories"] if answered else None,
        "issued_on": _day(licence.get("issued_on"), today),
        "valid_until": _day(licence.get("valid_until"), today),
        "answer_expected_by": _day(licence.get("answer_expected_by"), today),
    }


class KeyReused(Exception):
    """An idempotency key came again with another body."""


class DriverRegister:
    """The licences, and the ledger of those registered: one effect a key. Safe to call from several threads."""

    def __init__(self, licences: Mapping[str, Json]) -> None:
        self._at_start = licences
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget all licences registered since the start."""
        with self._lock:
            self._licences = dict(self._at_start)
            self._effects: dict[str, tuple[Json, Json]] = {}

    def licence_of(self, pin: str) -> Json | None:
        """The newest licence of a person, or None."""
        with self._lock:
            return self._licences.get(pin)

    def issue(self, key: str, body: Json) -> tuple[Json, bool]:
        """Register a licence once a key; gives it and whether it had been there. Raises KeyReused."""
        with self._lock:
            if key in self._effects:
                first_body, licence = self._effects[key]
                if first_body != body:
                    raise KeyReused
                return licence, True
            licence = self._new_licence(body)
            self._effects[key] = (body, licence)
            self._licences[body["pin"]] = licence
            return licence, False

    def _new_licence(self, body: Json) -> Json:
        before = self._licences.get(body["pin"])
        kept = ("disqualified_until", "unpaid_fines", "unpaid_fines_total")
        nothing: Json = {"disqualified_until": None, "unpaid_fines": [], "unpaid_fines_total": 0}
        return {
            "pin": body["pin"],
            "number": f"AA{_FIRST_SERIAL + len(self._effects)}",
            "categories": body["categories"],
            "issued_on": body["issued_on"],
            "valid_until": body["valid_until"],
            "issuing_unit": "Onewindow",
            "status": "valid",
            **{name: (before or nothing)[name] for name in kept},
        }

    def effects(self) -> list[Json]:
        """The licences registered, oldest first, each with its key and reference."""
        with self._lock:
            return [
                {"idempotency_key": key, "reference": body.get("reference"), "licence": licence}
                for key, (body, licence) in self._effects.items()
            ]
