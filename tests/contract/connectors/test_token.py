"""Signing with a key on a token: SoftHSM, over PKCS#11, each fault with what to correct.

A process logs in to a token as a whole, so each case runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders.a_token import LIBRARY, PIN, Token, a_token

HOUSE = Path(__file__).parents[3]
Ask = Callable[..., dict[str, Any]]
PROGRAM = """
import io, json, sys
from concurrent.futures import ThreadPoolExecutor
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.pdf_utils.generic import ArrayObject, NumberObject, StreamObject
from engine.connectors.document.signing import KeyToken, Seals
from engine.errors import OnewindowError

said = json.loads(sys.argv[1])
writer, page = PdfFileWriter(), io.BytesIO()
box = ArrayObject([NumberObject(one) for one in (0, 0, 200, 200)])
writer.insert_page(PageObject(contents=writer.add_object(StreamObject(stream_data=b"")), media_box=box))
writer.write(page)
pins, told = list(said["pins"]), []
token = KeyToken(library=said["library"], token=said["token"], key=said["key"], pin_reference="pkcs11-pin")
seals = Seals(keys={"*": token}, secret=lambda _: pins[0])

def sign(number):
    try:
        signed, by = seals.sign(page.getvalue(), "city", str(number))
        found = seals.read(signed)
        return {"by": by, "is_ours": found.is_ours, "is_intact": found.is_intact, "covers_all": found.covers_all}
    except OnewindowError as fault:
        return {"code": fault.code, "message": fault.message, "remedy": fault.remedy}

for step in said["steps"]:
    if step == "lose":
        seals._signers["*"].pkcs11_session.close()
    elif step == "pin":
        pins.pop(0)
    elif step == "many":
        with ThreadPoolExecutor(8) as threads:
            told += threads.map(sign, range(24))
    else:
        told.append(sign(1))
print(json.dumps(told))
"""


@pytest.fixture
def token(tmp_path: Path, softhsm: None) -> Token:
    """A token with a key and its certificate."""
    return a_token(tmp_path)


@pytest.fixture
def ask(token: Token) -> Ask:
    """Signs in a process of its own; gives what came of each step."""

    def run(*steps: str, **said: Any) -> Any:
        order = {
            "library": LIBRARY,
            "token": "agency",
            "key": "seal",
            "pins": [PIN],
            "steps": steps or ["sign"],
            **said,
        }
        environment = {**os.environ, "SOFTHSM2_CONF": str(token.configuration)}
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(order)],
            cwd=HOUSE, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(ended.stdout)

    return run


def test_a_document_is_signed_by_the_key_of_the_token(ask: Ask) -> None:
    (signed,) = ask()
    assert signed == {"by": "Common Name: Seal on a token", "is_ours": True, "is_intact": True, "covers_all": True}


def test_many_threads_sign_one_after_the_other(ask: Ask) -> None:
    signed = ask("many")
    assert len(signed) == 24
    assert all(one.get("is_intact") for one in signed), signed


@pytest.mark.parametrize(
    ("said", "message", "remedy"),
    [
        ({"pins": ["0000"]}, "The PIN of the token 'agency' is another.", "pkcs11-pin"),
        ({"token": "elsewhere"}, "not one token with the label 'elsewhere'", "ONEWINDOW_PKCS11_TOKEN"),
        ({"key": "other"}, "not one private key with the label 'other'", "ONEWINDOW_PKCS11_KEY"),
        ({"key": "bare"}, "not one certificate with the label 'bare'", "beside it, under the same label"),
        ({"library": "/usr/lib/none.so"}, "module /usr/lib/none.so cannot be loaded", "ONEWINDOW_PKCS11_MODULE"),
    ],
    ids=["pin", "token", "key", "certificate", "module"],
)
def test_what_is_wrong_with_a_token_is_told_with_what_to_correct(
    ask: Ask, said: dict[str, Any], message: str, remedy: str
) -> None:
    (refused,) = ask(**said)
    assert refused["code"] == "signing-key-unusable"
    assert message in refused["message"]
    assert remedy in refused["remedy"]
    assert "0000" not in json.dumps(refused)


def test_a_wrong_pin_is_not_tried_again_for_a_token_locks_itself(ask: Ask) -> None:
    first, second, third = ask("sign", "pin", "sign", "sign", pins=["0000", PIN])
    assert first == second == third
    assert "is another" in first["message"]
    (signed,) = ask()
    assert signed["is_intact"]


def test_a_token_that_breaks_off_lets_the_document_wait_and_is_opened_anew(ask: Ask) -> None:
    first, away, again = ask("sign", "lose", "sign", "sign")
    assert first["is_intact"]
    assert away["code"] == "partner-unavailable"
    assert "The token 'agency' with the signing key does not answer" in away["message"]
    assert again["is_intact"]
