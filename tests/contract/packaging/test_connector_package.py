"""The package of docs/integrator/connectors.md: built, installed offline, linted, deployed, and called by a worker."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from engine.casework.actor import SYSTEM
from engine.runtime.start import start_instance
from onewindow.compose import compose
from onewindow.settings import Settings
from tests.builders.a_master_key import MASTER_KEY_SET
from tests.builders.a_model import a_process
from tests.builders.a_partner import Partner, a_partner
from tests.builders.waiting import until

HOUSE = Path(__file__).parents[3]
PAGE = HOUSE / "docs" / "integrator" / "connectors.md"
NUMBER = "+994123456789"


def blocks() -> Mapping[str, str]:
    """The files that the page shows, by the name in their first line."""
    shown = re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.S | re.M)
    return dict(shown)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package was really installed into, by pip and without network."""
    source, target = tmp_path_factory.mktemp("city-fax"), tmp_path_factory.mktemp("installed")
    for name, text in blocks().items():
        (source / name).write_text(text, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps",
         "--disable-pip-version-check", "--target", target, source],
        check=True, capture_output=True,
    )  # fmt: skip
    assert list(target.glob("city_fax-1.0.dist-info/entry_points.txt"))
    return target


@pytest.fixture
def gateway() -> Iterator[Partner]:
    """A fax gateway on a real socket."""
    with a_partner() as listening:
        yield listening


@pytest.fixture
def environment(installed: Path, gateway: Partner, migrated_sqlite_file: Path, tmp_path: Path) -> dict[str, str]:
    """Onewindow with the package, its partner and an option."""
    database = tmp_path / "onewindow.db"
    with closing(sqlite3.connect(migrated_sqlite_file)) as source, closing(sqlite3.connect(database)) as target:
        source.backup(target)
    partners = tmp_path / "partners.yaml"
    listed = {"gateway": {"kind": "fax", "url": gateway.url, "inner": True}}
    partners.write_text(yaml.safe_dump({"partners": listed}), encoding="utf-8")
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ONEWINDOW_")}
    return {
        **ours,
        "PYTHONPATH": str(installed),
        "ONEWINDOW_DATABASE_URL": f"sqlite:///{database}",
        **MASTER_KEY_SET,
        "ONEWINDOW_PARTNERS": str(partners),
        "ONEWINDOW_CONNECTOR_FAX__PAPER": "A5",
    }


def onewindow(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onewindow", *arguments],
        cwd=HOUSE, env=dict(environment), capture_output=True, text=True, check=False,
    )  # fmt: skip


def a_bundle(folder: Path, **headers: str) -> Path:
    folder.mkdir()
    drawing = a_process("send").start().service_task("fax", "fax", headers=headers).end()
    (folder / "send.bpmn").write_bytes(drawing.xml())
    return folder


def test_the_page_shows_the_whole_package() -> None:
    assert set(blocks()) == {"pyproject.toml", "city_fax.py", "test_city_fax.py"}


def test_its_own_tests_pass_the_suite_that_onewindow_brings(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_city_fax.py").write_text(blocks()["test_city_fax.py"], encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    assert "13 passed" in ended.stdout


def test_a_model_that_names_it_is_linted_deployed_and_called(
    environment: dict[str, str], gateway: Partner, tmp_path: Path
) -> None:
    bundle = a_bundle(tmp_path / "bundle", number="=whom", resultVariable="sent")
    assert (linted := onewindow(environment, "lint", str(bundle))).returncode == 0, linted.stdout
    assert (deployed := onewindow(environment, "deploy", str(bundle))).returncode == 0, deployed.stdout
    gateway.answers(json.dumps({"sheets": 1}))
    # This process has no such package: an instance is started as a web node without it would do.
    composed = compose(
        Settings.load({"ONEWINDOW_DATABASE_URL": environment["ONEWINDOW_DATABASE_URL"], **MASTER_KEY_SET})
    )
    instance = start_instance(composed.runtime, "send", {"whom": NUMBER}, by=SYSTEM).id

    def state() -> str:
        with closing(sqlite3.connect(environment["ONEWINDOW_DATABASE_URL"].removeprefix("sqlite:///"))) as database:
            return str(database.execute("SELECT state FROM instance WHERE id = ?", [instance]).fetchone()[0])

    worker = subprocess.Popen(
        [sys.executable, "-m", "onewindow", "worker"],
        cwd=HOUSE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: state() != "active", seconds=60)
    finally:
        worker.terminate()
        worker.wait(timeout=30)
        composed.database.close()
    assert state() == "completed"
    (received,) = gateway.received
    assert (received.method, received.path) == ("POST", "/pages")
    assert json.loads(received.body) == {"number": NUMBER, "pages": 1, "paper": "A5"}
    assert received.headers["Idempotency-Key"]


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({}, "Expected the header 'number': whom it is sent to. Write for example +994123456789."),
        ({"number": NUMBER, "pages": "51"}, "'pages' to be a whole number at least 1 and at most 50, found '51'"),
        ({"number": NUMBER, "account": "city-fax"}, "An operator sets ONEWINDOW_SECRET_CITY_FAX."),
    ],
)
def test_settings_that_do_not_fit_stop_the_deployment(
    environment: dict[str, str], tmp_path: Path, headers: dict[str, str], fault: str
) -> None:
    refused = onewindow(environment, "deploy", str(a_bundle(tmp_path / "bundle", **headers)))
    assert refused.returncode == 1
    assert fault in refused.stdout


def test_it_calls_its_own_partners_and_nobody_else(environment: dict[str, str], gateway: Partner) -> None:
    """Over the product's guard: another port of the same machine is another host."""
    program = (
        "from onewindow.compose import connectors; from onewindow.settings import Settings\n"
        "fax = connectors(Settings.of_this_process()).named('fax').environment\n"
        f"print(fax.exchange.send('GET', '{gateway.url}/').status)\n"
        "fax.exchange.send('GET', 'http://127.0.0.1:1/')\n"
    )
    gateway.answers(b"{}")
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.stdout.strip() == "200"
    assert "PartnerRefused: The host '127.0.0.1' may not be called." in ended.stderr


def test_modelers_get_its_template(environment: dict[str, str]) -> None:
    found = {one["id"]: one for one in json.loads(onewindow(environment, "templates", "--language", "az").stdout)}
    assert found["onewindow.fax"]["name"] == "Faks"
    assert found["onewindow.fax"]["metadata"]["errors"] == [{"code": "fax-busy", "description": "nobody picked up."}]


def test_an_option_that_no_package_takes_stops_the_start(environment: dict[str, str]) -> None:
    refused = onewindow({**environment, "ONEWINDOW_CONNECTOR_FACSIMILE__PAPER": "A5"}, "templates")
    assert refused.returncode != 0
    assert "no installed package offers the connector facsimile" in refused.stderr + refused.stdout
