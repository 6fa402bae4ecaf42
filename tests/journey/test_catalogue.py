"""A citizen looks for a service, reads what it takes, and signs in."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from tests.builders.an_api import PASSWORD

EVERY_PAGE = (
    "/en/",
    "/ru/?q=права",
    "/az/?q=zzzzqqqq",
    "/az/services/driving-licence",
    "/ru/sign-in",
    "/az/verify",
    "/ru/verify?code=1",
    "/en/nowhere",
)
MOST_BYTES = 120_000
MOST_REQUESTS = 12


def test_a_service_is_found_with_a_slip_and_read(tab: Page) -> None:
    tab.goto("/en/")
    tab.get_by_label("What do you need?").fill("drivng license")
    tab.get_by_role("button", name="Search").click()
    tab.get_by_role("link", name="Renewal of a driving licence").click()

    expect(tab.get_by_role("heading", level=1)).to_contain_text("Renewal of a driving licence")
    expect(tab.get_by_text("What the state fetches for you")).to_be_visible()
    expect(tab.get_by_text("1 working day")).to_be_visible()


def test_the_language_changes_and_the_page_stays(tab: Page) -> None:
    tab.goto("/en/services/driving-licence")
    tab.get_by_role("link", name="Русский").click()

    expect(tab).to_have_url(re.compile("/ru/services/driving-licence$"))
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Продление")


def test_a_wrong_password_is_told_where_it_stands_and_a_right_one_signs_in_and_out(tab: Page) -> None:
    tab.goto("/en/sign-in?then=/en/services/driving-licence")
    tab.get_by_label("User name").fill("citizen")
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_role("link", name="Enter your password").click()
    expect(tab.locator("#password")).to_be_focused()
    expect(tab.get_by_label("User name")).to_have_value("citizen")

    tab.locator("#password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab).to_have_url(re.compile("/en/services/driving-licence$"))

    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()


def test_the_way_by_keyboard_alone(tab: Page) -> None:
    tab.goto("/en/")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to main content")).to_be_focused()

    tab.get_by_label("What do you need?").focus()
    tab.keyboard.type("licence")
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("heading", name="1 service found")).to_be_visible()


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_no_page_is_wider_than_a_narrow_screen(chromium: Browser, address: str, path: str) -> None:
    with chromium.new_context(viewport={"width": 320, "height": 700}, base_url=address) as context:
        page = context.new_page()
        page.goto(path)

        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", EVERY_PAGE)
def test_no_page_has_a_barrier_that_axe_finds(chromium: Browser, address: str, path: str, width: int) -> None:
    with chromium.new_context(viewport={"width": width, "height": 900}, base_url=address) as context:
        page = context.new_page()
        page.goto(path)
        found = Axe().run(page).response["violations"]

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_first_view_is_light(chromium: Browser, address: str) -> None:
    done: list[Request] = []
    with chromium.new_context(base_url=address) as context:
        page = context.new_page()
        page.on("requestfinished", lambda one: done.append(one))
        page.goto("/az/", wait_until="networkidle")
        sizes = [one.sizes() for one in done]

    assert len(sizes) <= MOST_REQUESTS
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) <= MOST_BYTES
