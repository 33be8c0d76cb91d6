"""The mistakes that everybody makes with connected accounts; the name of each test is the mistake."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.journeys.stages import COLOURS, seller, travel
from tests.journeys.test_accounts_whole import ANA, PAGES, SHOP, TERMS, path_of
from tests.journeys.test_webhooks import SECRET, router_of
from tests.simulator.visitor import visit

from connectkit import (
    AccountDetails,
    AccountRuleWarning,
    AccountState,
    Actor,
    AsyncConnect,
    InvalidRequest,
    Money,
    NextAction,
    OutcomeUnknown,
    PermissionDenied,
    Reason,
    Refused,
    can,
)
from connectkit.models.accounts import Account
from connectkit.models.base import Answer
from connectkit.sellers.status import status_of
from connectkit.simulator.deliveries import signature
from connectkit.simulator.money.switches import Switches, set_switches

BOTH = pytest.mark.parametrize("colour", COLOURS)


@BOTH
def test_01_making_accounts_through_v1_on_a_new_platform(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(accounts_v1=False))
        with pytest.raises(Refused) as caught:
            await connect.onboarding.create(key="seller-1", country="US", type="express", api="v1")
        assert "pass api='v2' with another key" in caught.value.next_step
        await connect.onboarding.create(key="seller-1-v2", country="US", type="express", api="v2")

    travel(colour, journey)


@BOTH
def test_02_taking_the_way_back_for_being_done(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        await connect.onboarding.link(made.id, **PAGES)
        status = await connect.onboarding.status(made.id)  # what a handler of return_url does
        assert (status.state, status.can_charge) == (AccountState.ONBOARDING_NOT_FINISHED, False)

    travel(colour, journey)


@BOTH
def test_03_mailing_or_keeping_a_link(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        link = await connect.onboarding.link(made.id, **PAGES)
        assert link.expires_at is not None
        connect.simulator.advance(hours=1)
        _, headers, _ = connect.simulator.handle("GET", path_of(link.url), {})
        assert headers["Location"] == PAGES["refresh_url"]
        assert "setup" not in repr(link)
        kept = [row.answer for row in await connect.operations.list()]
        assert not any(link.url in answer for answer in kept)

    travel(colour, journey)


@BOTH
def test_04_having_no_way_to_make_a_new_link(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        required = inspect.signature(AsyncConnect.sandbox().onboarding.link).parameters["refresh_url"]
        assert required.default is inspect.Parameter.empty
        with pytest.raises(InvalidRequest) as caught:
            await connect.onboarding.link(
                made.id, return_url=PAGES["return_url"], refresh_url="http://example.com/again"
            )
        assert caught.value.param == "refresh_url"
        again = (await connect.onboarding.link(made.id, **PAGES)).redirect
        assert (again.status, again.headers["Cache-Control"]) == (303, "no-store")

    travel(colour, journey)


@BOTH
def test_05_using_or_logging_a_session_twice(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        components: Any = {"account_onboarding": {}}
        one = await connect.onboarding.session(made.id, components=components)
        other = await connect.onboarding.session(made.id, components=components)
        assert one.client_secret != other.client_secret
        assert one.client_secret not in repr(one)

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize("way", ["link", "session"])
def test_06_prefilling_after_the_first_link(colour: str, way: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        if way == "link":
            await connect.onboarding.link(made.id, **PAGES)
        else:
            await connect.onboarding.session(made.id, components={"account_onboarding": {}})
        with pytest.raises(PermissionDenied) as caught:
            await connect.onboarding.update(made.id, details=AccountDetails(individual=ANA))
        assert "send the seller to a new onboarding.link" in caught.value.next_step

    travel(colour, journey)


@BOTH
def test_07_expecting_details_of_sellers_of_stripes(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.onboarding.link(account, **PAGES)
        read = await connect.onboarding.retrieve(account, api="v1")
        assert "Jenny" not in repr(read)
        assert (await connect.onboarding.status(account, api="v1")).state is AccountState.COMPLETE

    travel(colour, journey)


def test_08_taking_details_submitted_for_active() -> None:
    account = _read(details_submitted=True, charges_enabled=False, capabilities={"transfers": "inactive"})
    assert not status_of(account).can_charge
    assert not status_of(account).can_receive_transfers


def test_09_allowing_transfers_by_charges_enabled() -> None:
    charging = _read(charges_enabled=True, capabilities={"card_payments": "active", "transfers": "pending"})
    assert can(charging, "direct_charge")
    assert can(charging, "transfer").missing == ("transfers",)
    receiving = _read(charges_enabled=True, capabilities={"transfers": "active"})
    assert can(receiving, "transfer")
    assert not status_of(receiving).can_charge


@BOTH
def test_10_asking_for_card_payments_without_transfers_or_for_both_without_need(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        wish: dict[str, Any] = {"country": "US", "type": "express", "api": "v1"}
        with pytest.raises(InvalidRequest, match="card_payments wants transfers"):
            await connect.onboarding.create(key="a", **wish, capabilities=("card_payments",), strict=True)
        with pytest.warns(AccountRuleWarning, match="card_payments wants transfers"), pytest.raises(Refused):
            await connect.onboarding.create(key="b", **wish, capabilities=("card_payments",))
        only = await connect.onboarding.create(key="c", **wish, capabilities=("transfers",))
        assert set(only.capabilities) == {"transfers"}

    travel(colour, journey)


@BOTH
def test_11_being_surprised_by_what_is_due_one_day(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        connect.simulator.demand(account, "individual.verification.document", days=10)
        await connect.tracker.observe(account)
        (soon,) = await connect.tracker.blocked(within=timedelta(days=14))
        assert (soon.account, soon.blocked, soon.due) == (account, False, ("individual.verification.document",))
        assert await connect.tracker.blocked(within=timedelta(days=5)) == []

    travel(colour, journey)


@BOTH
def test_11_being_surprised_by_what_was_announced(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        connect.simulator.foresee(account, "individual.gender", days=10)
        for status in (
            await connect.onboarding.status(account, api="v1"),
            await connect.onboarding.status(account, api="v2"),
        ):
            assert (status.state, status.due, status.deadline) == (AccountState.ENABLED, (), None)
            assert [entry.deadline for entry in status.later] == [status.announced_for] != [None]
        seen = (await connect.tracker.observe(account)).after
        assert (seen.due, dict(seen.wanted)) == ((), {"individual.gender": "eventually_due"})
        (soon,) = await connect.tracker.blocked(within=timedelta(days=14))
        assert (soon.account, soon.blocked, soon.announced_for) == (account, False, seen.announced_for)
        assert await connect.tracker.blocked(within=timedelta(days=5)) == []

    travel(colour, journey)


@BOTH
def test_12_asking_the_account_alone_and_not_the_capability(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom")
        blocked = await connect.capabilities.retrieve(made.id, "card_payments")
        assert (blocked.status, blocked.requirements.disabled_reason) == ("inactive", "requirements.fields_needed")
        assert blocked.requirements.due

    travel(colour, journey)


@BOTH
def test_13_hard_coding_forms_by_country(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        for country in ("US", "DE", "BR"):
            made = await connect.onboarding.create(
                key=f"seller-{country}", country=country, type="custom", business_type="individual", api="v1"
            )
            await connect.tracker.observe(made.id)
        report = await connect.platform.form_report(
            ["individual", "external_account", "tos_acceptance", "business_profile.url", "company.name"]
        )
        assert report.missing == {"business_profile.mcc": 3}
        assert report.unused == ("company.name",)
        everything = await connect.platform.form_report(["individual.first_name"])
        assert everything.missing["individual.political_exposure"] == 1
        assert everything.missing["individual.ssn_last_4"] == 1
        assert everything.missing["individual.last_name"] == 3

    travel(colour, journey)


def test_14_meeting_an_inquiry_through_the_api() -> None:
    wanted = {"currently_due": ["interv_1.identity_verification.challenge", "interv_2.credit_review.underwriting_case"]}
    own = {"requirement_collection": "application"}
    status = status_of(_read(requirements=wanted, controller=own, charges_enabled=False))
    assert [entry.risk for entry in status.due] == [True, True]
    assert [entry.actor for entry in status.due] == [Actor.SELLER, Actor.PLATFORM]
    assert status.next_action is NextAction.SEND_LINK


@BOTH
def test_14_only_the_form_meets_an_inquiry(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await _custom(connect)
        inquiry = "interv_1.identity_verification.challenge"
        connect.simulator.demand(account, inquiry)
        (line,) = await connect.onboarding.requirements(account)
        assert line.text == "An inquiry about identity verification: the owner answers in Stripe's form"
        assert (line.requirement.risk, line.requirement.reference) == (True, "interv_1")
        with pytest.raises(InvalidRequest) as caught:
            await connect.onboarding.provide(account, {inquiry: "It is me."})
        assert "onboarding.link" in caught.value.next_step
        link = await connect.onboarding.link(account, **PAGES)
        assert visit(connect.simulator.handle, link.url).finish() == PAGES["return_url"]
        assert (await connect.onboarding.status(account)).due == ()

    travel(colour, journey)


@pytest.mark.parametrize("payer", ["account", "application", "application_express", "application_custom"])
def test_15_deciding_by_type(payer: str) -> None:
    account = _read(type="none", controller={"fees": {"payer": payer}, "losses": {"payments": "application"}})
    assert not hasattr(account, "type")
    assert account.responsibilities.fees_collector == ("stripe" if payer == "account" else payer)
    assert account.responsibilities.losses_collector == "application"


@BOTH
def test_16_asking_for_what_no_account_can_have(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        wish: Any = {"dashboard": "express", "fees_collector": "application", "losses_collector": "stripe"}
        with pytest.raises(InvalidRequest, match="Express dashboard leaves the losses with the platform"):
            await connect.onboarding.create(key="a", country="US", **wish, strict=True)
        with pytest.warns(AccountRuleWarning), pytest.raises(Refused):
            await connect.onboarding.create(key="b", country="US", **wish)

    travel(colour, journey)


def test_17_moving_money_through_the_platform_to_accounts_whose_losses_are_stripes() -> None:
    account = _read(controller={"losses": {"payments": "stripe"}})
    assert "direct charges only" in can(account, "destination_charge").warning
    assert "direct charges only" in can(account, "transfer").warning
    assert can(account, "direct_charge").warning == ""


@BOTH
def test_18_rejecting_for_fraud(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        with pytest.raises(InvalidRequest) as caught:
            await connect.onboarding.reject(account, reason="fraud")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        assert "fraud_other" in caught.value.next_step
        assert (await connect.onboarding.status(account)).can_charge

    travel(colour, journey)


@BOTH
def test_19_listening_to_the_platforms_own_events_alone(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        heard: dict[bool, list[bytes]] = {False: [], True: []}
        connect.simulator.subscribe(lambda body, _: heard[False].append(body), events=["account.*"])
        connect.simulator.subscribe(lambda body, _: heard[True].append(body), connect=True, events=["account.*"])
        await seller(connect)
        assert heard[False] == []
        assert heard[True]
        router = router_of(connect)
        router.track_accounts()
        endpoint = await connect.endpoints.create(
            url="https://example.com/theirs", events=router.types, connected_accounts=True
        )
        assert {"account.updated", "capability.updated", "person.updated"} <= set(endpoint.events)

    travel(colour, journey)


@BOTH
def test_20_trusting_the_order_of_events(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        router = router_of(connect)
        router.track_accounts()
        changes: list[Any] = []
        hear: Any = changes.append
        router.on("connectkit.account.changed")(hear)
        letters: list[tuple[bytes, Any]] = []
        connect.simulator.subscribe(lambda body, headers: letters.append((body, headers)), secret=SECRET, connect=True)
        made = await connect.onboarding.create(key="seller-1", country="US", type="express", api="v1")
        connect.simulator.onboard(made.id)
        for body, headers in reversed(letters):
            await router.handle(body, headers)
        await router.work()
        last = await connect.tracker.last(made.id)
        assert last is not None
        assert last.state is AccountState.COMPLETE
        (change,) = (event.data for event in changes)
        assert (change.account, change.state_changed, change.before) == (made.id, True, None)

    travel(colour, journey)


@BOTH
def test_21_acting_on_test_events_in_live_mode(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        router = router_of(connect)
        router.track_accounts()
        body = b'{"id": "evt_1", "object": "event", "type": "account.updated", "created": 1, "livemode": true, '
        body += b'"data": {"object": {"id": "acct_1", "object": "account"}}}'
        signed = {"Stripe-Signature": signature(body, SECRET, int(datetime.now(tz=UTC).timestamp()))}
        reply = await router.handle(body, signed)
        assert (reply.status, reply.reason) == (200, Reason.OTHER_MODE)
        assert await router.work() == 0

    travel(colour, journey)


@BOTH
def test_22_asking_for_an_account_that_has_left(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        router = router_of(connect)
        router.track_accounts()
        account = await _connected(connect)
        letters: list[tuple[bytes, Any]] = []
        connect.simulator.subscribe(
            lambda body, headers: letters.append((body, headers)),
            secret=SECRET,
            connect=True,
            events=["account.application.deauthorized"],
        )
        await connect.oauth.deauthorize(account, client_id="ca_1")
        before = len(connect.simulator.requests)
        for body, headers in letters:
            await router.handle(body, headers)
        assert await router.work() == 2
        assert len(connect.simulator.requests) == before
        last = await connect.tracker.last(account)
        assert last is not None
        assert last.state is AccountState.DISCONNECTED

    travel(colour, journey)


@BOTH
def test_23_exchanging_a_code_twice(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        code = await _code(connect)
        connect.simulator.faults.next("lose_answer", path="/oauth/token")
        with pytest.raises(OutcomeUnknown):
            await connect.oauth.exchange(code=code, state="s", expected_state="s")
        with pytest.raises(Exception, match="is being exchanged, or was"):
            await connect.oauth.exchange(code=code, state="s", expected_state="s")
        assert [seen.path for seen in connect.simulator.requests].count("/oauth/token") == 1
        (account,) = [account.id async for account in connect.onboarding.list()]
        assert await connect.onboarding.can(account, "direct_charge")

    travel(colour, journey)


@BOTH
def test_24_losing_a_bank_by_adding_a_second_one(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom")
        first = await connect.external_accounts.add(made.id, key="bank-1", token="btok_us_verified")
        second = await connect.external_accounts.add(made.id, key="bank-2", token="btok_us_verified", default=False)
        held = {one.id: one.default_for_currency async for one in connect.external_accounts.list(made.id)}
        assert held == {first.id: True, second.id: False}

    travel(colour, journey)


@BOTH
def test_24_paying_out_to_a_bank_that_failed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await _custom(connect)
        await connect.settings.set_payouts(account=account, interval="manual")
        bad = await connect.external_accounts.add(account, key="bad", token="btok_us_verified_accountClosed")
        await connect.charges.direct.create(
            key="order-1",
            account=account,
            amount=Money.of("50.00", "usd"),
            payment_method="pm_card_bypassPending",
        )
        await connect.payouts.create(key="payout-1", account=account, amount=Money.of("10.00", "usd"))
        connect.simulator.advance(days=5)
        assert (await connect.external_accounts.retrieve(account, bad.id)).errored
        with pytest.raises(Refused):
            await connect.payouts.create(key="payout-2", account=account, amount=Money.of("10.00", "usd"))
        good = await connect.external_accounts.replace(account, bad.id, key="good", token="btok_us_verified")
        paid = await connect.payouts.create(key="payout-3", account=account, amount=Money.of("10.00", "usd"))
        assert paid.destination == good.id

    travel(colour, journey)


@BOTH
def test_25_reading_v2_without_what_has_to_be_included(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        bare = await connect.onboarding.retrieve(made.id)
        assert bare.requirements.entries
        assert set(bare.capabilities) >= {"card_payments", "transfers"}
        assert [account.requirements async for account in connect.onboarding.list()] == [bare.requirements]

    travel(colour, journey)


def _read(**changes: Any) -> Account:
    data: dict[str, Any] = {
        "id": "acct_1",
        "object": "account",
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "requirements": {},
        "controller": {"requirement_collection": "application"},
    }
    return Account.parse(Answer(data={**data, **changes}))


async def _code(connect: AsyncConnect) -> str:
    begun = await connect.oauth.authorize(client_id="ca_1")
    _, headers, _ = connect.simulator.handle("POST", f"{path_of(begun.url)}&answer=allow", {})
    return headers["Location"].partition("code=")[2].partition("&")[0]


async def _connected(connect: AsyncConnect) -> str:
    connection = await connect.oauth.exchange(code=await _code(connect), state="s", expected_state="s")
    return connection.account


async def _custom(connect: AsyncConnect) -> str:
    details = AccountDetails(individual=ANA, business_profile=SHOP, terms=TERMS)
    made = await connect.onboarding.create(
        key="custom-1", country="US", type="custom", business_type="individual", prefill=details
    )
    await connect.external_accounts.add(made.id, key="custom-bank", token="btok_us_verified")
    connect.simulator.advance(hours=1)
    return made.id
