"""What a document's QR code proves: checked by us, and by a script that knows nothing of us."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit import EntryProof, SealKey, UnreadableProof
from engine.audit.proof import from_base45, to_base45
from engine.casework.actor import SYSTEM
from engine.runtime.act import Act, transact
from engine.runtime.seal_journal import seal_chain, seal_journal
from engine.runtime.verify_journal import verify_journal
from engine.store.queries.seals import proof_of
from tests.builders.a_runtime import Running
from tests.contract.journal.conftest import decide

SCRIPT = Path(__file__).parents[3] / "scripts" / "check-proof"


def noted(office: Running, key: SealKey, number: int) -> EntryProof:
    """A document is noted and sealed in one act; the proof of it."""

    chain = f"documents-{number}"

    def change(act: Act) -> None:
        act.journal(chain, "document.reserved", f"d{number}", number=f"city-{number}", outcome="granted")
        seal_chain(act, key, chain)

    transact(office.runtime, SYSTEM, change)
    with office.runtime.database.read() as connection:
        found = proof_of(connection, f"documents-{number}", "document.reserved", f"d{number}")
    assert found is not None
    return found


def checked(folder: Path, key: SealKey, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    """What the script says."""
    (folder / "key.pem").write_bytes(key.verifier.pem())
    command = [sys.executable, "-I", str(SCRIPT), str(folder / "key.pem"), *more]
    return subprocess.run(command, input=text, capture_output=True, text=True, cwd=folder)


def test_each_document_is_proved_by_us_and_by_others(office: Running, key: SealKey, tmp_path: Path) -> None:
    seal_journal(office.runtime, key)
    proofs = [noted(office, key, number) for number in range(5)]
    decide(office, 1)
    (whole,) = seal_journal(office.runtime, key)

    for number, proof in enumerate(proofs):
        text = proof.to_text()
        assert EntryProof.read(text) == proof
        assert proof.holds(key.verifier)
        said = checked(tmp_path, key, text)
        assert said.returncode == 0, said.stderr
        assert f"number: city-{number}" in said.stdout
        assert noted_again(office, number) == proof, "whoever repeats the job gets the same"
    assert whole.seal.number == 7
    assert verify_journal(office.runtime.database.url, [key.verifier], [whole]).findings == []


def noted_again(office: Running, number: int) -> EntryProof | None:
    with office.runtime.database.read() as connection:
        return proof_of(connection, f"documents-{number}", "document.reserved", f"d{number}")


def test_a_proof_is_held_against_a_seal_somebody_kept(office: Running, key: SealKey, tmp_path: Path) -> None:
    proof = noted(office, key, 1)
    (tmp_path / "seal.json").write_text(json.dumps(proof.sealed.to_json()))
    assert checked(tmp_path, key, proof.to_text(), "--seal", "seal.json").returncode == 0
    (tmp_path / "seal.json").write_text(json.dumps({**proof.sealed.to_json(), "root": "00" * 32}))
    assert checked(tmp_path, key, proof.to_text(), "--seal", "seal.json").returncode == 1


def test_another_key_proves_nothing(office: Running, key: SealKey, tmp_path: Path) -> None:
    proof, other = noted(office, key, 1), SealKey.made()
    assert not proof.holds(other.verifier)
    said = checked(tmp_path, other, proof.to_text())
    assert said.returncode == 1
    assert "does NOT hold" in said.stdout


def test_a_proof_that_was_changed_anywhere_does_not_hold(office: Running, key: SealKey, tmp_path: Path) -> None:
    seal_journal(office.runtime, key)
    content = from_base45(noted(office, key, 1).to_text()[4:])
    draw = random.Random(2026)
    for place in range(len(content)):
        wrong = bytearray(content)
        wrong[place] ^= 1 << draw.randrange(8)
        try:
            proof = EntryProof.read("OW1:" + to_base45(bytes(wrong)))
        except UnreadableProof:
            continue
        assert not proof.holds(key.verifier), f"byte {place}"
    assert checked(tmp_path, key, "OW1:" + to_base45(content[:-1])).returncode == 2


@pytest.mark.parametrize("text", ["", "OW1:", "OW2:ABC", "OW1:abc", "OW1:" + "A" * 20_000, "OW1::::", "OW1:0"])
def test_a_text_that_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(UnreadableProof):
        EntryProof.read(text)


@given(st.binary(max_size=200))
def test_base_45_there_and_back(content: bytes) -> None:
    assert from_base45(to_base45(content)) == content


def test_base_45_as_the_standard_shows_it() -> None:
    assert to_base45(b"Hello!!") == "%69 VD92EX0"
    assert from_base45("QED8WEX0") == b"ietf!"


def test_without_a_seal_there_is_no_proof(office: Running) -> None:
    with office.runtime.database.read() as connection:
        assert proof_of(connection, "documents-1", "document.reserved", "d1") is None
