"""What is said to a sender about a wrong answer, in the three languages of the state's pages.

Programs go by the code; persons read the text. `{limit}` and the like are filled in by the check that found the fault.
"""

from __future__ import annotations

from typing import Any, Final

MESSAGES: Final[dict[str, tuple[str, str, str]]] = {
    # code: (az, en, ru)
    "required": ("Bu sahə doldurulmalıdır.", "An answer is needed here.", "Это поле нужно заполнить."),
    "must-be-yes": ("Bununla razılaşmaq lazımdır.", "This must be confirmed.", "Это нужно подтвердить."),
    "unknown-field": (
        "Bu formada belə sahə yoxdur.",
        "The form has no such field.",
        "В форме нет такого поля.",
    ),
    "read-only": (
        "Bu məlumat yalnız oxunur, dəyişdirilə bilməz.",
        "This is shown only and cannot be changed.",
        "Это поле доступно только для чтения.",
    ),
    "text-expected": ("Mətn gözlənilirdi.", "Expected a text.", "Ожидался текст."),
    "control-character": (
        "Mətndə idarəetmə simvolu var: onu silin.",
        "The text has a control character: remove it.",
        "В тексте есть управляющий символ: удалите его.",
    ),
    "too-long": (
        "Ən çoxu {limit} simvol ola bilər, {found} yazılıb.",
        "Expected at most {limit} characters, found {found}.",
        "Допустимо не более {limit} символов, введено {found}.",
    ),
    "too-short": (
        "Ən azı {limit} simvol olmalıdır, {found} yazılıb.",
        "Expected at least {limit} characters, found {found}.",
        "Нужно не менее {limit} символов, введено {found}.",
    ),
    "pattern": (
        "Yazılış qaydaya uyğun deyil.",
        "This is not written as it should be.",
        "Запись не соответствует образцу.",
    ),
    "malformed": (
        "Yazılış düzgün deyil. Nümunə: {example}.",
        "This is not written as expected. Example: {example}.",
        "Запись неверна. Пример: {example}.",
    ),
    "number-expected": (
        "Rəqəmlə yazılmış ədəd gözlənilirdi.",
        "Expected a number, written in digits.",
        "Ожидалось число, записанное цифрами.",
    ),
    "too-many-digits": (
        "Ədəddə ən çoxu {limit} rəqəm ola bilər.",
        "Expected a number of at most {limit} digits.",
        "В числе допустимо не более {limit} цифр.",
    ),
    "decimals": (
        "Vergüldən sonra ən çoxu {limit} rəqəm ola bilər.",
        "Expected at most {limit} digits behind the point.",
        "После запятой допустимо не более {limit} цифр.",
    ),
    "step": ("{limit} ədədinin misli gözlənilirdi.", "Expected a multiple of {limit}.", "Ожидалось кратное {limit}."),
    "too-small": ("Ən azı {limit} olmalıdır.", "Expected at least {limit}.", "Должно быть не менее {limit}."),
    "too-large": ("Ən çoxu {limit} ola bilər.", "Expected at most {limit}.", "Должно быть не более {limit}."),
    "date-expected": (
        "2026-03-31 kimi yazılmış tarix gözlənilirdi.",
        "Expected a date written like 2026-03-31.",
        "Ожидалась дата в виде 2026-03-31.",
    ),
    "time-expected": (
        "09:30 kimi yazılmış vaxt gözlənilirdi.",
        "Expected a time written like 09:30.",
        "Ожидалось время в виде 09:30.",
    ),
    "datetime-expected": (
        "2026-03-31T09:30 kimi yazılmış tarix və vaxt gözlənilirdi.",
        "Expected a date and time written like 2026-03-31T09:30.",
        "Ожидались дата и время в виде 2026-03-31T09:30.",
    ),
    "past": ("Keçmiş tarix ola bilməz.", "Expected no date in the past.", "Дата не может быть в прошлом."),
    "too-early": (
        "{limit} tarixindən əvvəl ola bilməz.",
        "Expected no date before {limit}.",
        "Дата не может быть раньше {limit}.",
    ),
    "too-late": (
        "{limit} tarixindən sonra ola bilməz.",
        "Expected no date after {limit}.",
        "Дата не может быть позже {limit}.",
    ),
    "yes-no-expected": ("Bəli və ya xeyr gözlənilirdi.", "Expected true or false.", "Ожидалось «да» или «нет»."),
    "not-an-option": (
        "Siyahıdakı seçimlərdən biri gözlənilirdi.",
        "Expected one of the options given.",
        "Ожидался один из предложенных вариантов.",
    ),
    "not-among-options": (
        "Bunlardan biri gözlənilirdi: {options}.",
        "Expected one of: {options}.",
        "Ожидалось одно из: {options}.",
    ),
    "list-expected": ("Siyahı gözlənilirdi.", "Expected a list.", "Ожидался список."),
    "chosen-twice": ("Eyni seçim iki dəfə edilib.", "The same option was chosen twice.", "Один вариант выбран дважды."),
    "too-many-rows": (
        "Ən çoxu {limit} sətir ola bilər.",
        "Expected at most {limit} rows.",
        "Допустимо не более {limit} строк.",
    ),
    "files-expected": (
        "Göndərilmiş faylların açarları gözlənilirdi.",
        "Expected the ids of files that were sent.",
        "Ожидались идентификаторы отправленных файлов.",
    ),
    "too-many-files": (
        "Ən çoxu {limit} fayl ola bilər.",
        "Expected at most {limit} files.",
        "Допустимо файлов не более {limit}.",
    ),
    "row-count": ("{limit} sətir gözlənilirdi.", "Expected {limit} rows.", "Ожидалось строк: {limit}."),
    "context-expected": (
        "Adlı sahələrdən ibarət qrup gözlənilirdi.",
        "Expected a group of named fields.",
        "Ожидалась группа именованных полей.",
    ),
    "to-be-corrected": (
        "Düzəldilməli cavabların sayı: {found}.",
        "Answers to be corrected: {found}.",
        "Ответов, которые нужно исправить: {found}.",
    ),
    "correct-and-send": (
        "Göstərilən yerləri düzəldib formanı yenidən göndərin; heç nə dəyişdirilməyib.",
        "Correct the places named and send the form again; nothing was changed.",
        "Исправьте указанные места и отправьте форму снова; ничего не изменено.",
    ),
}
_COLUMN: Final = {"az": 0, "en": 1, "ru": 2}


def message(code: str, language: str, **facts: Any) -> str:
    """The text of a fault in a language (English for one that is not known)."""
    texts = MESSAGES.get(code) or MESSAGES["malformed"]
    return texts[_COLUMN.get(language, 1)].format(**facts)
