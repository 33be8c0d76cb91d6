"""How an account is paid out, and what customers see of it."""

from __future__ import annotations

from attrs import field, frozen

from connectkit.money import Money

from .base import Answer, Data, Receipt, part


@frozen(kw_only=True)
class PayoutSettings:
    """How an account is paid out.

    Attributes:
        interval: `daily`, `weekly`, `monthly` or `manual`. An open set.
        weekdays: On which days of the week, where it is weekly.
        days: On which days of the month, where it is monthly.
        delay_days: After how many days what came in is available.
        minimum_balance: What stays in the balance when Stripe pays out by itself.
        debit_negative_balances: Whether Stripe may take what is missing from the bank; `None` where it does not tell.
        statement_descriptor: What the bank statement says, or `""`.
        enabled: Whether the account can be paid out at all.
        receipt: How it was come by; takes no part in equality.
    """

    interval: str
    weekdays: tuple[str, ...]
    days: tuple[int, ...]
    delay_days: int | None
    minimum_balance: tuple[Money, ...]
    debit_negative_balances: bool | None
    statement_descriptor: str
    enabled: bool
    receipt: Receipt = field(default=Receipt(), eq=False, repr=False)

    @classmethod
    def parse(cls, answer: Answer) -> PayoutSettings:
        """Read the balance settings of an account."""
        payments = part(answer.data, "payments")
        payouts = part(payments, "payouts")
        schedule = part(payouts, "schedule")
        least = part(payouts, "minimum_balance_by_currency")
        return cls(
            interval=schedule.get("interval") or "",
            weekdays=tuple(schedule.get("weekly_payout_days") or ()),
            days=tuple(schedule.get("monthly_payout_days") or ()),
            delay_days=part(payments, "settlement_timing").get("delay_days"),
            minimum_balance=tuple(Money(amount, currency) for currency, amount in sorted(least.items())),
            debit_negative_balances=payments.get("debit_negative_balances"),
            statement_descriptor=payouts.get("statement_descriptor") or "",
            enabled=payouts.get("status") == "enabled",
            receipt=answer.receipt,
        )


@frozen(kw_only=True)
class Branding:
    """How an account looks on Stripe's pages. What is not said stays as it is.

    Attributes:
        icon: A square picture, by the id that `files.upload` gave.
        logo: A picture, by the id that `files.upload` gave.
        primary_color: As `#0055ff`.
        secondary_color: As `#ffffff`.
    """

    icon: str | None = None
    logo: str | None = None
    primary_color: str | None = None
    secondary_color: str | None = None


@frozen(kw_only=True)
class JapaneseDescriptors:
    """What customers in Japan read on their statements. What is not said stays as it is.

    Attributes:
        kana: In katakana, at most 22 characters.
        kanji: In kanji, at most 17 characters.
        prefix_kana: What stands before the part of a single card payment, in katakana.
        prefix_kanji: The same in kanji.
    """

    kana: str | None = None
    kanji: str | None = None
    prefix_kana: str | None = None
    prefix_kanji: str | None = None


@frozen(kw_only=True)
class AccountSettings:
    """What customers see of an account, and which cards it refuses.

    Attributes:
        account: The account.
        statement_descriptor: What customers read on their statements, or `""`.
        statement_descriptor_prefix: What stands before the part of a single card payment, or `""`.
        japanese: What customers in Japan read.
        branding: How it looks.
        decline_on_avs_failure: Whether cards are refused whose postal code does not match.
        decline_on_cvc_failure: Whether cards are refused whose security code does not match.
        receipt: How it was come by; takes no part in equality.
    """

    account: str
    statement_descriptor: str
    statement_descriptor_prefix: str
    japanese: JapaneseDescriptors
    branding: Branding
    decline_on_avs_failure: bool
    decline_on_cvc_failure: bool
    receipt: Receipt = field(default=Receipt(), eq=False, repr=False)

    @classmethod
    def parse(cls, answer: Answer) -> AccountSettings:
        """Read the settings of an account of v1."""
        settings = part(answer.data, "settings")
        cards, branding = part(settings, "card_payments"), part(settings, "branding")
        decline = part(cards, "decline_on")
        return cls(
            account=answer.data["id"],
            statement_descriptor=part(settings, "payments").get("statement_descriptor") or "",
            statement_descriptor_prefix=cards.get("statement_descriptor_prefix") or "",
            japanese=_japanese(part(settings, "payments"), cards),
            branding=_branding(branding),
            decline_on_avs_failure=bool(decline.get("avs_failure")),
            decline_on_cvc_failure=bool(decline.get("cvc_failure")),
            receipt=answer.receipt,
        )


def _japanese(payments: Data, cards: Data) -> JapaneseDescriptors:
    return JapaneseDescriptors(
        kana=payments.get("statement_descriptor_kana"),
        kanji=payments.get("statement_descriptor_kanji"),
        prefix_kana=cards.get("statement_descriptor_prefix_kana"),
        prefix_kanji=cards.get("statement_descriptor_prefix_kanji"),
    )


def _branding(branding: Data) -> Branding:
    names = ("icon", "logo", "primary_color", "secondary_color")
    return Branding(**{name: branding.get(name) for name in names})
