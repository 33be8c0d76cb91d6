"""The front page."""

from __future__ import annotations

from tests.simulator.driver import Driver

from connectkit.simulator import Simulator


def page(driver: Driver) -> str:
    status, headers, body = driver.simulator.handle("GET", "/", {})
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    return body.decode()


def test_an_empty_world_says_so(driver: Driver) -> None:
    shown = page(driver)
    assert driver.simulator.world.platform in shown
    assert "It is 2027-01-15 08:00:00 UTC" in shown
    assert shown.count("Nothing yet.") == 2
    assert "POST /_simulator/advance" in shown


def test_accounts_balances_movements_and_requests_are_shown(driver: Driver) -> None:
    seller = driver.seller()["id"]
    paid = {"amount": 5000, "currency": "usd", "confirm": True, "payment_method": "pm_card_bypassPending"}
    driver.made(
        "/v1/payment_intents", {**paid, "transfer_data": {"destination": seller, "amount": 4000}}, key="order-1"
    )
    driver.made("/v1/payment_intents", {**paid, "currency": "jpy", "payment_method": "pm_card_visa"})
    shown = page(driver)
    for text in (seller, "40.00 usd", "order-1", "sums to zero", "available", "pending", "together"):
        assert text in shown


def test_what_others_wrote_is_escaped_and_secrets_are_not_shown(driver: Driver) -> None:
    driver.post("/v1/topups", {"amount": 500, "currency": "usd"}, key="<script>alert(1)</script>")
    driver.get("/v1/<b>")
    intent = driver.made("/v1/payment_intents", {"amount": 500, "currency": "usd"})
    shown = page(driver)
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown
    assert intent["client_secret"] not in shown
    assert "sk_test" not in shown


def test_an_answer_that_was_lost_is_called_so() -> None:
    driver = Driver(Simulator(livemode=True), "sk_live_1")
    driver.simulator.faults.next("lose_answer", count=1)
    driver.simulator.begin("POST", "/v1/topups", {"Authorization": "Bearer sk_live_1"}, b"amount=500&currency=usd")
    shown = page(driver)
    assert "Live mode" in shown
    assert '<td class="n">lost</td>' in shown


def test_books_that_do_not_balance_are_not_praised() -> None:
    simulator = Simulator()
    simulator.world.ledger._pocket("acct_1", "usd").add(1, 0, 0)
    assert "does not sum to zero" in page(Driver(simulator))
