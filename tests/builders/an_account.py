"""Builds accounts, sessions and tokens for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.identity import new_key
from engine.store.records import AccountRecord, SessionRecord, TokenRecord
from tests.builders.a_task import NOW


def an_account(sign_in_name: str = "aysel", **said: Any) -> AccountRecord:
    """An account without duties."""
    values: dict[str, Any] = {"id": new_key(), "password_hash": "$argon2id$", "name": "Aysel", "created_at": NOW}
    return AccountRecord(sign_in_name=sign_in_name, **{**values, **said})


def a_session(account_id: str, **said: Any) -> SessionRecord:
    """A session that began just now."""
    values: dict[str, Any] = {
        "hash": new_key(),
        "created_at": NOW,
        "seen_at": NOW,
        "idle_until": NOW + timedelta(minutes=30),
        "expires_at": NOW + timedelta(hours=12),
    }
    return SessionRecord(account_id=account_id, **{**values, **said})


def a_token(account_id: str, **said: Any) -> TokenRecord:
    """A token that is good for a month."""
    values: dict[str, Any] = {
        "hash": new_key(),
        "id": new_key(),
        "name": "till",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=30),
    }
    return TokenRecord(account_id=account_id, **{**values, **said})
