"""What an account is told of itself, in every language."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.casework.account_notice import LANGUAGES, AccountNews, account_wording
from engine.casework.passport import LANGUAGES as ORDER

AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("news", list(AccountNews))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_news_is_written_in_every_language_with_the_reader_s_time(news: AccountNews, language: str) -> None:
    wording = account_wording(news, language, AT, ZoneInfo("Asia/Baku"), "Firefox on Linux")

    assert wording.language == language
    assert wording.text.startswith(f"{wording.subject}: 2026-03-03 02:30 (Asia/Baku), Firefox on Linux.")
    assert wording.sms is None


def test_all_languages_of_the_country_are_there_and_no_two_news_read_alike() -> None:
    assert set(LANGUAGES) == set(ORDER)
    for language in LANGUAGES:
        subjects = {account_wording(news, language, AT, ZoneInfo("UTC"), "").subject for news in AccountNews}
        assert len(subjects) == len(AccountNews)
