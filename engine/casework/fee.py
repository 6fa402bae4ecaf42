"""A fee: an amount of money in whole minor units, the tier that was chosen, and why somebody is exempt.

What a fee is for whom is said by a decision table with dated rows (`processes/*/*.dmn`); this module reads what such a
table gives. Money is never a float: 25.00 AZN are 2500 minor units (ISO 4217 says how many digits a currency has).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.errors import Invalid

_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Digits after the point of currencies that do not have two (ISO 4217)."""
MOST_MINOR: Final = 10**14
"""No fee is larger; it keeps sums within what every database holds."""
_REMEDY: Final = "Let the decision give fee as a number and currency as three capitals, such as 25 and AZN."


class OtherCurrency(Invalid):
    """Two amounts of different currencies cannot be reckoned together."""

    code = "other-currency"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor unit of its currency."""

    minor: int
    """Whole minor units: 2500 are 25.00 AZN."""
    currency: str
    """ISO 4217, three capitals."""

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isalpha()):
            raise Invalid(f"Expected a currency of three letters, found {self.currency!r:.20}.", remedy=_REMEDY)
        if self.currency != self.currency.upper():
            raise Invalid(f"Expected a currency in capitals, found {self.currency!r}.", remedy=_REMEDY)
        if isinstance(self.minor, bool) or abs(self.minor) > MOST_MINOR:
            raise Invalid(f"Expected at most {MOST_MINOR:,} minor units.", remedy="Check the amount.")

    @classmethod
    def of(cls, amount: int | Decimal | str, currency: str) -> Money:
        """An amount in major units. Raises Invalid for one finer than the currency has coins."""
        try:
            exact = Decimal(amount)
        except InvalidOperation as fault:
            raise Invalid(f"Expected an amount, found {amount!r:.40}.", remedy=_REMEDY) from fault
        if not exact.is_finite() or abs(exact) > MOST_MINOR:
            raise Invalid(f"Expected an amount that can be paid, found {amount!s:.40}.", remedy=_REMEDY)
        minor = exact.scaleb(digits_of(currency))
        if minor != minor.to_integral_value():
            raise Invalid(f"Expected at most {digits_of(currency)} digits after the point, found {exact}.")
        return cls(int(minor), currency)

    @property
    def major(self) -> Decimal:
        """In major units, with all digits of the currency."""
        return Decimal(self.minor).scaleb(-digits_of(self.currency))

    @property
    def is_zero(self) -> bool:
        """Whether there is nothing to pay."""
        return self.minor == 0

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise OtherCurrency(f"Expected {self.currency}, found {other.currency}.", remedy="Book each on its own.")
        return other


def digits_of(currency: str) -> int:
    """Digits after the point of a currency (ISO 4217)."""
    return _DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What is to be paid for a service, as a decision table gave it."""

    amount: Money
    """Zero for who is exempt."""
    tier: str | None = None
    """Name of the speed that was chosen, such as `fast`."""
    term: str | None = None
    """The statutory term that this tier buys, ISO 8601; None where the fee does not change it."""
    exemption: str | None = None
    """Why nothing, or less, is to be paid."""
    legal_basis: str = ""

    @property
    def is_due(self) -> bool:
        """Whether there is anything to pay."""
        return not self.amount.is_zero

    @classmethod
    def of_decision(cls, result: Any) -> Fee:
        """The fee in the result of a decision: `fee` (or `amount`), `currency`, `tier`, `term`, `exemption`, `share`.

        `share` (0 to 1) is what of the fee is to be paid; an exemption without a share is one of the whole fee.
        Raises Invalid.
        """
        if not isinstance(result, Mapping):
            raise Invalid("Expected a fee as names with values.", remedy=_REMEDY)
        named = result.get("fee", result.get("amount"))
        currency = result.get("currency")
        if isinstance(named, bool) or not isinstance(named, int | Decimal) or not isinstance(currency, str):
            raise Invalid("Expected a fee with an amount and a currency.", remedy=_REMEDY)
        exemption = _text(result, "exemption")
        share = result.get("share")
        if share is None:
            share = 1 if exemption is None else 0
        if isinstance(share, bool) or not isinstance(share, int | Decimal) or not 0 <= share <= 1:
            raise Invalid(f"Expected a share of the fee from 0 to 1, found {share!r:.40}.", remedy=_REMEDY)
        if named < 0:
            raise Invalid(f"Expected a fee of 0 or more, found {named}.", remedy=_REMEDY)
        return cls(
            amount=Money.of(Decimal(named) * share, currency),
            tier=_text(result, "tier"),
            term=_text(result, "term"),
            exemption=exemption,
            legal_basis=_text(result, "legal_basis") or "",
        )


def _text(result: Mapping[str, Any], name: str) -> str | None:
    found = result.get(name)
    if found is None or (isinstance(found, str) and len(found) <= 500):
        return found or None
    raise Invalid(f"Expected {name} of a fee as a text of at most 500 characters.", remedy=_REMEDY)
