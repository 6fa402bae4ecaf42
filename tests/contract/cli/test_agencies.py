"""`onewindow agency` and `onewindow company`."""

from __future__ import annotations

import json

import pytest

from tests.contract.cli.conftest import Command

PASSWORD = "a long password of the tests\n"
NAMES = ["--az", "Yol polisi", "--en", "Traffic police", "--ru", "Дорожная полиция"]


def _city(onewindow: Command) -> None:
    onewindow("account", "add", "boss", "--shown-name", "Boss", stdin=PASSWORD)
    onewindow("account", "add", "aysel", "--shown-name", "Aysel", "--queue", "traffic-police:examiner", stdin=PASSWORD)
    assert onewindow("agency", "add", "traffic-police", *NAMES).exit_code == 0


def test_an_agency_is_registered_and_gets_its_administrator(onewindow: Command) -> None:
    _city(onewindow)
    appointed = onewindow("agency", "appoint", "traffic-police", "boss")

    people = json.loads(onewindow("agency", "members", "traffic-police", "--json").stdout)
    agencies = json.loads(onewindow("agency", "list", "--json").stdout)
    accounts = json.loads(onewindow("account", "list", "--json").stdout)

    assert appointed.exit_code == 0
    assert [(one["sign_in_name"], one["administers"], one["roles"]) for one in people] == [
        ("aysel", False, ["examiner"]),
        ("boss", True, []),
    ]
    assert [(one["key"], one["names"]["en"]) for one in agencies] == [("traffic-police", "Traffic police")]
    assert ["administrator of traffic-police"] in [one["duties"] for one in accounts]
    assert "Traffic police" in onewindow("agency", "list").stdout
    assert "administrator" in onewindow("agency", "members", "traffic-police").stdout
    assert onewindow("agency", "dismiss", "traffic-police", "boss").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["add", "traffic-police", *NAMES], 4, id="registered before"),
        pytest.param(["add", "tp", "--az", "Yol", "--en", "Trаffic", "--ru", "Дорога"], 2, id="mixed scripts"),
        pytest.param(["add", "tp", "--az", "Yol", "--en", "traffic-police", "--ru", "Путь"], 4, id="looks the same"),
        pytest.param(["add", "T P", "--az", "A", "--en", "B", "--ru", "В"], 2, id="no key"),
        pytest.param(["appoint", "traffic-police", "aysel"], 4, id="who works in its cases"),
        pytest.param(["appoint", "traffic-police", "nobody"], 2, id="nobody"),
        pytest.param(["appoint", "nowhere", "boss"], 2, id="no agency"),
        pytest.param(["members", "nowhere"], 2, id="no members"),
    ],
)
def test_what_cannot_be_is_told_and_not_done(onewindow: Command, arguments: list[str], code: int) -> None:
    _city(onewindow)

    refused = onewindow("agency", *arguments)

    assert (refused.exit_code, bool(refused.stderr)) == (code, True)


def test_a_company_gets_an_account_and_a_mandate_by_the_register(onewindow: Command) -> None:
    onewindow("account", "add", "leyla", "--shown-name", "Leyla", "--citizen", stdin=PASSWORD)

    made = onewindow("company", "add", "khazar", "--shown-name", "Xəzər MMC", "--tin", "1234567891")
    proved = ["--source", "register", "--reference", "R-7", "--until", "2999-12-31"]
    entered = onewindow("company", "mandate", "khazar", "leyla", *proved)
    wrong = onewindow("company", "mandate", "leyla", "khazar", *proved)

    assert (made.exit_code, entered.exit_code, wrong.exit_code) == (0, 0, 2)
    assert "waits for leyla" in entered.stdout


@pytest.mark.parametrize(
    ("shown_name", "code"), [("Аdmin", 2), ("Ley\u200bla", 2), ("Traffic Police", 4), ("Leyla İsmayılova", 0)]
)
def test_an_account_is_not_named_like_somebody_else(onewindow: Command, shown_name: str, code: int) -> None:
    _city(onewindow)

    made = onewindow("account", "add", "leyla", "--shown-name", shown_name, stdin=PASSWORD)

    assert made.exit_code == code
