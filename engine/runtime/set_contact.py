"""A person says where and when she may be reached. It holds for notices that are made from now on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from engine.casework.actor import Actor
from engine.casework.contact import Contact, mail_address, mobile_number
from engine.casework.passport import LANGUAGES
from engine.errors import Invalid, Place
from engine.runtime.act import Act, transact
from engine.runtime.wiring import Runtime

CONTACTS: Final = "contacts"
"""The journal's chain of who changed where she may be reached; addresses stand in none of its entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedContact:
    """What a person says, as she wrote it."""

    mail: str | None = None
    mobile: str | None = None
    language: str | None = None
    time_zone: str | None = None
    mail_wanted: bool = True
    sms_wanted: bool = True


def set_contact(runtime: Runtime, wanted: WantedContact, *, by: Actor) -> Contact:
    """Keep it in place of what was said before. Raises Invalid with a place for every fault."""
    faults: list[Place] = []
    mail = _checked(wanted.mail, mail_address, "/mail", faults)
    mobile = _checked(wanted.mobile, mobile_number, "/mobile", faults)
    if wanted.language is not None and wanted.language not in LANGUAGES:
        faults.append(Place("/language", f"Expected one of {', '.join(LANGUAGES)}.", "unknown"))
    if wanted.time_zone is not None and wanted.time_zone not in available_timezones():
        faults.append(Place("/time_zone", "Expected a time zone, such as Asia/Baku.", "unknown"))
    if faults:
        raise Invalid("Some of what you wrote cannot be kept.", places=faults, remedy="Correct it, or leave it empty.")

    def change(act: Act) -> Contact:
        contact = Contact(
            account_id=by.account,
            mail=mail,
            mobile=mobile,
            language=wanted.language,
            time_zone=wanted.time_zone,
            mail_wanted=wanted.mail_wanted,
            sms_wanted=wanted.sms_wanted,
            changed_at=act.at,
        )
        act.work.notices.keep_contact(contact)
        act.journal(CONTACTS, "contact.changed", by.account)
        return contact

    return transact(runtime, by, change)


def _checked(said: str | None, check: Callable[[str], str], path: str, faults: list[Place]) -> str | None:
    if said is None or not said.strip():
        return None
    try:
        return check(said)
    except Invalid as fault:
        faults.append(Place(path, f"{fault.message} {fault.remedy}".strip(), "malformed"))
        return None
