"""Seals leave us: to a folder, an address and a mail box, each once; what is away is tried again."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from engine.audit import SealKey, SignedSeal
from engine.errors import Refused, Unavailable
from engine.runtime.seal_journal import seal_journal
from onewindow.sealing import Address, Folder, Mailbox, Sealer, export, places
from onewindow.settings import BadSettings, Settings
from tests.builders.a_mail_server import a_mail_server
from tests.builders.a_partner import a_partner
from tests.builders.a_runtime import Running
from tests.contract.journal.conftest import decide


def waiting(office: Running) -> int:
    """Seals that are not outside."""
    return office.count("seal", "exported_at IS NULL")


def test_a_folder_gets_one_file_a_seal(office: Running, key: SealKey, tmp_path: Path) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    outside = tmp_path / "witness"

    assert export(office.runtime, [Folder(outside)]) == 1
    assert export(office.runtime, [Folder(outside)]) == 0
    (file,) = outside.iterdir()
    assert file.name == "seal-00000001.json"
    assert SignedSeal.read(file.read_bytes()) == sealed
    Folder(outside).take(sealed)


def test_a_folder_that_holds_another_seal_of_the_number_is_told(office: Running, key: SealKey, tmp_path: Path) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    Folder(tmp_path).take(sealed.seal.signed_by(SealKey.made()))
    with pytest.raises(Refused, match="another seal of this number"):
        export(office.runtime, [Folder(tmp_path)])
    assert waiting(office) == 1


def test_a_folder_that_cannot_be_written_is_tried_again(office: Running, key: SealKey, tmp_path: Path) -> None:
    seal_journal(office.runtime, key)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable):
        export(office.runtime, [Folder(tmp_path / "file")])
    assert waiting(office) == 1
    assert export(office.runtime, [Folder(tmp_path / "other")]) == 1


def test_an_address_gets_each_seal_and_one_that_refuses_gets_it_again(office: Running, key: SealKey) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    with a_partner() as witness:
        witness.answers(b"", 503)
        with pytest.raises(Unavailable):
            export(office.runtime, [Address(witness.url + "/seals")])
        witness.answers(b"", 201)
        assert export(office.runtime, [Address(witness.url + "/seals")]) == 1
    assert [SignedSeal.read(one.body) for one in witness.received] == [sealed, sealed]
    assert waiting(office) == 0


def test_a_mail_box_gets_the_file(office: Running, key: SealKey) -> None:
    (sealed,) = seal_journal(office.runtime, key)
    with a_mail_server() as server:
        export(office.runtime, [Mailbox(server.mail(), "noreply@services.example.gov", "archive@example.gov")])
        (mail,) = server.mails()
    message = message_from_bytes(mail.content, policy=default)
    (attached,) = message.iter_attachments()
    assert mail.recipients == ["archive@example.gov"]
    assert SignedSeal.read(attached.get_content()) == sealed


def test_a_worker_seals_and_exports_by_itself(office: Running, key: SealKey, tmp_path: Path) -> None:
    told: list[str] = []
    outside = tmp_path / "witness"
    settings = Settings.load({"ONEWINDOW_SEAL_OUT": str(outside)})
    sealer = Sealer(settings, office.runtime, key, lambda what, _: told.append(what))
    sealer.round()
    sealer.round()
    decide(office, 1)
    sealer.round()
    assert told == ["sealed", "exported"]
    assert [json.loads(file.read_text())["number"] for file in sorted(outside.iterdir())] == [1]


@pytest.mark.parametrize("place", ["witness", "http://witness.example.gov", "mailto:nobody", "ftp://x"])
def test_a_place_that_is_none_is_told_at_the_start(place: str) -> None:
    with pytest.raises(BadSettings, match="ONEWINDOW_SEAL_OUT"):
        Settings.load({"ONEWINDOW_SEAL_OUT": place})


def test_a_mail_box_without_a_mail_server_is_told_at_the_start() -> None:
    with pytest.raises(Refused, match="without a mail server"):
        places(Settings.load({"ONEWINDOW_SEAL_OUT": "mailto:archive@example.gov"}))
