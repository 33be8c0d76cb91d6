"""A page whose server confirms: what it collects becomes a confirmation token, by the stand-in for Stripe.js."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator

GOOD, WRONG, ASKING = "4242424242424242", "4242424242424241", "4000002760003184"
SHOP = """
<form><div id="element"></div><button>Pay</button><p role="alert"></p></form>
<script src="https://js.stripe.com/v3/"></script>
<script>
  const stripe = Stripe("pk_test_shop");
  const elements = stripe.elements({ mode: "payment", amount: 5000, currency: "usd" });
  elements.create("payment").mount("#element");
  document.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await elements.submit();
    const params = { return_url: location.href };
    const { error, confirmationToken } = await stripe.createConfirmationToken({ elements, params });
    document.querySelector("[role=alert]").textContent = error ? error.message : confirmationToken.id;
  });
</script>
"""


@pytest.fixture
def driver(simulator: Simulator) -> Driver:
    return Driver(simulator)


def collected(page: Page, elsewhere: str, number: str) -> str:
    """Write a card on the shop's page, and give what the page shows then."""
    page.goto(elsewhere)
    page.set_content(SHOP)
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    return page.get_by_role("alert").inner_text()


def confirmed(driver: Driver, token: str) -> dict[str, Any]:
    """Confirm a payment on the shop's server."""
    told = {"amount": 5000, "currency": "usd", "confirm": True, "confirmation_token": token}
    return driver.made("/v1/payment_intents", told)


def going_on(page: Page, secret: str) -> Any:
    return page.evaluate("(clientSecret) => stripe.handleNextAction({ clientSecret })", secret)


def test_the_server_confirms_what_the_page_has_collected(page: Page, elsewhere: str, driver: Driver) -> None:
    intent = confirmed(driver, collected(page, elsewhere, GOOD))
    assert intent["status"] == "succeeded"
    assert going_on(page, intent["client_secret"])["paymentIntent"]["status"] == "succeeded"
    assert going_on(page, "pi_1_secret_2")["error"]["code"] == "resource_missing"


def test_a_wrong_card_is_told_to_the_page(page: Page, elsewhere: str) -> None:
    assert collected(page, elsewhere, WRONG) == "Your card number is incorrect."


def test_a_setup_has_its_own_name(page: Page, elsewhere: str, driver: Driver) -> None:
    told = {"confirm": True, "confirmation_token": collected(page, elsewhere, GOOD)}
    secret = driver.made("/v1/setup_intents", told)["client_secret"]
    assert going_on(page, secret)["setupIntent"]["status"] == "succeeded"


def test_the_page_leads_to_the_bank_that_asks(page: Page, elsewhere: str, driver: Driver) -> None:
    intent = confirmed(driver, collected(page, elsewhere, ASKING))
    assert intent["status"] == "requires_action"
    page.evaluate("(clientSecret) => void stripe.handleNextAction({ clientSecret })", intent["client_secret"])
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("heading", name="The shop")).to_be_visible()
    assert driver.get(f"/v1/payment_intents/{intent['id']}").body["status"] == "succeeded"
