"""The page of an export: every value is shown as text, long lists are cut and say so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from engine.connectors.data_export.page import MOST_ACCESSES, page_of_data

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def data(**said: Any) -> dict[str, Any]:
    """An export of nothing, but for what is said."""
    return {"made_at": "2026-03-02T05:30:00Z", "account": {"name": "Rəşad"}, "cases": [], "accesses": [], **said}


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_part_has_a_heading_in_the_language(language: str) -> None:
    page = html.fromstring(page_of_data(data(), language))

    assert page.get("lang") == language
    assert len(page.findall(".//h2")) == 6
    assert page.findtext(".//title") == page.findtext(".//h1")


def test_markup_in_a_value_stays_text() -> None:
    page = html.fromstring(page_of_data(data(account={"name": "<script>x</script>", "<b>": "y"}), "en"))

    assert page.findall(".//script") == []
    assert page.findall(".//b") == []
    assert "<script>x</script>" in page.text_content()


def test_long_lists_are_cut_and_say_by_how_much() -> None:
    looks = [{"at": "2026-03-02", "sentence": f"look {number}"} for number in range(MOST_ACCESSES + 7)]

    text = html.fromstring(page_of_data(data(accesses=looks), "en")).text_content()

    assert f"look {MOST_ACCESSES - 1}" in text
    assert f"look {MOST_ACCESSES}" not in text
    assert "7 more: the JSON file has the whole list." in text


@given(JSON)
def test_any_data_makes_a_page(value: Any) -> None:
    page = page_of_data(data(cases=value, accesses=[]), "az")

    assert page.endswith("</main></body></html>")
