"""The parts of the connector `document` that stand on the machine: Pango, fonts, keys, the time-stamp service."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.connectors.contract import PartnerRefused, PartnerUnavailable
from engine.connectors.document.pdf import PageAsksForMore, check_pdf, write_pdf
from engine.connectors.document.signing import KeyFile, KeyToken, Seals, SigningKeyMissing, SigningKeyUnusable
from onewindow.demo_seal import demo_seal, sealing_key

pytestmark = pytest.mark.usefixtures("pdf_libraries")

PAGE = "<html lang=az><title>Sınaq</title>{}</html>"


def seals(folder: Path, password: str = "right", **said: str) -> Seals:
    """The key of one agency, in a file."""
    path = folder / "seal.p12"
    path.write_bytes(sealing_key("right", "Seal of the tests"))
    keys = {"city": KeyFile(path=path, password_reference="password")}
    return Seals(keys=keys, secret={"password": password}.get, **said)


def test_pdfs_can_be_written_here() -> None:
    check_pdf()


def test_without_pango_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])

    with pytest.raises(PartnerRefused, match="apt-get install libpango"):
        write_pdf(PAGE.format("<p>x"))


def test_letters_that_no_font_has_stop_the_document() -> None:
    with pytest.raises(PartnerRefused, match="letters 漢"):
        write_pdf(PAGE.format("<p>漢"))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<img src='file:///etc/passwd'>", id="file"),
        pytest.param("<img src='http://169.254.169.254/'>", id="network"),
        pytest.param("<link rel=stylesheet href='https://example.com/a.css'>", id="style"),
        pytest.param("<style>@import url(https://example.com/a.css);</style>", id="import"),
        pytest.param("<p style='background: url(https://example.com/a.png)'>x", id="background"),
        pytest.param("<object data='file:///etc/passwd'></object>", id="object"),
    ],
)
def test_a_page_reads_no_file_and_calls_nobody(page: str) -> None:
    with pytest.raises(PageAsksForMore):
        write_pdf(PAGE.format(page))


def test_a_page_without_a_title_is_refused() -> None:
    with pytest.raises(PartnerRefused, match="title"):
        write_pdf("<p>x")


def test_an_agency_without_a_key_issues_nothing(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyMissing, match="police"):
        seals(tmp_path).sign(write_pdf(PAGE.format("")).content, "police", "1")


@pytest.mark.parametrize("fault", ["password", "missing-secret", "missing-file", "no-key"])
def test_a_key_that_cannot_be_opened_is_told(tmp_path: Path, fault: str) -> None:
    made = seals(tmp_path, "wrong" if fault == "password" else "right")
    if fault == "missing-secret":
        made = Seals(keys=made.keys, secret=lambda _: None)
    elif fault == "missing-file":
        (tmp_path / "seal.p12").unlink()
    elif fault == "no-key":
        (tmp_path / "seal.p12").write_bytes(b"not a key")

    with pytest.raises(SigningKeyUnusable) as caught:
        made.check()
    assert caught.value.remedy
    assert "wrong" not in str(caught.value)


def test_a_key_on_a_token_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    token = KeyToken(library="/usr/lib/none.so", token="t", key="k", pin_reference="pin")

    with pytest.raises(SigningKeyUnusable, match="python-pkcs11"):
        Seals(keys={"*": token}, secret=lambda _: "1234").check()


def test_a_time_stamp_service_that_is_away_lets_the_document_wait(tmp_path: Path) -> None:
    made = seals(tmp_path, timestamp_url="http://127.0.0.1:1/tsa")

    with pytest.raises(PartnerUnavailable, match="time-stamp"):
        made.sign(write_pdf(PAGE.format("")).content, "city", "1")


def test_a_signature_is_read_and_what_was_added_after_it_is_seen(tmp_path: Path) -> None:
    made = seals(tmp_path)
    signed, signed_by = made.sign(write_pdf(PAGE.format("<p>x")).content, "city", "1")

    found, added = made.read(signed), made.read(signed + b"\n% more")

    assert found is not None
    assert (found.is_intact, found.covers_all, found.is_ours) == (True, True, True)
    assert found.signed_by == signed_by
    assert added is None or not added.covers_all
    assert made.read(b"no pdf") is None


def test_the_key_of_the_demonstration_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key, password = demo_seal(tmp_path / "var")
    before = key.read_bytes()

    assert demo_seal(tmp_path / "var") == (key, password)
    assert key.read_bytes() == before
    assert [path.stat().st_mode & 0o777 for path in (key, password)] == [0o600, 0o600]
