"""Notices to persons, their deliveries by mail and SMS, and where persons may be reached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.encryption.columns import Encrypted, EncryptedJson
from engine.store.encryption.owners import OF_CASE, of_person
from engine.store.tables.base import Base, Key, Name, OptionalMoment, RequiredMoment

UNREAD = text("read_at IS NULL")
"""Written out, so that a database can see that the index of these rows serves a statement."""
RECIPIENT = (*OF_CASE, *of_person("recipient"))
"""Of the case; of the person where a notice is about her account."""


class Contact(Base):
    """Addresses and wishes of an account; none for who never said anything."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_mail_index", "mail_index"),)

    account_id: Mapped[Key] = mapped_column(primary_key=True)
    mail: Mapped[str | None] = mapped_column(
        Encrypted("contact.mail", row=("account_id",), owner=of_person("account_id"), longest=254)
    )
    mail_index: Mapped[str | None] = mapped_column(String(32))
    """What `mail` is found by (`Keyring.blind`)."""
    mobile: Mapped[str | None] = mapped_column(
        Encrypted("contact.mobile", row=("account_id",), owner=of_person("account_id"), longest=16)
    )
    language: Mapped[str | None] = mapped_column(String(2))
    time_zone: Mapped[Name | None]
    mail_wanted: Mapped[bool]
    sms_wanted: Mapped[bool]
    changed_at: Mapped[RequiredMoment]


class Notice(Base):
    """One notice, as it lies in the recipient's inbox."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_job_id", "job_id", unique=True),
        Index("ix_notice_recipient_id", "recipient", "id"),
        Index("ix_notice_unread", "recipient", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_notice_case_id", "case_id", "id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    job_id: Mapped[Key]
    instance_id: Mapped[Key]
    case_id: Mapped[Key]
    agency: Mapped[Name]
    service_key: Mapped[Name]
    recipient: Mapped[str] = mapped_column(String(26))
    template: Mapped[Name]
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(Encrypted("notice.subject", owner=RECIPIENT, longest=255))
    text: Mapped[str] = mapped_column(Encrypted("notice.text", owner=RECIPIENT))
    sms: Mapped[str | None] = mapped_column(Encrypted("notice.sms", owner=RECIPIENT))
    is_urgent: Mapped[bool]
    appointment: Mapped[Any] = mapped_column(EncryptedJson("notice.appointment", owner=RECIPIENT), nullable=True)
    created_at: Mapped[RequiredMoment]
    read_at: Mapped[OptionalMoment]


class Delivery(Base):
    """A notice on its way by one channel."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_notice_id", "notice_id"), Index("ix_delivery_case_id", "case_id", "id"))

    id: Mapped[Key] = mapped_column(primary_key=True)
    notice_id: Mapped[Key]
    instance_id: Mapped[Key]
    case_id: Mapped[Key]
    channel: Mapped[str] = mapped_column(String(4))
    address: Mapped[str] = mapped_column(Encrypted("delivery.address", longest=255))
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[RequiredMoment]
    partner_id: Mapped[Name | None]
    code: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[OptionalMoment]
    ended_at: Mapped[OptionalMoment]
