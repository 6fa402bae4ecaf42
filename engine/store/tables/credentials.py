"""What somebody proves who she is with, beside a password; what sign-in counts, and where she signed in before."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Key, Name, OptionalMoment, RequiredMoment


class SecondFactor(Base):
    """An authenticator app or a passkey of an account."""

    __tablename__ = "second_factor"
    __table_args__ = (
        Index("ix_second_factor_account_id", "account_id"),
        Index("uq_second_factor_credential", "credential", unique=True),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[Name]
    secret: Mapped[str | None] = mapped_column(Text)
    """Of an app: sealed."""
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    """Of an app: the time step whose code was used last; no code of it or before is taken again."""
    credential: Mapped[str | None] = mapped_column(Text)
    """Of a passkey: its id, base64url."""
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[RequiredMoment]
    confirmed_at: Mapped[OptionalMoment]
    """When it was proved for the first time; before, it is none."""
    last_used_at: Mapped[OptionalMoment]


class RecoveryCode(Base):
    """A code that stands in for a lost factor once. It is removed when it is used."""

    __tablename__ = "recovery_code"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[RequiredMoment]


class PasswordCode(Base):
    """A code by which the owner of an account sets her password once. It is removed when it is used."""

    __tablename__ = "password_code"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str | None] = mapped_column(String(26))
    """The account of the operator; null on the command line."""
    expires_at: Mapped[RequiredMoment]


class Challenge(Base):
    """What a passkey is to sign, once, in one session. It is removed when it is used."""

    __tablename__ = "challenge"
    __table_args__ = (Index("ix_challenge_expires_at", "expires_at"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    account_id: Mapped[Key]
    session: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(10))
    value: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[RequiredMoment]


class Throttle(Base):
    """Wrong tries of one name, address or factor, whether or not there is such an account."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_failed_at", "failed_at"),)

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Hashed: what people type as a name may be a password."""
    attempts: Mapped[int]
    failed_at: Mapped[RequiredMoment]
    rests_until: Mapped[OptionalMoment]


class KnownPlace(Base):
    """Where an account signed in before: network and kind of browser, hashed together."""

    __tablename__ = "known_place"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[RequiredMoment]
