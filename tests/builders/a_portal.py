"""The portal over a real database: `a_portal(url)` gives the API with the pages beside it, as `onewindow serve` has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from werkzeug.test import Client, TestResponse

from api import problems
from engine.casework.actor import SYSTEM
from engine.runtime.deploy import deploy
from onewindow.bundles import bundle_of
from portal.app import install
from tests.builders.an_api import PASSWORD, Api, an_api

PROCEDURES: Final = Path(__file__).parents[2] / "processes"
LICENCE: Final = "/services/driving-licence"
_STAFF: Final = (
    "traffic-police:examiner",
    "traffic-police:head",
    "traffic-police:issuing-officer",
    "health:medical-clerk",
)


def a_portal(url: str, **settings: str) -> Api:
    """The API with the pages, over a migrated database."""
    api = an_api(url, **settings)
    install(api.app, time_zone="Asia/Baku", otherwise=problems.HANDLERS)
    return api


def with_licences(api: Api) -> Api:
    """The same with the driving licence deployed."""
    api.staff(*_STAFF)
    deploy(api.runtime, bundle_of(PROCEDURES / "driving-licence"), by=SYSTEM)
    return api


def sign_in(browser: Client, name: str, *, then: str | None = None, password: str = PASSWORD) -> TestResponse:
    """Fill in the page of signing in, as a browser does."""
    typed = {"name": name, "password": password, **({"then": then} if then else {})}
    return browser.post("/en/sign-in", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
