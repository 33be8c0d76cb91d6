"""What is known of the platform itself, and of countries."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from .base import Answer


@frozen(kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What, as `activated`.
        good: Whether it is as it has to be.
        told: What was seen, as a sentence.
        next_step: What to do about it; `""` where nothing has to be done.
    """

    name: str
    good: bool
    told: str
    next_step: str = ""


@frozen(kw_only=True)
class PlatformCheck:
    """Whether a platform is ready to make its first account.

    Attributes:
        account: The platform's own account.
        findings: What was looked at.
    """

    account: str
    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether everything that was looked at is good."""
        return all(finding.good for finding in self.findings)

    def __getitem__(self, name: str) -> Finding:
        return next(finding for finding in self.findings if finding.name == name)


@frozen(kw_only=True)
class CountrySpec:
    """What Stripe can do in a country.

    Attributes:
        country: Two letters, upper case.
        default_currency: Lower case.
        bank_account_currencies: The countries of banks, by the currency that is paid out.
        payment_currencies: In which currencies customers can pay.
        payment_methods: How they can pay.
        transfer_countries: Where accounts can be that receive transfers from a platform in this country.
    """

    country: str
    default_currency: str
    bank_account_currencies: Mapping[str, tuple[str, ...]]
    payment_currencies: frozenset[str]
    payment_methods: frozenset[str]
    transfer_countries: frozenset[str]

    @classmethod
    def parse(cls, answer: Answer) -> CountrySpec:
        """Read the facts of a country."""
        data = answer.data
        banks: Mapping[str, list[str]] = data.get("supported_bank_account_currencies") or {}
        return cls(
            country=data["id"],
            default_currency=data["default_currency"],
            bank_account_currencies={currency: tuple(countries) for currency, countries in banks.items()},
            payment_currencies=frozenset(data.get("supported_payment_currencies") or ()),
            payment_methods=frozenset(data.get("supported_payment_methods") or ()),
            transfer_countries=frozenset(data.get("supported_transfer_countries") or ()),
        )
