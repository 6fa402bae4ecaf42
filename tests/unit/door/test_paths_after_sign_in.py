"""Where a browser goes on after a sign-in: at our own site, whatever a browser makes of what was asked."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from door.federation import LONGEST_PATH, checked_path
from engine.errors import Invalid

OURS = "https://services.example.gov"
ODD = st.lists(
    st.sampled_from(
        ["/", "\\", "//", "evil.example", ":", "https:", "@", "?", "#", " ", "\t", "\n", "%2f", ".", "..", "é"]
    ),
    max_size=8,
).map("".join)


@given(ODD | st.text(max_size=30))
@example("/\t/evil.example")
@example("/\\evil.example")
@example("///evil.example")
def test_whatever_is_asked_leads_to_our_own_site_or_is_refused(asked: str) -> None:
    try:
        path = checked_path(asked)
    except Invalid:
        return

    # As browsers read it: tabs and line ends gone, backslashes as slashes (WHATWG URL, 4.4).
    seen = path.replace("\t", "").replace("\n", "").replace("\r", "").replace("\\", "/")
    led = urlsplit(urljoin(OURS, seen))
    assert f"{led.scheme}://{led.netloc}" == OURS


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/tasks?queue=city:clerk&limit=5", "/a#b", "/a/%2e%2e/b"])
def test_a_path_of_ours_stays_as_it_is(path: str) -> None:
    assert checked_path(path) == path


def test_a_path_has_a_length() -> None:
    assert checked_path("/" + "a" * (LONGEST_PATH - 1))
    with pytest.raises(Invalid):
        checked_path("/" + "a" * LONGEST_PATH)
