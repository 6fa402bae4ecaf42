"""What `onewindow run` prepares: tables, the shipped procedures, and demonstration accounts with printed passwords.

The passwords are made at random, once, and kept beside the embedded database in a file that only its owner can read.
"""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from engine.bpmn.kernel.kernel import SpiffKernel
from engine.bpmn.reader import read_bpmn
from engine.casework.actor import SYSTEM
from engine.errors import NotFound
from engine.identity import QueueName
from engine.runtime.complain import OFFICER
from engine.runtime.deploy import deploy
from engine.runtime.encrypt_data import encrypt_data
from engine.runtime.set_contact import WantedContact, set_contact
from engine.runtime.wiring import Runtime
from engine.store import migrate
from onewindow import accounts
from onewindow.accounts import Duties
from onewindow.bundles import bundle_of, procedures_in
from onewindow.compose import compose, make_folder
from onewindow.settings import Settings

_TOKEN_LIFE: Final = timedelta(days=30)
_FILE: Final = "demo-accounts.json"
_DATA_PROTECTION: Final = "data-protection"
"""The authority for complaints about looks at data where an agency has no officer of its own."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account for trying out."""

    sign_in_name: str
    name: str
    password: str
    token: str
    duties: str
    """For the table: what it may do."""


@dataclass(frozen=True, slots=True)
class Demo:
    """All of them."""

    accounts: tuple[DemoAccount, ...]
    file: Path
    """Where passwords and tokens are kept; only its owner can read it."""

    def line_to_try(self, address: str) -> str:
        """One line of curl that applies for the shipped service, as the citizen."""
        body = {
            "service": "driving-licence",
            "answers": {"kind": "renewal", "pin": "5FQ2K7M", "delivery": "unit", "consent": True},
        }
        return (
            f"curl -sS {address}/api/v1/applications -H 'Authorization: Bearer {self.accounts[0].token}' "
            f"-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A part in the demonstration."""

    sign_in_name: str
    name: str
    duties: Duties
    told: str
    pin: str | None = None


def prepare(settings: Settings) -> Demo:
    """Tables, procedures, accounts. Safe to repeat: what is there is kept. Raises what any of the three raises."""
    make_folder(settings.database_url)
    migrate.upgrade(settings.database_url)
    composed = compose(settings)
    try:
        encrypt_data(composed.runtime)  # of an older version: this machine alone uses the database
        folders = procedures_in(settings.procedures)
        parts = _parts(_queues(folders))
        demo = _accounts(composed.runtime, parts, _file(settings))
        _make_reachable(composed.runtime, parts)
        for folder in folders:
            deploy(composed.runtime, bundle_of(folder), by=SYSTEM)
        return demo
    finally:
        composed.database.close()


def _file(settings: Settings) -> Path:
    path = settings.database_url.removeprefix("sqlite:///")
    return (Path(path).parent if settings.is_sqlite else Path("var")) / _FILE


def _queues(folders: Iterable[Path]) -> frozenset[QueueName]:
    """The queues the models name, so that every one has somebody who works in it."""
    kernel, found = SpiffKernel(), set()
    for folder in folders:
        for name, content in bundle_of(folder).items():
            if name.endswith(".bpmn"):
                processes, _ = kernel.compile(read_bpmn(content, file=name)[0])
                references = (one for process in processes.values() for one in process.references)
                found |= {QueueName.parse(one.name) for one in references if one.kind == "queue"}
    return frozenset(found)


def _parts(queues: frozenset[QueueName]) -> list[_Part]:
    agencies = sorted({queue.agency for queue in queues})
    officers = frozenset(QueueName(agency, OFFICER) for agency in (*agencies, _DATA_PROTECTION))
    clerks = [
        _Part(
            f"clerk-{agency}",
            f"Clerk of {agency}",
            Duties(queues=frozenset(queue for queue in queues if queue.agency == agency)),
            "tasks of " + ", ".join(sorted(str(queue) for queue in queues if queue.agency == agency)),
        )
        for agency in agencies
    ]
    return [
        _Part("citizen", "Rəşad Əliyev", Duties(citizen=True), "applies for services", "5FQ2K7M"),
        _Part("newcomer", "Orxan Məlikov", Duties(citizen=True), "applies for services", "1RE6N8F"),
        *clerks,
        _Part("data-protection-officer", "Data protection officer", Duties(queues=officers), "answers complaints"),
        _Part("supervisor", "Supervisor", Duties(supervises=frozenset(agencies)), "oversees " + ", ".join(agencies)),
        _Part("analyst", "Analyst", Duties(analyst=True), "deploys procedures"),
        _Part("operator", "Operator", Duties(operator=True), "repairs incidents"),
    ]


def _make_reachable(runtime: Runtime, parts: list[_Part]) -> None:
    """Give citizens who never said where they are reached an invented address, so that mail and SMS can be seen."""
    for number, part in enumerate(one for one in parts if one.duties.citizen):
        with runtime.database.work() as work:
            account = work.accounts.lock(part.sign_in_name).id
            actor, known = work.accounts.actor(account), work.notices.contact_of(account)
        if known is None:
            wanted = WantedContact(mail=f"{part.sign_in_name}@example.az", mobile=f"+99450000000{number}")
            set_contact(runtime, wanted, by=actor)


def _accounts(runtime: Runtime, parts: list[_Part], file: Path) -> Demo:
    kept = _read(file)
    made = tuple(_account(runtime, part, kept.get(part.sign_in_name)) for part in parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(json.dumps([asdict(one) for one in made], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Demo(made, file)


def _account(runtime: Runtime, part: _Part, kept: dict[str, Any] | None) -> DemoAccount:
    """The account of a part: as it is, or made; what was printed before stays true."""
    database, now = runtime.database, runtime.clock.now()
    name = part.sign_in_name
    password = kept["password"] if kept else secrets.token_urlsafe(12)
    token = kept["token"] if kept else None
    try:
        accounts.grant(database, name, part.duties)
        if kept is None:
            accounts.set_password(database, name, password)
    except NotFound:
        accounts.add_account(database, name, part.name, password, part.duties, now, part.pin)
        token = None
    if token is None or not accounts.token_works(database, token, now):
        _, token = accounts.create_token(database, name, "demonstration", _TOKEN_LIFE, now)
    return DemoAccount(name, part.name, password, token, part.told)


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        return {one["sign_in_name"]: one for one in json.loads(file.read_text(encoding="utf-8"))}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
