"""Second factors on pages: an official adds an app at her first sign-in, and proves it at every later one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from werkzeug.test import Client, TestResponse

from tests.builders.a_portal import a_portal, sign_in
from tests.builders.an_api import Api

ADD = "/en/sign-in/app"
PROVE = "/en/sign-in/second-factor"


@pytest.fixture
def api(database_url: str) -> Iterator[Api]:
    """The portal on each database, with a seal for secrets of apps."""
    made = a_portal(database_url, ONEWINDOW_SECRET_FACTOR_SEAL="s" * 40)
    yield made
    made.composed.database.close()


@pytest.fixture
def browser(api: Api) -> Client:
    """A browser with cookies of its own."""
    return api.app.test_client()


def hidden(page: TestResponse) -> dict[str, str]:
    """What a page's form carries without showing it."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def code(api: Api, secret: str) -> str:
    return pyotp.TOTP(secret).at(api.clock.now())


def add_app(api: Api, browser: Client) -> tuple[str, TestResponse]:
    """Set up an app after signing in; gives its secret, and the page with the recovery codes."""
    begun = browser.post(ADD, data=hidden(browser.get(ADD)))
    carried = hidden(begun)
    return carried["secret"], browser.post(ADD, data={**carried, "code": code(api, carried["secret"])})


def test_an_official_sets_up_an_app_at_her_first_sign_in(api: Api, browser: Client) -> None:
    sent = sign_in(browser, "clerk", then="/en/?q=licence")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/en/sign-in/app?then=/en/?q%3Dlicence")
    assert "Sign out" not in browser.get("/en/").text

    _, shown = add_app(api, browser)

    assert len(re.findall("<li><code>", shown.text)) == 10
    assert "Sign out" in browser.get("/en/").text


def test_a_wrong_code_is_told_and_the_picture_stays(api: Api, browser: Client) -> None:
    sign_in(browser, "clerk")
    carried = hidden(browser.post(ADD, data=hidden(browser.get(ADD))))

    answer = browser.post(ADD, data={**carried, "code": "000000"})

    assert answer.status_code == 422
    assert answer.text.count("This code is wrong. Check the time of your phone") == 2
    assert "<svg" in answer.text
    assert hidden(answer)["secret"] == carried["secret"]


def test_at_a_later_sign_in_the_code_is_asked_for_and_leads_on(api: Api, browser: Client) -> None:
    sign_in(browser, "clerk")
    secret, _ = add_app(api, browser)
    api.clock.advance(timedelta(minutes=5))
    later = api.app.test_client()

    sent = sign_in(later, "clerk", then="/en/?q=licence")
    page = later.get(sent.headers["Location"])
    wrong = later.post(PROVE, data={**hidden(page), "code": "000000"})
    empty = later.post(PROVE, data={**hidden(page), "code": " "})
    right = later.post(PROVE, data={**hidden(page), "code": code(api, secret)})

    assert sent.headers["Location"].startswith(PROVE)
    assert (wrong.status_code, empty.status_code) == (422, 422)
    assert (right.status_code, right.headers["Location"]) == (303, "/en/?q=licence")
    assert "Sign out" in later.get("/en/").text


def test_a_recovery_code_opens_in_its_place(api: Api, browser: Client) -> None:
    sign_in(browser, "clerk")
    _, shown = add_app(api, browser)
    one = re.findall("<li><code>([^<]+)</code>", shown.text)[0]
    later = api.app.test_client()
    page = later.get(sign_in(later, "clerk").headers["Location"])

    answer = later.post(PROVE, data={**hidden(page), "code": one})

    assert answer.status_code == 303


def test_what_is_posted_as_a_picture_is_never_markup(browser: Client) -> None:
    sign_in(browser, "clerk")
    carried = hidden(browser.post(ADD, data=hidden(browser.get(ADD))))

    answer = browser.post(ADD, data={**carried, "uri": "<script>alert(1)</script>", "code": "000000"})

    assert "<script>alert" not in answer.text
