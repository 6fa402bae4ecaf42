"""The fixed texts of explanations, in the three languages of the state's pages."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

Language: TypeAlias = Literal["az", "en", "ru"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    # name: (az, en, ru)
    "decided": ("{name}: {value}.", "{name}: {value}.", "{name}: {value}."),
    "considered": ("Nəzərə alınıb: {facts}.", "What was considered: {facts}.", "Учтено: {facts}."),
    "fact": ("{label} – {value}", "{label} – {value}", "{label} – {value}"),
    "rule": ("{number} nömrəli qayda tətbiq edilib.", "Rule {number} applied.", "Применено правило {number}."),
    "default": (
        "Heç bir qayda uyğun gəlmədi; əvvəlcədən nəzərdə tutulmuş cavab verilib.",
        "No rule applied; the answer provided for that case was given.",
        "Ни одно правило не подошло; дан ответ, предусмотренный на этот случай.",
    ),
    "no-rule": ("Heç bir qayda uyğun gəlmədi.", "No rule applied.", "Ни одно правило не подошло."),
    "article": ("Hüquqi əsas: {text}.", "Legal basis: {text}.", "Правовое основание: {text}."),
    "reason": ("Səbəb: {text}", "Reason: {text}", "Причина: {text}"),
    "note": ("{column}: {text}", "{column}: {text}", "{column}: {text}"),
    "other": (
        "Cavab «{value}» olardı, əgər: {conditions}.",
        "The answer would be “{value}” if: {conditions}.",
        "Ответ был бы «{value}», если: {conditions}.",
    ),
    "condition": (
        "{label} – {wanted} (indi: {found})",
        "{label} – {wanted} (now: {found})",
        "{label} – {wanted} (сейчас: {found})",
    ),
    "and-condition": ("; və ", "; and ", "; и "),
    "or": (" və ya ", " or ", " или "),
    "not": ("bunlar yox: {wanted}", "anything but {wanted}", "что угодно, кроме: {wanted}"),
    "below": ("{limit} dəyərindən az", "less than {limit}", "меньше {limit}"),
    "at-most": ("ən çoxu {limit}", "at most {limit}", "не больше {limit}"),
    "above": ("{limit} dəyərindən çox", "more than {limit}", "больше {limit}"),
    "at-least": ("ən azı {limit}", "at least {limit}", "не меньше {limit}"),
    "before": ("{limit} tarixindən əvvəl", "before {limit}", "раньше {limit}"),
    "until": ("ən geci {limit}", "on {limit} or before", "не позже {limit}"),
    "after": ("{limit} tarixindən sonra", "after {limit}", "позже {limit}"),
    "since": ("ən tezi {limit}", "on {limit} or after", "не раньше {limit}"),
    "both": ("{low}, {high}", "{low} and {high}", "{low} и {high}"),
    "cell": ("şərt: {text}", "the condition {text}", "условие {text}"),
    "yes": ("bəli", "yes", "да"),
    "no": ("xeyr", "no", "нет"),
    "nothing": ("məlumat yoxdur", "nothing", "нет данных"),
    "none": ("heç nə", "none", "ничего"),
}


def say(name_of_text: str, language: Language, /, **facts: Any) -> str:
    """A fixed text with its facts filled in."""
    return TEXTS[name_of_text][LANGUAGES.index(language)].format(**facts)
