"""A worker does not start with a sealing key that was set and cannot be used: better no worker than surprises."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.connectors.document.signing import SigningKeyUnusable
from onewindow.demo_seal import sealing_key
from onewindow.settings import Settings
from onewindow.worker import work
from tests.builders.a_master_key import MASTER_KEY_SET


@pytest.mark.parametrize("fault", ["no-file", "no-password", "other-password"])
def test_a_worker_with_an_unusable_key_does_not_start(tmp_path: Path, fault: str) -> None:
    key = tmp_path / "seal.p12"
    if fault != "no-file":
        key.write_bytes(sealing_key("right", "Seal of the tests"))
    environment = {
        "ONEWINDOW_DATABASE_URL": f"sqlite:///{tmp_path}/onewindow.db",
        **MASTER_KEY_SET,
        "ONEWINDOW_SIGNING_KEYS": f"*={key}",
    }
    if fault != "no-password":
        environment["ONEWINDOW_SECRET_SIGNING_PASSWORD"] = "wrong"

    with pytest.raises(Exception, match=r"(?i)signing") as caught:
        work(Settings.load(environment))

    assert "wrong" not in str(caught.value)
    if fault != "no-password":
        assert isinstance(caught.value, SigningKeyUnusable)
