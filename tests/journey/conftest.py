"""A real browser before a real server: Chromium of the machine, `onewindow serve` in a process of its own.

Every journey is made at the width of an old phone and of a desk, with JavaScript on and off. Where there is no Chromium
it is skipped and says so; when `CI` is set, it fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from onewindow import logs
from tests.builders.a_portal import a_portal, with_licences
from tests.builders.a_web_server import HOST, a_web_server
from tests.builders.databases import a_copy

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
WIDTHS: Final = {"phone": 360, "desk": 1280}
WAYS: Final = [(width, script) for width in WIDTHS for script in ("js", "nojs")]
SHOTS: Final = Path(__file__).parents[2] / "var" / "screenshots"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the machine."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        told = "There is no Chromium for journeys: run scripts/chromium."
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server with the driving licence and one account of each role listens."""
    logs.configure("error", "console")
    api = with_licences(a_portal(a_copy(migrated_sqlite_file, tmp_path_factory.mktemp("journey") / "onewindow.db")))
    with a_web_server(api) as port:
        yield f"http://{HOST}:{port}"


@pytest.fixture(params=WAYS, ids="-".join)
def tab(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """A tab of a fresh browser, in English; a script that fails, or a request to elsewhere, fails the test."""
    width, script = request.param
    context = chromium.new_context(
        viewport={"width": WIDTHS[width], "height": 900},
        java_script_enabled=script == "js",
        base_url=address,
        locale="en-GB",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda one: None if one.url.startswith(address) else complaints.append(one.url))
    yield page
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{request.node.name}.png", full_page=True)
    context.close()
    assert complaints == []
