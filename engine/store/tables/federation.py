"""Who accounts are at identity providers, and sign-ins that began there and are not over."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Json, Key, OptionalMoment, RequiredMoment


class Identity(Base):
    """An account as an identity provider knows it: the provider and its `sub`, never a name or mail address."""

    __tablename__ = "identity"
    __table_args__ = (Index("ix_identity_account_id", "account_id"),)

    provider: Mapped[str] = mapped_column(String(63), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    given: Mapped[Json]
    """Duties that the provider's word gave the account, so that its silence takes away these and no others."""
    created_at: Mapped[RequiredMoment]
    signed_in_at: Mapped[OptionalMoment]
    """When somebody last signed in with it."""


class BegunSignIn(Base):
    """A browser was sent to a provider. Removed when it comes back, so that it comes back once."""

    __tablename__ = "begun_sign_in"
    __table_args__ = (Index("ix_begun_sign_in_expires_at", "expires_at"),)

    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Hash of the state sent along."""
    browser: Mapped[str] = mapped_column(String(64))
    """Hash of the secret in the browser's cookie; nonce and PKCE verifier are made of it and kept nowhere."""
    provider: Mapped[str] = mapped_column(String(63))
    return_to: Mapped[str] = mapped_column(Text)
    """Where the browser goes afterwards: a path of ours."""
    wants_fresh: Mapped[bool]
    """Whether the provider was asked to let the person prove herself anew."""
    began_at: Mapped[RequiredMoment]
    expires_at: Mapped[RequiredMoment]
