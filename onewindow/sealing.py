"""Seals of this installation: the key they are signed with, and the places outside that each of them is taken to.

A seal that is kept only inside proves nothing, so one counts as exported when every place has it. A place that is away
is tried again with the next round; nothing else waits for it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Protocol

from engine.audit import SealKey, SignedSeal
from engine.casework.contact import Channel
from engine.connectors.contract import PartnerUnavailable
from engine.connectors.exchange import Exchange
from engine.connectors.notice import Mail
from engine.errors import OnewindowError, Refused, Unavailable
from engine.runtime.seal_journal import seal_journal
from engine.runtime.wiring import Runtime
from onewindow.noticing import carriers, only
from onewindow.settings import Settings

SECRET: Final = "journal-seal"  # noqa: S105 (the name of a secret)
_MOST: Final = 100
Tell = Callable[[str, int], None]


class NoSealKey(Refused):
    """No key is set."""

    code = "no-seal-key"

    def __init__(self) -> None:
        super().__init__(
            "There is no key to sign seals with.",
            remedy="Make one with `openssl genpkey -algorithm ed25519 -out seal.pem`, and set "
            "ONEWINDOW_SECRET_JOURNAL_SEAL_FILE to its path.",
        )


class Place(Protocol):
    """Somewhere outside."""

    def take(self, sealed: SignedSeal) -> None:
        """Take a seal there; twice does no harm. Raises Unavailable, Refused."""
        ...


class Folder:
    """A folder, best of another machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self, sealed: SignedSeal) -> None:
        """Write it as one file, whole or not at all; one that is there already must be the same."""
        file = self._path / f"seal-{sealed.seal.number:08}.json"
        try:
            if file.exists():
                if SignedSeal.read(file.read_bytes()) != sealed:
                    raise Refused(f"{file} is another seal of this number.", remedy="Find out who wrote it.")
                return
            self._path.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".part")
            with unfinished.open("wb") as out:
                out.write(as_file(sealed))
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(file)
        except OSError as fault:
            raise Unavailable(f"The folder {self._path} cannot be written ({fault.strerror}).") from fault


class Address:
    """A program of somebody else's, that takes seals by POST and answers 2xx."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._exchange = Exchange(only(url))

    def take(self, sealed: SignedSeal) -> None:
        """Send it."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"seal-{sealed.seal.number}"}
        answer = self._exchange.send("POST", self._url, headers=headers, content=as_file(sealed))
        if answer.status >= 300:
            raise PartnerUnavailable(f"{answer.partner} did not take a seal (status {answer.status}).")


class Mailbox:
    """A mail box that others keep."""

    def __init__(self, mail: Mail, sender: str, to: str) -> None:
        self._mail, self._sender, self._to = mail, sender, to

    def take(self, sealed: SignedSeal) -> None:
        """Send it as a mail with the file attached."""
        number = sealed.seal.number
        message = EmailMessage()
        message["Subject"] = f"Seal {number} of the journal"
        message["From"], message["To"] = self._sender, self._to
        message["Date"] = format_datetime(sealed.seal.at)
        message["Message-ID"] = f"<seal-{number}-{sealed.signature.hex()[:16]}@{self._sender.rpartition('@')[2]}>"
        message.set_content(f"Seal {number}, made {sealed.seal.at.isoformat()}. Keep the attached file.\n")
        message.add_attachment(
            as_file(sealed), maintype="application", subtype="json", filename=f"seal-{number:08}.json"
        )
        self._mail.post(message, self._to, f"seal{number}")


def as_file(sealed: SignedSeal) -> bytes:
    """A seal as it is kept outside."""
    return json.dumps(sealed.to_json(), indent=2).encode() + b"\n"


def seal_key(settings: Settings) -> SealKey | None:
    """The key of the settings; None without one. Raises UnreadableKey."""
    found = settings.secrets.get(SECRET)
    return None if found is None else SealKey.read(found.value.encode())


def require_seal_key(settings: Settings) -> None:
    """Refuse to start with a key that cannot be read, and with places for seals that nobody can sign.

    Raises UnreadableKey, NoSealKey.
    """
    if seal_key(settings) is None and settings.seals.outside:
        raise NoSealKey


def places(settings: Settings) -> list[Place]:
    """The places of the settings. Raises Refused for a mail box without a mail server."""
    return list(_places(settings))


def _places(settings: Settings) -> Iterator[Place]:
    for said in settings.seals.outside:
        if said.startswith("mailto:"):
            mail = carriers(settings, lambda name: getattr(settings.secrets.get(name), "value", None)).get(Channel.mail)
            if not isinstance(mail, Mail):
                raise Refused(
                    "Seals cannot go to a mail box without a mail server.", remedy="Set ONEWINDOW_SMTP_HOST as well."
                )
            yield Mailbox(mail, settings.notices.mail_from, said.removeprefix("mailto:"))
        elif said.startswith("/"):
            yield Folder(Path(said))
        else:
            yield Address(said)


def export(runtime: Runtime, outside: Sequence[Place]) -> int:
    """Take seals that are not outside yet to every place, the oldest first; gives how many are.

    Raises Unavailable and Refused of the first place that does not take one.
    """
    if not outside:
        return 0
    with runtime.database.work() as work:
        waiting = work.seals.not_exported(_MOST)
    for sealed in waiting:
        for place in outside:
            place.take(sealed)
        with runtime.database.work() as work:
            work.seals.exported(sealed.seal.number, runtime.clock.now())
    return len(waiting)


class Sealer:
    """Makes seals and takes them outside, again and again, in its own thread. Several workers keep one interval."""

    def __init__(self, settings: Settings, runtime: Runtime, key: SealKey, tell: Tell) -> None:
        self._runtime, self._key, self._tell = runtime, key, tell
        self._places = places(settings)
        self._every = timedelta(minutes=settings.seals.minutes)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after what is under way."""
        self._stopping.set()

    def run(self) -> None:
        """Until told to stop."""
        rest = min(30.0, self._every.total_seconds() / 4)
        while not self._stopping.is_set():
            self.round()
            self._stopping.wait(rest)

    def round(self) -> None:
        """One look."""
        try:
            made = seal_journal(self._runtime, self._key, unless_within=self._every)
            taken = export(self._runtime, self._places)
        except OnewindowError as fault:
            self._tell(f"not-sealed-{fault.code}", 1)
            return
        if made:
            self._tell("sealed", len(made))
        if taken:
            self._tell("exported", taken)
