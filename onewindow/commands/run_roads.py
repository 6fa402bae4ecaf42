"""The simulated X-Road that `onewindow run` starts: one register is reached over it, all of them can be."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from onewindow.children import Children
from onewindow.commands.run_posts import SANDBOX_HOST, SANDBOX_KEY

OVER_ROAD: Final = "medical"
"""The register that the demonstration asks over X-Road, so that its evidence names the signed message."""
_CLIENT: Final = "AZ/GOV/00000001/onewindow"
_SERVICES: Final = {
    "persons": "AZ/GOV/00000002/population/persons",
    "licences": "AZ/GOV/00000003/driver/licences",
    "certificates": "AZ/GOV/00000004/medical/certificates",
    "foreign-licences": "AZ/GOV/00000005/foreign/licences",
}


def partners_file(folder: Path, port: int) -> Path:
    """The list of partners of the demonstration, written anew: it names the port of this start."""
    options = {"client": _CLIENT, **{f"service.{name}": service for name, service in _SERVICES.items()}}
    options[f"register.{OVER_ROAD}"] = _SERVICES["certificates"]
    said = {"partners": {"xroad": {"kind": "xroad", "url": f"http://{SANDBOX_HOST}:{port}", "options": options}}}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "demo-partners.yaml"
    # JSON is YAML.
    file.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    return file


def start_road(children: Children, port: int, registers_port: int, environment: Mapping[str, str]) -> None:
    """Start the security server before the registers."""
    said = {
        "--host": SANDBOX_HOST,
        "--port": str(port),
        "--registers": f"http://{SANDBOX_HOST}:{registers_port}",
        "--api-key": SANDBOX_KEY,
    }
    command = [sys.executable, "-m", "sandbox.xroad", *(part for pair in said.items() for part in pair)]
    children.start_listener("simulated security server of X-Road", command, environment, SANDBOX_HOST, port)
