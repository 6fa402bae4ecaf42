"""What the provider knows: payments, refunds, and the ledger of effects, one for each Idempotency-Key.

Kept in a file when one is named, so that a restart forgets nothing.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sandbox.payments.problems import Problem

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Payment:
    """One payment. `status` is created, success, failed or cancelled."""

    payment_id: str
    token: str
    """Secret of its page's address."""
    amount: int
    currency: str
    reference: str
    description: str
    return_url: str
    language: str
    created_at: str
    status: str = "created"
    code: str | None = None
    cardholder_name: str | None = None
    finished_at: str | None = None
    refunded: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether it can no longer be paid."""
        return self.status != "created"


@dataclass(slots=True, kw_only=True)
class Refund:
    """Money sent back. `status` is submitted, success or error."""

    refund_id: str
    payment_id: str
    amount: int
    status: str
    created_at: str


@dataclass
class Records:
    """All that the provider knows. Safe to use from several threads."""

    file: Path | None = None
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    effects: dict[str, Json] = field(default_factory=dict)
    """Idempotency-Key -> what it did: kind, subject, body, how often it came."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def load(cls, file: Path | None) -> Records:
        """What the file holds; nothing when there is none."""
        records = cls(file)
        if file is not None and file.exists():
            said = json.loads(file.read_text(encoding="utf-8"))
            records.payments = {one["payment_id"]: Payment(**one) for one in said["payments"]}
            records.refunds = {one["refund_id"]: Refund(**one) for one in said["refunds"]}
            records.effects = said["effects"]
        return records

    def create(self, key: str, body: Json) -> tuple[Payment, bool]:
        """A payment, and whether it is new: one for each key."""
        with self._lock:
            known = self._known(key, body)
            if known is not None:
                return self.payments[known], False
            payment = Payment(
                payment_id="pay-" + secrets.token_hex(10),
                token=secrets.token_urlsafe(24),
                created_at=self._stamp(),
                **{name: body[name] for name in ("amount", "currency", "reference", "description")},
                **{name: body[name] for name in ("return_url", "language")},
            )
            self.payments[payment.payment_id] = payment
            self._effect(key, "payment", payment.payment_id, body)
            return payment, True

    def named(self, payment_id: str) -> Payment:
        """A payment. Raises Problem 404."""
        with self._lock:
            if payment_id not in self.payments:
                raise Problem(404, "no-payment", "There is no such payment.")
            return self.payments[payment_id]

    def with_token(self, token: str) -> Payment:
        """The payment of a page. Raises Problem 404."""
        with self._lock:
            for payment in self.payments.values():
                if secrets.compare_digest(payment.token.encode(), token.encode()):
                    return payment
            raise Problem(404, "no-payment", "There is no such payment.")

    def finish(self, payment_id: str, status: str, code: str | None = None, name: str | None = None) -> bool:
        """Pay, decline or cancel; gives whether it was open until now."""
        with self._lock:
            payment = self.named(payment_id)
            if payment.is_finished:
                return False
            payment.status, payment.code, payment.cardholder_name = status, code, name
            payment.finished_at = self._stamp()
            self._save()
            return True

    def refund(self, key: str, payment_id: str, amount: int, status: str) -> Refund:
        """Send money back; one refund for each key, whose status may move on. Raises Problem 422."""
        with self._lock:
            payment = self.named(payment_id)
            known = self._known(key, {"payment_id": payment_id, "amount": amount})
            if known is not None:
                refund = self.refunds[known]
                refund.status = status if refund.status == "submitted" else refund.status
                self._save()
                return refund
            if payment.status != "success" or not 0 < amount <= payment.amount - payment.refunded:
                raise Problem(422, "refund-not-possible", "There is not so much to send back.")
            refund = Refund(
                refund_id="ref-" + secrets.token_hex(10),
                payment_id=payment_id,
                amount=amount,
                status=status,
                created_at=self._stamp(),
            )
            if status != "error":
                payment.refunded += amount
            self.refunds[refund.refund_id] = refund
            self._effect(key, "refund", refund.refund_id, {"payment_id": payment_id, "amount": amount})
            return refund

    def of_day(self, day: date) -> list[Json]:
        """The lines of a day's file: money taken and money sent back."""
        with self._lock:
            taken = [
                {"type": "payment", "payment_id": one.payment_id, "refund_id": "", "reference": one.reference,
                 "amount": one.amount, "currency": one.currency, "at": one.finished_at}
                for one in self.payments.values()
                if one.status == "success"
            ]  # fmt: skip
            sent = [
                {"type": "refund", "payment_id": one.payment_id, "refund_id": one.refund_id,
                 "reference": self.payments[one.payment_id].reference, "amount": one.amount,
                 "currency": self.payments[one.payment_id].currency, "at": one.created_at}
                for one in self.refunds.values()
                if one.status != "error"
            ]  # fmt: skip
            return [line for line in taken + sent if str(line["at"]).startswith(day.isoformat())]

    def told(self) -> list[Json]:
        """The ledger of effects, in the order they were made."""
        with self._lock:
            return [{"idempotency_key": key, **effect} for key, effect in self.effects.items()]

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            for one in (self.payments, self.refunds, self.effects):
                one.clear()
            self._save()

    def _known(self, key: str, body: Json) -> str | None:
        """The subject of a key that came before. Raises Problem when it came with another body."""
        effect = self.effects.get(key)
        if effect is None:
            return None
        if effect["body"] != body:
            raise Problem(422, "idempotency-key-reused", "This key came before with another body.")
        effect["times"] += 1
        return str(effect["subject"])

    def _effect(self, key: str, kind: str, subject: str, body: Json) -> None:
        self.effects[key] = {"kind": kind, "subject": subject, "body": body, "times": 1}
        self._save()

    def _save(self) -> None:
        if self.file is None:
            return
        said = {
            "payments": [asdict(one) for one in self.payments.values()],
            "refunds": [asdict(one) for one in self.refunds.values()],
            "effects": self.effects,
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.file)

    def _stamp(self) -> str:
        return self.now().isoformat().replace("+00:00", "Z")
