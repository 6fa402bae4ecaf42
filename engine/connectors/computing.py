"""The settings of one call: defaults filled in, expressions computed over the variables of the job.

What comes out is held against the same schema as at deployment. A value that does not fit is an incident that names the
field, for only the case at hand knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from engine.connectors.contract import PartnerRefused
from engine.connectors.settings import Setting, SettingsSchema
from engine.feel import FeelBudgetExceeded, Value, parse_expression, to_text

_REMEDY: Final = "Correct the expression in the model or the variables of the case, then retry the incident."
_NO_TEXT: Final = (list, dict, Mapping)


def computed(
    schema: SettingsSchema, headers: Mapping[str, str], variables: Mapping[str, Value], now: datetime
) -> Mapping[str, str]:
    """The headers as the connector is given them. Raises PartnerRefused with field and remedy.

    An expression that gives null leaves its setting out, as if the model had not said it.
    """
    found = dict(headers)
    for setting in schema.settings:
        value = headers.get(setting.name)
        if value is None:
            if setting.default is not None:
                found[setting.name] = setting.default
        elif value.startswith("="):
            text = _text(setting, value, variables, now)
            if text is not None:
                found[setting.name] = text
            elif setting.default is not None:
                found[setting.name] = setting.default
            else:
                del found[setting.name]
    return found


def _text(setting: Setting, value: str, variables: Mapping[str, Value], now: datetime) -> str | None:
    fault = setting.fault(value)
    if fault is not None:
        raise PartnerRefused(fault, remedy=_REMEDY)
    try:
        result = parse_expression(value[1:]).evaluate(variables, now=now).value
    except FeelBudgetExceeded as spent:
        raise PartnerRefused(f"The header {setting.name!r} is too much to compute.", remedy=_REMEDY) from spent
    if result is None:
        if setting.required:
            raise PartnerRefused(f"The header {setting.name!r} is needed, and came to null.", remedy=_REMEDY)
        return None
    if isinstance(result, _NO_TEXT):
        raise PartnerRefused(
            f"The header {setting.name!r} came to a list or context, which is no value of it.", remedy=_REMEDY
        )
    text = _plain(result)
    if setting.unfit(text):
        # The value itself may tell of a person, and messages are shown to operators.
        raise PartnerRefused(f"The header {setting.name!r} came to a value that does not fit it.", remedy=_REMEDY)
    return text


def _plain(result: Value) -> str:
    if isinstance(result, bool):
        return "true" if result else "false"
    if isinstance(result, int | Decimal):
        return format(result, "f") if isinstance(result, Decimal) else str(result)
    return str(to_text(result))
