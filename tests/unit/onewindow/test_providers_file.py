"""The operator's file of identity providers: all faults at once, each with its place; secrets are names."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import NotFound
from onewindow.federation.providers import SecondFactorRule
from onewindow.federation.providers_file import read_providers_file
from onewindow.settings_reader import BadSettings, Secret

SECRETS = {"state-login": Secret("s3cret")}
PAGE = Path(__file__).parents[3] / "docs" / "operator" / "identity-providers.md"


def write(folder: Path, text: str) -> str:
    """A file of providers in a folder."""
    file = folder / "identity-providers.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def faults_of(folder: Path, text: str) -> dict[str, str]:
    """Places and messages of a file that is refused."""
    with pytest.raises(BadSettings) as caught:
        read_providers_file(write(folder, text), SECRETS)
    assert caught.value.remedy
    return {place.path: place.message for place in caught.value.places}


def provider(*lines: str, issuer: str = "https://login.example.gov") -> str:
    """A provider with more lines below `sign_in`."""
    inner = "\n".join(f"      {line}" for line in lines)
    return f"providers:\n  state:\n    issuer: {issuer}\n    sign_in:\n      client_id: onewindow\n{inner}\n"


def test_without_a_file_there_are_no_providers() -> None:
    assert list(read_providers_file("", {})) == []


def test_the_example_of_the_operators_page_is_read(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None

    found, sign_in = read_providers_file(write(tmp_path, example[1]), SECRETS).for_sign_in("state")

    assert found.title["ru"] == "Вход государства"
    assert found.hosts == {"login.example.gov:443", "keys.example.gov:443"}
    assert sign_in.scopes == ("openid", "profile", "gov")
    assert sign_in.session == timedelta(hours=8)
    assert [sorted(rule.duties) for rule in sign_in.rules] == [
        ["citizen"],
        ["traffic-police:examiner"],
        ["supervisor of traffic-police"],
    ]
    assert found.access_tokens is not None
    assert found.access_tokens.scopes["jobs"] == {"jobs:read", "jobs:write"}


def test_the_page_names_every_entry_and_nothing_else() -> None:
    from onewindow.federation import providers_file as module

    known = set()
    for schema in (module._ProviderSchema, module._SignInSchema):
        known |= {field.data_key or name for name, field in schema().fields.items()}
    told = set()
    for row in re.findall(r"^\| (`.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        told |= set(re.findall(r"`([a-z_]+)`", row))

    assert known - {"sign_in", "access_tokens"} <= told


def test_what_is_not_said_gives_nobody_anything(tmp_path: Path) -> None:
    _, sign_in = read_providers_file(write(tmp_path, provider()), {}).for_sign_in("state")

    assert (sign_in.rules, sign_in.makes_accounts, sign_in.joins_by_pin) == ((), False, False)
    assert sign_in.second_factor == SecondFactorRule()
    assert sign_in.pin_claim == ""


@pytest.mark.parametrize(
    ("lines", "place", "said"),
    [
        (["client_secret: unknown"], "/sign_in/client_secret", "ONEWINDOW_SECRET_UNKNOWN"),
        (["duties: [{give: [emperor]}]"], "/sign_in/duties/0/give/0", "no duty"),
        (["duties: [{give: ['city:Clerk']}]"], "/sign_in/duties/0/give/0", "no duty"),
        (["duties: [{claim: groups, give: [citizen]}]"], "/sign_in/duties/0", "together"),
        (["duties: [{is: [a], give: [citizen]}]"], "/sign_in/duties/0", "together"),
        (["joins_by_pin: true"], "/sign_in/joins_by_pin", "claims.pin"),
        (["accounts: everybody"], "/sign_in/accounts", "one of"),
        (["accounts: made", "acounts: made"], "/sign_in/acounts", "Unknown"),
        (["scopes: ['two words']"], "/sign_in/scopes/0", "blanks"),
        (["session_hours: 0"], "/sign_in/session_hours", "greater"),
        (["after_sign_out: 'javascript:alert(1)'"], "/sign_in/after_sign_out", "URL"),
    ],
)
def test_a_wrong_entry_is_told_with_its_place(tmp_path: Path, lines: list[str], place: str, said: str) -> None:
    found = faults_of(tmp_path, provider(*lines))

    assert list(found) == [f"/providers/state{place}"]
    assert said in found[f"/providers/state{place}"]


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "RS1"])
def test_neither_none_nor_a_shared_secret_can_be_allowed(tmp_path: Path, algorithm: str) -> None:
    text = provider().replace("    sign_in:", f"    algorithms: [{algorithm}]\n    sign_in:")

    assert list(faults_of(tmp_path, text)) == ["/providers/state/algorithms/0"]


@pytest.mark.parametrize(
    "issuer", ["http://login.example.gov", "https://login.example.gov?a=b", "https://x@login.example.gov", "login"]
)
def test_an_issuer_is_a_plain_https_address(tmp_path: Path, issuer: str) -> None:
    assert list(faults_of(tmp_path, provider(issuer=issuer))) == ["/providers/state/issuer"]


def test_two_providers_cannot_have_one_issuer(tmp_path: Path) -> None:
    text = provider() + provider().replace("providers:\n", "").replace("state:", "other:")

    assert list(faults_of(tmp_path, text)) == ["/providers/other/issuer"]


def test_an_id_token_can_never_pass_for_an_access_token(tmp_path: Path) -> None:
    text = provider() + "    access_tokens: {audience: onewindow}\n"

    assert list(faults_of(tmp_path, text)) == ["/providers/state/access_tokens"]


def test_scopes_lead_to_scopes_that_there_are(tmp_path: Path) -> None:
    text = provider() + "    access_tokens: {audience: api, scopes: {all: ['everything:write']}}\n"

    assert list(faults_of(tmp_path, text)) == ["/providers/state/access_tokens/scopes/all/0"]


def test_a_file_that_is_not_there_or_no_yaml_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read"):
        read_providers_file(str(tmp_path / "missing.yaml"), {})
    assert list(faults_of(tmp_path, "providers: &all {}\nmore: *all")) == ["/"]


def test_who_issues_tokens_only_is_not_to_be_chosen(tmp_path: Path) -> None:
    text = "providers:\n  tokens:\n    issuer: https://login.example.gov\n    access_tokens: {audience: api}\n"

    with pytest.raises(NotFound):
        read_providers_file(write(tmp_path, text), {}).for_sign_in("tokens")
