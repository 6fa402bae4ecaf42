"""`onewindow account` and `onewindow token`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.cli.conftest import Command

PASSWORD = "a long password of the tests\n"


def test_an_account_is_made_listed_and_given_duties(onewindow: Command) -> None:
    made = onewindow("account", "add", "aysel", "--shown-name", "Aysel", "--queue", "city:clerk", stdin=PASSWORD)
    onewindow("account", "grant", "aysel", "--operator", "--supervises", "city")
    onewindow("account", "grant", "aysel", "--revoke", "--queue", "city:clerk")

    listed = json.loads(onewindow("account", "list", "--json").stdout)

    assert made.exit_code == 0
    assert [(one["sign_in_name"], one["duties"]) for one in listed] == [("aysel", ["operator", "supervisor of city"])]


def test_a_citizen_who_is_listed_is_told_of_it_and_an_official_is_not(onewindow: Command, tmp_path: Path) -> None:
    onewindow("account", "add", "leyla", "--shown-name", "Leyla", "--citizen", stdin=PASSWORD)
    onewindow("account", "add", "aysel", "--shown-name", "Aysel", "--queue", "city:clerk", stdin=PASSWORD)
    onewindow("token", "create", "leyla", "--name", "till")
    listed = {one["sign_in_name"]: one["id"] for one in json.loads(onewindow("account", "list", "--json").stdout)}
    onewindow("token", "list")

    with closing(sqlite3.connect(tmp_path / "onewindow.db")) as connection:
        told = connection.execute(
            "SELECT chain, actor, action FROM journal_entry WHERE chain LIKE 'readings-%' ORDER BY seq"
        ).fetchall()

    chain = f"readings-{listed['leyla']}"
    assert told == [(chain, "command-line", "account.listed"), (chain, "command-line", "tokens.read")]


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        pytest.param(["aysel", "--shown-name", "A"], "short\n", 2, id="weak password"),
        pytest.param(["aysel", "--shown-name", "A", "--queue", "city"], PASSWORD, 2, id="queue without role"),
        pytest.param(["Aysel Q", "--shown-name", "A"], PASSWORD, 2, id="no sign-in name"),
        pytest.param(["aysel"], PASSWORD, 2, id="option missing"),
    ],
)
def test_a_wrong_account_is_told_and_not_made(onewindow: Command, arguments: list[str], stdin: str, code: int) -> None:
    refused = onewindow("account", "add", *arguments, stdin=stdin)

    assert refused.exit_code == code
    assert refused.stderr
    assert json.loads(onewindow("account", "list", "--json").stdout) == []


def test_a_name_that_is_taken_is_refused(onewindow: Command) -> None:
    onewindow("account", "add", "aysel", "--shown-name", "Aysel", stdin=PASSWORD)

    again = onewindow("account", "add", "aysel", "--shown-name", "Other", stdin=PASSWORD)

    assert again.exit_code == 4


def test_an_account_that_is_not_there_is_told(onewindow: Command) -> None:
    answers = [onewindow("account", command, "nobody", stdin=PASSWORD) for command in ("disable", "passwd", "invite")]

    assert [answer.exit_code for answer in answers] == [2, 2, 2]
    assert "There is no account nobody" in answers[0].stderr


def test_an_invited_owner_gets_a_code_and_a_forgotten_password_another(onewindow: Command) -> None:
    made = onewindow("account", "add", "leyla", "--shown-name", "Leyla", "--invite", "--citizen")
    again = onewindow("account", "invite", "leyla")

    codes = [answer.stdout.split("good once within 24 hours: ")[1].split()[0] for answer in (made, again)]
    assert (made.exit_code, again.exit_code) == (0, 0)
    assert len(set(codes)) == 2
    assert all(len(code) == 32 for code in codes)
    assert not any(code in answer.stderr for code in codes for answer in (made, again))


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(onewindow: Command) -> None:
    onewindow("account", "add", "printer", "--shown-name", "Printer", "--token-only", "--operator")
    made = json.loads(onewindow("token", "create", "printer", "--name", "print shop", "--json").stdout)

    listed = onewindow("token", "list", "--json").stdout
    revoked = onewindow("token", "revoke", made["id"])

    assert made["token"].startswith("ow_")
    assert made["token"] not in listed
    assert json.loads(listed)[0]["id"] == made["id"]
    assert revoked.exit_code == 0
    assert json.loads(onewindow("token", "list", "--json").stdout) == []
    assert onewindow("token", "revoke", made["id"]).exit_code == 2


def test_a_token_is_limited_to_scopes_of_the_list(onewindow: Command) -> None:
    onewindow("account", "add", "printer", "--shown-name", "Printer", "--token-only", "--operator")

    made = onewindow("token", "create", "printer", "--name", "shop", "--scope", "jobs:write", "--scope", "me:read")
    refused = onewindow("token", "create", "printer", "--name", "shop", "--scope", "jobs:steal")

    assert (made.exit_code, refused.exit_code) == (0, 2)
    assert "There is no scope 'jobs:steal'" in refused.stderr
    assert [one["scopes"] for one in json.loads(onewindow("token", "list", "--json").stdout)] == [
        ["jobs:write", "me:read"]
    ]


def test_what_an_operator_does_is_told_the_log_of_security_events_without_names(onewindow: Command) -> None:
    made = onewindow("account", "add", "aysel", "--shown-name", "Aysel", "--citizen", stdin=PASSWORD)
    signed_out = onewindow("account", "sign-out", "aysel")
    reset = onewindow("account", "reset-factors", "aysel")

    lines = [json.loads(line) for answer in (made, signed_out, reset) for line in answer.stderr.splitlines()]
    assert [(line["event"], line["logger"]) for line in lines] == [
        ("account.made", "security"),
        ("sessions.ended", "security"),
        ("factors.reset", "security"),
    ]
    assert "aysel" not in str(lines).casefold()
    assert "0 sessions" in signed_out.stdout
    assert "0 second factors" in reset.stdout


def test_a_stolen_password_is_refused(onewindow: Command, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen.txt"
    stolen.write_text(PASSWORD)
    said = {"ONEWINDOW_BREACHED_PASSWORDS": str(stolen)}

    refused = onewindow("account", "add", "aysel", "--shown-name", "Aysel", stdin=PASSWORD, **said)

    assert refused.exit_code == 2
    assert "stolen" in refused.stderr
