"""Anyone checks a document on a page: by the code below its QR code, or with the file."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from werkzeug.test import Client, TestResponse

from api import problems
from portal.app import install
from tests.builders.an_issuing_city import Issuing, issuing

pytestmark = pytest.mark.usefixtures("pdf_libraries")


@pytest.fixture(scope="module")
def city(sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    """A city that has issued a document, with its pages."""
    made = issuing(sqlite_url, tmp_path_factory.mktemp("files"))
    install(made.api.app, time_zone="Asia/Baku", otherwise=problems.HANDLERS)
    yield made
    made.api.composed.database.close()


@pytest.fixture(scope="module")
def application(city: Issuing) -> str:
    return city.issue()


@pytest.fixture
def browser(city: Issuing) -> Client:
    """A browser of somebody whom nobody knows."""
    return city.api.app.test_client()


def send(browser: Client, content: bytes, language: str = "en") -> TestResponse:
    return browser.post(f"/{language}/verify", data={"file": (BytesIO(content), "decision.pdf")})


def test_a_code_as_somebody_types_it_tells_what_it_stands_for(city: Issuing, application: str, browser: Client) -> None:
    document = city.document(application)
    code = document["code"].lower().replace("0", "o")

    shown = browser.get("/en/verify", query_string={"code": code}).text

    assert "The document is genuine and in force." in shown
    assert document["number"] in shown
    assert "Granted" in shown


def test_the_file_itself_tells_that_it_is_genuine_and_who_signed(
    city: Issuing, application: str, browser: Client
) -> None:
    shown = send(browser, city.pdf(application)).text

    assert "The document is genuine and in force." in shown
    assert "The signature is intact and covers the whole file." in shown


def test_a_file_that_was_changed_is_not_genuine(city: Issuing, application: str, browser: Client) -> None:
    shown = send(browser, city.pdf(application) + b"\n% more", "az").text

    assert "Bu fayl burada verilməyib" in shown
    assert "Sənəd həqiqidir" not in shown


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "Enter the code"),
        ("nothing", "A code has 20 letters and digits"),
        ("0" * 20, "No document was issued with this code"),
        ("<b>" * 30, "A code has 20 letters and digits"),
    ],
)
def test_a_code_that_stands_for_nothing_is_told_at_its_field(browser: Client, code: str, told: str) -> None:
    answer = browser.get("/en/verify", query_string={"code": code})

    assert answer.status_code == 422
    assert answer.text.count(told) == 2
    assert "<b>" not in answer.text


@pytest.mark.parametrize(("content", "told"), [(b"", "Choose a file"), (b"MZ\x90", "Choose a PDF")])
def test_what_is_no_pdf_is_told_at_its_field(browser: Client, content: bytes, told: str) -> None:
    answer = send(browser, content)

    assert answer.status_code == 422
    assert answer.text.count(told) == 2


def test_a_form_without_a_file_is_told_too(browser: Client) -> None:
    assert browser.post("/en/verify", data={"file": "x"}).status_code == 422
