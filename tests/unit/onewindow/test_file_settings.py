"""Settings of files and documents: what is wrong is told with an example, before anything starts."""

from __future__ import annotations

import pytest

from onewindow.settings import BadSettings, Settings


def test_without_a_word_files_lie_beside_the_database_and_nothing_is_signed() -> None:
    files = Settings.load({}).files

    assert (files.place, files.clamd, dict(files.signing_keys)) == ("", "", {})
    assert "pdf" in files.attachment_kinds


def test_keys_stand_by_agency() -> None:
    files = Settings.load({"ONEWINDOW_SIGNING_KEYS": "police=/run/p.p12,*=/run/all.p12"}).files

    assert dict(files.signing_keys) == {"police": "/run/p.p12", "*": "/run/all.p12"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_KEYS", "/run/seal.p12"),
        ("SIGNING_KEYS", "police=/a,police=/b"),
        ("SIGNING_KEYS", "police="),
        ("CLAMD", "clamd"),
        ("ATTACHMENT_KINDS", "pdf,exe"),
        ("ATTACHMENT_MAX_BYTES", "0"),
        ("UNSCANNED_FILES", "maybe"),
        ("UPLOAD_HOURS", "-1"),
        ("TIMESTAMP_URL", "tsa"),
        ("S3_ENDPOINT", "ftp://x"),
    ],
)
def test_what_is_wrong_is_told_with_an_example(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        Settings.load({f"ONEWINDOW_{name}": value})

    assert f"Example: ONEWINDOW_{name}=" in caught.value.message
