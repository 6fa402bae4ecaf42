"""docs/operator/settings.md names every setting, and nothing that is none."""

from __future__ import annotations

import re
from pathlib import Path

from onewindow.settings import PREFIX

TOP = Path(__file__).parents[3]


def test_the_page_of_settings_names_what_is_read_and_nothing_else() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (TOP / "onewindow").glob("*settings.py"))
    read = {PREFIX + name for name in re.findall(r'reader\.\w+\(\s*"([A-Z_]+)"', source)}

    page = (TOP / "docs" / "operator" / "settings.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(ONEWINDOW_[A-Z_]+)`", page))

    assert told == read
