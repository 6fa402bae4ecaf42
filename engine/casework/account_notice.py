"""What an account is told of itself: a sign-in from a new place, and changes of what it proves itself with.

Whoever did not do it herself learns so, and what to do. Nothing of the place is told that the reader does not know how
to judge: the kind of browser and the moment suffice, and an address would be data of whoever it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from engine.casework.notice import Wording


class AccountNews(StrEnum):
    """What happened to an account."""

    new_place = "new-place"
    password_changed = "password-changed"  # noqa: S105 (no secret)
    factor_added = "factor-added"
    factor_removed = "factor-removed"
    recovery_code_used = "recovery-code-used"
    token_made = "token-made"  # noqa: S105 (no secret)
    data_exported = "data-exported"


_SUBJECTS: Final[Mapping[AccountNews, Mapping[str, str]]] = {
    AccountNews.new_place: {
        "az": "Hesabınıza yeni yerdən daxil olundu",
        "en": "Somebody signed in to your account from a new place",
        "ru": "Вход в вашу учётную запись с нового места",
    },
    AccountNews.password_changed: {
        "az": "Hesabınızın parolu dəyişdirildi",
        "en": "The password of your account was changed",
        "ru": "Пароль вашей учётной записи изменён",
    },
    AccountNews.factor_added: {
        "az": "Hesabınıza ikinci təsdiq vasitəsi əlavə edildi",
        "en": "A second factor was added to your account",
        "ru": "К вашей учётной записи добавлен второй фактор",
    },
    AccountNews.factor_removed: {
        "az": "Hesabınızdan ikinci təsdiq vasitəsi silindi",
        "en": "A second factor was removed from your account",
        "ru": "Из вашей учётной записи удалён второй фактор",
    },
    AccountNews.recovery_code_used: {
        "az": "Hesabınıza bərpa kodu ilə daxil olundu",
        "en": "A recovery code of your account was used",
        "ru": "Использован код восстановления вашей учётной записи",
    },
    AccountNews.token_made: {
        "az": "Hesabınız üçün API tokeni yaradıldı",
        "en": "An API token was made for your account",
        "ru": "Для вашей учётной записи создан токен API",
    },
    AccountNews.data_exported: {
        "az": "Bütün məlumatlarınızın surəti istənildi",
        "en": "A copy of all your data was asked for",
        "ru": "Запрошена копия всех ваших данных",
    },
}
_TEXTS: Final[Mapping[str, str]] = {
    "az": "{subject}: {when}, {browser}.\n\nBu siz idinizsə, heç nə etmək lazım deyil. Siz deyildinizsə, parolunuzu "
    "dəyişin, bütün başqa seansları bitirin və operatora xəbər verin.",
    "en": "{subject}: {when}, {browser}.\n\nIf it was you, there is nothing to do. If it was not, change your "
    "password, end all other sessions, and tell the operator.",
    "ru": "{subject}: {when}, {browser}.\n\nЕсли это были вы, ничего делать не нужно. Если нет, смените пароль, "
    "завершите все другие сеансы и сообщите оператору.",
}
LANGUAGES: Final = tuple(_TEXTS)


def account_wording(news: AccountNews, language: str, at: datetime, zone: ZoneInfo, browser: str) -> Wording:
    """What is written of it; `language` is one of `LANGUAGES`."""
    subject = _SUBJECTS[news][language]
    local = at.astimezone(zone)
    when = f"{local:%Y-%m-%d %H:%M} ({zone.key})"
    text = _TEXTS[language].format(subject=subject, when=when, browser=browser)
    return Wording(subject=subject, text=text, language=language)
