"""What a release is made of: the bill of materials names all that is locked; the audit says when it could not ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

HOUSE = Path(__file__).parents[3]


def test_the_bill_of_materials_names_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    out = tmp_path / "onewindow.cdx.json"
    subprocess.run([HOUSE / "scripts" / "sbom", out], check=True, capture_output=True)

    bill = json.loads(out.read_text(encoding="utf-8"))
    lock = (HOUSE / "requirements" / "base.txt").read_text(encoding="utf-8")
    locked = {(name.lower(), version) for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock, re.MULTILINE)}
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "onewindow")
    assert {(one["name"].lower(), one["version"]) for one in bill["components"]} == locked
    assert [one["name"] for one in bill["components"] if not one["externalReferences"][0]["hashes"]] == []


def test_an_audit_without_a_network_says_that_nothing_was_audited(tmp_path: Path) -> None:
    nowhere = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        "ONEWINDOW_AUDIT_HOME": str(tmp_path / "audit"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
    }
    told = {
        option: subprocess.run(
            [HOUSE / "scripts" / "audit", *option.split()], env=nowhere, capture_output=True, text=True, check=False
        )
        for option in ("", "--strict")
    }

    assert all("NOT AUDITED" in one.stderr for one in told.values())
    assert [one.returncode for one in told.values()] == [0, 2]
