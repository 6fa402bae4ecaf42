"""The pages as browsers ask for them: what they show, what they refuse, and what stands on each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from werkzeug.test import Client

from engine.casework.passport import LANGUAGES
from tests.builders.a_portal import LICENCE, a_portal, sign_in, with_licences
from tests.builders.an_api import PASSWORD, Api

ENGLISH_OF_COMPONENTS = re.compile(
    r">\s*(?:Menu|Previous|Next|Show|Hide|Back|Error|There is a problem|Skip to main content|Search|Continue)\s*<"
)
PAGES = ("/", "/?q=licence", "/?q=zzzzqqqq", LICENCE, "/sign-in", "/verify", "/verify?code=1", "/nowhere")


@pytest.fixture(scope="module")
def api(sqlite_url: str) -> Iterator[Api]:
    made = with_licences(a_portal(sqlite_url))
    yield made
    made.composed.database.close()


@pytest.fixture
def browser(api: Api) -> Client:
    """A browser with cookies of its own."""
    return api.app.test_client()


def test_the_start_goes_to_the_language_that_the_browser_likes(browser: Client) -> None:
    answer = browser.get("/", headers={"Accept-Language": "ru-RU,ru;q=0.9"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/ru/")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_in_its_language_hardened_and_kept_by_nobody(browser: Client, language: str, path: str) -> None:
    answer = browser.get(f"/{language}{path}")

    assert f'<html lang="{language}"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
@pytest.mark.parametrize("path", PAGES)
def test_no_component_speaks_english_in_another_language(browser: Client, language: str, path: str) -> None:
    assert ENGLISH_OF_COMPONENTS.findall(browser.get(f"/{language}{path}").text) == []


def test_pages_have_distinct_titles(browser: Client) -> None:
    asked = [path for path in PAGES if path not in ("/?q=zzzzqqqq", "/verify?code=1")]
    titles = [re.findall("<title>(.*?)</title>", browser.get(f"/en{path}").text)[0] for path in asked]

    assert len(set(titles)) == len(titles)


def test_no_page_shows_crown_or_crest(browser: Client) -> None:
    shown = "".join(browser.get(f"/en{path}").text for path in PAGES)

    assert re.findall("crest|crown|govuk-logo|ogl|gds-transport", shown, re.IGNORECASE) == []


def test_a_service_tells_what_one_must_know_before_one_begins(browser: Client) -> None:
    shown = browser.get(f"/en{LICENCE}").text

    for told in ("Who may apply", "25 AZN", "1 working day", "What the state fetches for you", "Law on Road Traffic"):
        assert told in shown


def test_how_long_it_took_is_told_of_five_decided_cases_and_more(api: Api, browser: Client) -> None:
    assert "How long it took lately" not in browser.get(f"/en{LICENCE}").text


def test_a_slip_still_finds_the_service(browser: Client) -> None:
    assert "driving-licence" in browser.get("/en/?q=drivng+license").text


def test_what_is_typed_is_never_markup(browser: Client) -> None:
    shown = browser.get("/en/?q=%3Cscript%3Ealert(1)%3C/script%3E").text

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_an_unknown_service_is_a_page_that_says_so(browser: Client) -> None:
    answer = browser.get("/az/services/nothing")

    assert answer.status_code == 404
    assert "Səhifə tapılmadı" in answer.text


def test_programs_hear_of_errors_as_before(browser: Client) -> None:
    answer = browser.get("/api/v1/nowhere")

    assert answer.content_type == "application/problem+json"


def test_assets_are_kept_for_a_year_and_nothing_else_is_given(browser: Client) -> None:
    address = re.findall(r'href="(/assets/portal-[^"]+\.css)"', browser.get("/en/").text)[0]

    with browser.get(address) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert browser.get("/assets/..%2f..%2fpyproject.toml").status_code == 404


def test_a_page_signs_in_shows_the_name_and_signs_out(browser: Client) -> None:
    answer = sign_in(browser, "citizen", then=f"/en{LICENCE}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/en{LICENCE}")

    shown = browser.get(f"/en{LICENCE}").text
    token = re.findall('name="csrf_token" value="([0-9a-f]+)"', shown)[0]
    assert "Sign out" in shown

    assert browser.post("/en/sign-out", data={"csrf_token": token}).status_code == 303
    assert "Sign out" not in browser.get(f"/en{LICENCE}").text


def test_signing_out_needs_the_token_of_the_page(browser: Client) -> None:
    sign_in(browser, "citizen")

    assert browser.post("/en/sign-out").status_code == 403
    assert "Sign out" in browser.get("/en/").text


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("", "", "Enter your user name"),
        ("citizen", "", "Enter your password"),
        ("citizen", "a-wrong-one", "User name or password is wrong"),
        pytest.param("nobody at all", "a-wrong-one", "User name or password is wrong", id="unknown"),
    ],
)
def test_what_is_wrong_stands_above_and_beside_the_field(browser: Client, name: str, password: str, told: str) -> None:
    answer = browser.post("/en/sign-in", data={"name": name, "password": password})

    assert answer.status_code == 422
    assert answer.text.count(told) == 2
    assert "Error:" in re.findall("<title>(.*?)</title>", answer.text)[0]
    assert password == "" or password not in answer.text


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(browser: Client, then: str) -> None:
    assert sign_in(browser, "citizen", then=then).headers["Location"] == "/en/"


def test_no_other_site_can_sign_its_visitor_in(browser: Client) -> None:
    answer = browser.post(
        "/en/sign-in", data={"name": "citizen", "password": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403


def test_a_browser_that_tells_its_origin_alone_signs_in_from_our_own_page(browser: Client) -> None:
    typed = {"name": "citizen", "password": PASSWORD}

    assert browser.post("/en/sign-in", data=typed, headers={"Origin": "http://localhost"}).status_code == 303
    assert browser.post("/en/sign-in", data=typed, headers={"Origin": "http://evil.example"}).status_code == 403


def test_who_is_not_signed_in_is_sent_to_do_so_and_comes_back(browser: Client) -> None:
    answer = browser.get("/ru/sign-in/second-factor")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/ru/sign-in?then=")


def test_a_cookie_that_is_over_is_nobodys_and_no_fault(api: Api, browser: Client) -> None:
    sign_in(browser, "citizen")
    api.clock.advance(timedelta(days=2))

    answer = browser.get("/en/")

    assert answer.status_code == 200
    assert "Sign out" not in answer.text
