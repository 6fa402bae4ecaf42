"""`onewindow account link` and `unlink`: who an account is at an identity provider."""

from __future__ import annotations

from pathlib import Path

from tests.contract.cli.conftest import Command

PASSWORD = "a long password of the tests\n"
FILE = """
providers:
  state:
    issuer: https://login.example.gov
    sign_in: {client_id: onewindow}
"""


def with_providers(folder: Path) -> dict[str, str]:
    """Settings that name a file of one provider."""
    file = folder / "identity-providers.yaml"
    file.write_text(FILE, encoding="utf-8")
    return {"ONEWINDOW_IDENTITY_PROVIDERS": str(file)}


def test_an_account_is_linked_once_and_parted_again(onewindow: Command, tmp_path: Path) -> None:
    said, identity = with_providers(tmp_path), ["--provider", "state", "--subject", "s-1"]
    for name in ("aysel", "other"):
        onewindow("account", "add", name, "--shown-name", name.title(), stdin=PASSWORD)

    linked = onewindow("account", "link", "aysel", *identity, **said)
    again = onewindow("account", "link", "other", *identity, **said)
    parted = onewindow("account", "unlink", *identity, **said)
    nobody = onewindow("account", "unlink", *identity, **said)

    assert [one.exit_code for one in (linked, again, parted, nobody)] == [0, 4, 0, 2]
    assert linked.stdout == "Account aysel is known at state now.\n"


def test_a_provider_or_account_that_is_none_is_told(onewindow: Command, tmp_path: Path) -> None:
    said = with_providers(tmp_path)
    onewindow("account", "add", "aysel", "--shown-name", "Aysel", stdin=PASSWORD)

    provider = onewindow("account", "link", "aysel", "--provider", "estate", "--subject", "s", **said)
    account = onewindow("account", "link", "nobody", "--provider", "state", "--subject", "s", **said)

    assert "no identity provider estate" in provider.stderr
    assert "no account nobody" in account.stderr
