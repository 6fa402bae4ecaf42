"""Settings: read once, checked at once, secrets never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from onewindow.settings import BadSettings, RegisterAddress, Settings


def test_an_empty_environment_gives_the_developers_defaults() -> None:
    settings = Settings.load({"HOME": "/root"})

    assert settings == Settings()
    assert settings.address == "http://127.0.0.1:8080"
    assert settings.web_processes == 1


def test_all_is_read_from_variables_of_its_name() -> None:
    settings = Settings.load(
        {
            "ONEWINDOW_DATABASE_URL": "postgresql://ow:pw@db/ow",
            "ONEWINDOW_PORT": "9000",
            "ONEWINDOW_PUBLIC_URL": "https://services.example.gov/",
            "ONEWINDOW_REGISTERS": "population=http://127.0.0.1:8091/, driver=http://127.0.0.1:8092",
            "ONEWINDOW_SECRET_POPULATION_KEY": "abc",
        }
    )

    assert settings.database_url == "postgresql+psycopg://ow:pw@db/ow"
    assert settings.web_processes == 2
    assert settings.cookies_are_secure
    assert settings.registers[0] == RegisterAddress("population", "http://127.0.0.1:8091")
    assert settings.secrets["population-key"].value == "abc"


def test_every_fault_is_reported_at_once_with_its_variable_and_an_example() -> None:
    with pytest.raises(BadSettings) as refused:
        Settings.load(
            {
                "ONEWINDOW_PORT": "80a",
                "ONEWINDOW_DATABASE_URL": "mysql://root:hidden@db",
                "ONEWINDOW_REGISTERS": "population",
                "ONEWINDOW_TIME_ZONE": "Mars/Base",
                "ONEWINDOW_PROT": "8081",
            }
        )

    said = refused.value.message
    assert [place.path for place in refused.value.places] == [
        "ONEWINDOW_DATABASE_URL",
        "ONEWINDOW_PORT",
        "ONEWINDOW_REGISTERS",
        "ONEWINDOW_TIME_ZONE",
        "ONEWINDOW_PROT",
    ]
    assert "Example: ONEWINDOW_PORT=8080" in said
    assert "Did you mean ONEWINDOW_PORT?" in said
    assert "hidden" not in said


def test_secrets_and_the_databases_address_are_not_shown() -> None:
    settings = Settings.load(
        {"ONEWINDOW_SECRET_DRIVER_KEY": "planted-marker", "ONEWINDOW_DATABASE_URL": "postgresql://u:planted-marker@h/d"}
    )

    assert "planted-marker" not in repr(settings)
    assert "planted-marker" not in f"{settings} {settings.secrets['driver-key']}"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")

    settings = Settings.load({"ONEWINDOW_SECRET_DRIVER_KEY_FILE": str(tmp_path / "key")})

    assert settings.secrets["driver-key"].value == "from-file"


def test_a_secrets_file_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"ONEWINDOW_SECRET_DRIVER_KEY_FILE.*No such file"):
        Settings.load({"ONEWINDOW_SECRET_DRIVER_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgresql://onewindow@db/onewindow", "postgresql+psycopg://onewindow:p%40ss%2Fw%C9%99rd%3A@db/onewindow"),
        (
            "postgresql://onewindow@/onewindow?host=/run/a@b",
            "postgresql+psycopg://onewindow:p%40ss%2Fw%C9%99rd%3A@/onewindow?host=/run/a@b",
        ),
    ],
    ids=["host", "socket"],
)
def test_the_password_of_the_database_may_stand_in_a_file(tmp_path: Path, written: str, read: str) -> None:
    (tmp_path / "password").write_text("p@ss/wərd:\n", encoding="utf-8")

    said = {"ONEWINDOW_DATABASE_URL": written, "ONEWINDOW_DATABASE_PASSWORD_FILE": str(tmp_path / "password")}

    assert Settings.load(said).database_url == read


@pytest.mark.parametrize(
    ("url", "content"),
    [
        ("postgresql://onewindow:other@db/onewindow", "hunter7"),
        ("postgresql://db/onewindow", "hunter7"),
        ("sqlite:///onewindow.db", "hunter7"),
        ("postgresql://onewindow@db/onewindow", " \n"),
    ],
    ids=["two passwords", "no user", "SQLite", "an empty file"],
)
def test_a_password_that_does_not_fit_its_address_is_told_and_not_shown(tmp_path: Path, url: str, content: str) -> None:
    (tmp_path / "password").write_text(content)

    with pytest.raises(BadSettings) as told:
        Settings.load({"ONEWINDOW_DATABASE_URL": url, "ONEWINDOW_DATABASE_PASSWORD_FILE": str(tmp_path / "password")})

    assert "ONEWINDOW_DATABASE_" in str(told.value)
    assert "hunter7" not in str(told.value)
    assert "other" not in str(told.value)
