"""The acts that the register holds; `register` adds to them, once for one idempotency key."""

from __future__ import annotations

import threading
from typing import Any

Json = dict[str, Any]

_ACTS: dict[str, list[Json]] = {
    "5FQ2K7M": [
        {"number": "B-1987-004411", "kind": "birth", "date": "1987-03-14", "place": "Bakı"},
        {"number": "M-2012-000871", "kind": "marriage", "date": "2012-09-01", "place": "Gəncə", "fee": "20.00"},
    ],
    "2H8RZ4T": [{"number": "B-1994-001207", "kind": "birth", "date": "1994-11-30", "place": "Şəki"}],
}


class Acts:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._acts = {pin: list(acts) for pin, acts in _ACTS.items()}
        self._by_key: dict[str, str] = {}

    def of(self, pin: str) -> list[Json] | None:
        """The acts of a person; None when nobody has this number."""
        with self._lock:
            found = self._acts.get(pin)
            return None if found is None else list(found)

    def register(self, pin: str, act: Json, key: str | None) -> str | None:
        """Enter an act; gives its number, None when nobody has this PIN."""
        with self._lock:
            if pin not in self._acts:
                return None
            if key is not None and key in self._by_key:
                return self._by_key[key]
            number = f"{act['kind'][0].upper()}-{act['date'][:4]}-{900000 + len(self._acts[pin]):06}"
            self._acts[pin].append({"number": number, **act})
            if key is not None:
                self._by_key[key] = number
            return number
