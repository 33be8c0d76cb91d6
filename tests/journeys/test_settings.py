"""Settings of accounts, the platform's own readiness, and countries; in both colours."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel

from connectkit import AsyncConnect, Branding, InvalidRequest, JapaneseDescriptors, Money, NotFound

BOTH = pytest.mark.parametrize("colour", COLOURS)


@BOTH
def test_how_a_seller_is_paid_out(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        assert (await connect.settings.payouts(account=account)).interval == "daily"
        weekly = await connect.settings.set_payouts(account=account, interval="weekly", weekdays=["friday"])
        assert (weekly.interval, weekly.weekdays, weekly.days, weekly.enabled) == ("weekly", ("friday",), (), True)
        monthly = await connect.settings.set_payouts(
            account=account,
            interval="monthly",
            days=[1, 15],
            delay_days=7,
            minimum_balance=[Money.of("100.00", "usd")],
            debit_negative_balances=True,
            statement_descriptor="LAMPS",
        )
        assert (monthly.days, monthly.delay_days, monthly.statement_descriptor) == ((1, 15), 7, "LAMPS")
        assert monthly.minimum_balance == (Money.of("100.00", "usd"),)
        assert monthly.debit_negative_balances is True
        back = await connect.settings.set_payouts(account=account, delay_days="minimum")
        assert back.delay_days == 2
        lifted = await connect.settings.set_payouts(account=account, minimum_balance=[Money(0, "usd")])
        assert lifted.minimum_balance == ()
        assert (await connect.settings.set_payouts(interval="weekly")).weekdays == ("monday",)

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({}, "interval"),
        ({"interval": "hourly"}, "interval"),
        ({"weekdays": ["monday"]}, "weekdays"),
        ({"interval": "weekly", "weekdays": ["sunday"]}, "weekdays"),
        ({"days": [1]}, "days"),
        ({"interval": "monthly", "days": [32]}, "days"),
        ({"delay_days": 32}, "delay_days"),
        ({"delay_days": "minimum"}, "delay_days"),
        ({"minimum_balance": [5]}, "minimum_balance"),
        ({"account": "seller-7", "interval": "daily"}, "account"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said_before_anything_is_sent(
    colour: str, wrong: dict[str, Any], param: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(InvalidRequest) as caught:
            await connect.settings.set_payouts(**wrong)
        assert caught.value.param == param
        assert connect.simulator.requests == []

    travel(colour, journey)


@BOTH
def test_what_customers_see(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom")
        told = await connect.settings.update(
            made.id,
            statement_descriptor="LAMPS BY ANA",
            statement_descriptor_prefix="LAMPS",
            branding=Branding(primary_color="#0055ff"),
            decline_on_avs_failure=True,
        )
        assert told == await connect.settings.retrieve(made.id)
        assert (told.statement_descriptor, told.statement_descriptor_prefix) == ("LAMPS BY ANA", "LAMPS")
        assert (told.branding.primary_color, told.branding.logo) == ("#0055ff", None)
        assert (told.decline_on_avs_failure, told.decline_on_cvc_failure) == (True, False)

    travel(colour, journey)


@BOTH
def test_what_customers_in_japan_see(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="JP", type="custom")
        whole = JapaneseDescriptors(kana="シブヤランプ", kanji="渋谷ランプ", prefix_kana="ランプ", prefix_kanji="渋谷")
        told = await connect.settings.update(made.id, japanese=whole)
        assert told.japanese == whole
        again = await connect.settings.update(made.id, japanese=JapaneseDescriptors(kanji="渋谷の灯"))
        assert again.japanese == evolve(whole, kanji="渋谷の灯")
        assert (await connect.settings.retrieve(made.id)).japanese == again.japanese

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({}, "statement_descriptor"),
        ({"statement_descriptor": "LAMP"}, "statement_descriptor"),
        ({"statement_descriptor": "LAMPS* ANA"}, "statement_descriptor"),
        ({"statement_descriptor_prefix": "LÂMPADAS"}, "statement_descriptor_prefix"),
        ({"statement_descriptor_prefix": "12345"}, "statement_descriptor_prefix"),
        ({"branding": Branding(secondary_color="blue")}, "secondary_color"),
        ({"japanese": JapaneseDescriptors(kana="渋谷ランプ")}, "kana"),
        ({"japanese": JapaneseDescriptors(prefix_kanji="渋谷*")}, "prefix_kanji"),
        ({"account_id": "seller-7", "statement_descriptor": "LAMPS"}, "account_id"),
    ],
)
def test_what_is_wrong_with_the_looks_is_said_before_anything_is_sent(
    colour: str, wrong: dict[str, Any], param: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        given: dict[str, Any] = {"account_id": "acct_1", **wrong}
        with pytest.raises(InvalidRequest) as caught:
            await connect.settings.update(given.pop("account_id"), **given)
        assert caught.value.param == param
        assert connect.simulator.requests == []

    travel(colour, journey)


@BOTH
def test_the_platform_is_looked_over_before_its_first_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        check = await connect.platform.check()
        assert check["activated"].good
        assert not check["has_icon"].good
        assert "icon" in check["has_icon"].next_step
        assert not check.ready
        assert {finding.name for finding in check.findings} >= {"accounts_v1", "accounts_v2", "may_read_transfers"}

        connect.simulator.faults.next("forbidden", path="/v1/transfers", method="GET")
        connect.simulator.faults.next("forbidden", path="/v2/core/accounts", method="GET")
        again = await connect.platform.check()
        assert not again["may_read_transfers"].good
        assert "permission" in again["may_read_transfers"].next_step
        assert not again["accounts_v2"].good
        assert again["may_read_balance"].good

    travel(colour, journey)


@BOTH
def test_the_facts_of_a_country_are_read_once(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        spec = await connect.platform.country("us")
        assert (spec.country, spec.default_currency) == ("US", "usd")
        assert "DE" in spec.transfer_countries
        assert spec.bank_account_currencies["usd"] == ("US",)
        assert await connect.platform.country("US") is spec
        assert [seen.path for seen in connect.simulator.requests] == ["/v1/country_specs/US"]
        with pytest.raises(InvalidRequest):
            await connect.platform.country("USA")
        with pytest.raises(NotFound):
            await connect.platform.country("ZZ")

    travel(colour, journey)
