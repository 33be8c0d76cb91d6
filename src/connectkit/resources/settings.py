"""Settings of accounts: how they are paid out, what customers see of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import asdict

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest
from connectkit.models.settings import AccountSettings, Branding, JapaneseDescriptors, PayoutSettings
from connectkit.money import Money
from connectkit.requests import Request, checked_id
from connectkit.sellers.descriptors import SCRIPTS, checked_descriptor, checked_japanese, checked_prefix

from .arguments import check_word, checked_money
from .people import given

PayoutInterval: TypeAlias = Literal["manual", "daily", "weekly", "monthly"]
Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]

_COLOR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_PATH: Final = "/v1/balance_settings"
_LONGEST: Final = 31  # days: of a month, and of a delay


class AsyncSettings:
    """Settings of accounts."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def payouts(self, *, account: str | None = None) -> PayoutSettings:
        """Read how an account is paid out.

        Args:
            account: The connected account; the platform if it is not given.

        Raises:
            InvalidRequest: It is not the id of an account.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _PATH, account=self._caller.account(account))
        return PayoutSettings.parse(await self._caller.read(request, "settings.payouts"))

    async def set_payouts(
        self,
        *,
        account: str | None = None,
        interval: PayoutInterval | None = None,
        weekdays: Collection[Weekday] = (),
        days: Collection[int] = (),
        delay_days: int | Literal["minimum"] | None = None,
        minimum_balance: Sequence[Money] = (),
        debit_negative_balances: bool | None = None,
        statement_descriptor: str | None = None,
    ) -> PayoutSettings:
        """Set how Stripe pays an account out; what is not said stays as it is.

        For an instant payout, and wherever you pay out yourself, the interval is `manual`.

        Args:
            account: The connected account; the platform if it is not given.
            interval: How often Stripe pays out by itself; `manual` leaves it to `payouts.create`.
            weekdays: On which, if it is weekly; Monday if nothing is said.
            days: On which days of the month, if it is monthly, 1 to 31; the first if nothing is said. A day that a
                month does not have is its last.
            delay_days: After how many days what comes in is available, at most 31, and no fewer than Stripe's default
                for the account; `minimum` goes back to that.
            minimum_balance: What is to stay in the balance, one amount a currency; zero lifts it.
            debit_negative_balances: Whether Stripe may take what is missing from the bank. Without a dashboard it does
                not unless you say so, and the platform has to recover it.
            statement_descriptor: What the bank statement says.

        Raises:
            InvalidRequest: An argument is wrong, or nothing was said.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be set again.
        """
        payouts = given(
            schedule=_schedule(interval, weekdays, days),
            minimum_balance_by_currency=_least(minimum_balance),
            statement_descriptor=statement_descriptor,
        )
        payments = given(
            payouts=payouts,
            debit_negative_balances=debit_negative_balances,
            settlement_timing=_timing(delay_days),
        )
        if not payments and delay_days is None:
            message = "Nothing was said that could be set."
            raise InvalidRequest(message, param="interval", next_step="Pass interval='manual', or another setting.")
        chosen = self._caller.account(account)
        if delay_days == "minimum":
            await self._shorten(chosen)
        if not payments:
            return await self.payouts(account=chosen)
        request = Request("post", _PATH, {"payments": payments}, account=chosen)
        return PayoutSettings.parse(await self._caller.update(request, "settings.set_payouts"))

    async def retrieve(self, account_id: str) -> AccountSettings:
        """Read what customers see of an account.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            NotFound: There is none, or it is not this platform's.
            Unreachable: There was no usable answer.
        """
        return AccountSettings.parse(await self._caller.read(Request("get", _account(account_id)), "settings.retrieve"))

    async def update(
        self,
        account_id: str,
        *,
        statement_descriptor: str | None = None,
        statement_descriptor_prefix: str | None = None,
        japanese: JapaneseDescriptors | None = None,
        branding: Branding | None = None,
        decline_on_avs_failure: bool | None = None,
        decline_on_cvc_failure: bool | None = None,
    ) -> AccountSettings:
        """Set what customers see of an account without the full dashboard; what is not said stays as it is.

        Say descriptor and prefix together: a new descriptor alone makes Stripe overwrite the prefix.

        Args:
            account_id: The connected account.
            statement_descriptor: What customers read on their statements, 5 to 22 characters that resemble the
                business's name.
            statement_descriptor_prefix: What stands before the part of a single card payment, 2 to 10 characters.
            japanese: What customers in Japan read, for an account there.
            branding: How it looks.
            decline_on_avs_failure: Whether cards are refused whose postal code does not match.
            decline_on_cvc_failure: Whether cards are refused whose security code does not match.

        Raises:
            InvalidRequest: An argument is wrong, or nothing was said.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be set again.
        """
        descriptor = statement_descriptor and checked_descriptor(statement_descriptor)
        prefix = statement_descriptor_prefix and checked_prefix(statement_descriptor_prefix)
        decline = given(avs_failure=decline_on_avs_failure, cvc_failure=decline_on_cvc_failure)
        scripts = _in_japan(japanese or JapaneseDescriptors())
        settings = given(
            payments=given(statement_descriptor=descriptor, **scripts["payments"]),
            card_payments=given(statement_descriptor_prefix=prefix, decline_on=decline, **scripts["card_payments"]),
            branding=branding and _looks(branding),
        )
        if not settings:
            message = "Nothing was said that could be set."
            raise InvalidRequest(message, param="statement_descriptor", next_step="Pass a setting.")
        request = Request("post", _account(account_id), {"settings": settings})
        return AccountSettings.parse(await self._caller.update(request, "settings.update"))

    async def _shorten(self, account: str | None) -> None:
        """Go back to the default delay: balance settings know a number only, account settings have a word for it."""
        if account is None:
            message = "The platform's own delay can't be set in this way."
            raise InvalidRequest(message, param="delay_days", next_step="Pass a number of days.")
        params = {"settings": {"payouts": {"schedule": {"delay_days": "minimum"}}}}
        await self._caller.update(Request("post", _account(account), params), "settings.set_payouts")


def _schedule(interval: PayoutInterval | None, weekdays: Collection[Weekday], days: Collection[int]) -> dict[str, Any]:
    if interval is not None:
        check_word(interval, "interval", get_args(PayoutInterval))
    if weekdays and interval != "weekly":
        message = "weekdays belong to interval='weekly'."
        raise InvalidRequest(message, param="weekdays")
    if days and interval != "monthly":
        message = "days belong to interval='monthly'."
        raise InvalidRequest(message, param="days")
    for weekday in weekdays:
        check_word(weekday, "weekdays", get_args(Weekday))
    if not all(1 <= day <= _LONGEST for day in days):
        message = f"days are between 1 and {_LONGEST}."
        raise InvalidRequest(message, param="days")
    anchors: dict[str, dict[str, Any]] = {
        "weekly": {"weekly_payout_days": list(weekdays) or ["monday"]},
        "monthly": {"monthly_payout_days": list(days) or [1]},
    }
    return {} if interval is None else {"interval": interval, **anchors.get(interval, {})}


def _timing(delay_days: int | Literal["minimum"] | None) -> dict[str, Any]:
    if delay_days is None or delay_days == "minimum":
        return {}
    if not 0 <= delay_days <= _LONGEST:
        message = f"delay_days is between 0 and {_LONGEST}, or 'minimum'."
        raise InvalidRequest(message, param="delay_days")
    return {"delay_days_override": delay_days}


def _least(amounts: Sequence[Money]) -> dict[str, Any]:
    for amount in amounts:
        checked_money(amount, "minimum_balance")
    return {amount.currency: amount.amount or "" for amount in amounts}


def _looks(branding: Branding) -> dict[str, Any]:
    for name in ("primary_color", "secondary_color"):
        color = getattr(branding, name)
        if color is not None and not _COLOR.fullmatch(color):
            message = f"{name} is a colour as '#0055ff'."
            raise InvalidRequest(message, param=name)
    return given(**asdict(branding))


def _in_japan(descriptors: JapaneseDescriptors) -> dict[str, dict[str, str | None]]:
    checked = {name: text and checked_japanese(text, name) for name, text in asdict(descriptors).items()}
    return {
        "payments": {f"statement_descriptor_{script}": checked[script] for script in SCRIPTS},
        "card_payments": {f"statement_descriptor_prefix_{script}": checked[f"prefix_{script}"] for script in SCRIPTS},
    }


def _account(account_id: str) -> str:
    return f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}"


class Settings(Blocking[AsyncSettings]):
    """Settings of accounts."""

    payouts: Final = blocking(AsyncSettings.payouts)
    set_payouts: Final = blocking(AsyncSettings.set_payouts)
    retrieve: Final = blocking(AsyncSettings.retrieve)
    update: Final = blocking(AsyncSettings.update)
