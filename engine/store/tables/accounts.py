"""Accounts, their duties, sessions and tokens, and answers kept for repeated requests."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted
from engine.store.encryption.owners import of_person
from engine.store.tables.base import Base, Json, Key, Name, OptionalMoment, RequiredMoment


class Account(Base):
    """Somebody, or a system, that can sign in."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_sign_in_name", "sign_in_name", unique=True),
        Index("uq_account_tin", "tin", unique=True),
        Index("ix_account_pin_index", "pin_index"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    sign_in_name: Mapped[Name]
    password_hash: Mapped[str | None] = mapped_column(Text)
    """Argon2id; null for an account that signs in by token only."""
    name: Mapped[str] = mapped_column(Encrypted("account.name", owner=of_person("id"), longest=255))
    pin: Mapped[str | None] = mapped_column(Encrypted("account.pin", owner=of_person("id"), longest=20))
    pin_index: Mapped[str | None] = mapped_column(String(32))
    """What `pin` is found by (`Keyring.blind`)."""
    tin: Mapped[str | None] = mapped_column(String(20))
    """The taxpayer's number of a company."""
    citizen: Mapped[bool]
    analyst: Mapped[bool]
    operator: Mapped[bool]
    disabled: Mapped[bool]
    failed_attempts: Mapped[int]
    locked_until: Mapped[OptionalMoment]
    created_at: Mapped[RequiredMoment]


class Membership(Base):
    """An account works in a queue."""

    __tablename__ = "membership"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    queue: Mapped[Name] = mapped_column(primary_key=True)


class Supervision(Base):
    """An account supervises an agency."""

    __tablename__ = "supervision"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    agency: Mapped[Name] = mapped_column(primary_key=True)


class Session(Base):
    """A signed-in browser. The cookie's secret is kept only as its hash."""

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_account_id", "account_id"),
        Index("ix_session_provider_session", "provider", "provider_session"),
    )

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[RequiredMoment]
    seen_at: Mapped[RequiredMoment]
    idle_until: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]
    """The absolute end, however busy the session is."""
    description: Mapped[str] = mapped_column(Text)
    """The browser, as it named itself."""
    id: Mapped[str | None] = mapped_column(String(26))
    """Its name in lists and in the journal; stays when the secret is renewed. Null of a version before 0017."""
    second_factor_at: Mapped[OptionalMoment]
    """When a second factor was last proved in it."""
    password_at: Mapped[OptionalMoment]
    """When the password was last proved in it."""
    origin: Mapped[str | None] = mapped_column(String(45))
    """The network address it began at."""
    renew_since: Mapped[OptionalMoment]
    """Since when its secret is due to be renewed, for the account's duties changed."""
    provider: Mapped[str | None] = mapped_column(String(63))
    """The identity provider that it began with; null for a password."""
    provider_session: Mapped[str | None] = mapped_column(String(255))
    """The provider's own key of the session there (`sid`), by which it ends ours."""
    latest_until: Mapped[OptionalMoment]
    """What no renewal goes beyond: so long after the sign-in at the provider. Null without a provider."""


class ApiToken(Base):
    """A token of the API. Its secret is kept only as its hash."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_account_id", "account_id"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[Key]
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    name: Mapped[Name]
    created_at: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]
    last_used_at: Mapped[OptionalMoment]
    scopes: Mapped[Json]
    """A list of what it may do; null for all that the account may."""
    made_by: Mapped[str | None] = mapped_column(String(26))
    """The account that made it; null on the command line."""
    got_for: Mapped[str | None] = mapped_column(String(26))
    """Key of the token that it was got for as client credentials; null for a token that somebody made."""


class KeptAnswer(Base):
    """The first answer to a request with an Idempotency-Key."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_created_at", "created_at"),)

    account_id: Mapped[Key] = mapped_column(primary_key=True)
    key: Mapped[Name] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(Text)
    """Method and path of the request."""
    digest: Mapped[str] = mapped_column(String(64))
    """Fingerprint of its body."""
    status: Mapped[int]
    body: Mapped[str] = mapped_column(
        Encrypted("kept_answer.body", row=("account_id", "key"), owner=of_person("account_id"))
    )
    etag: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[RequiredMoment]
