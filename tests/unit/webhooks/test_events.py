from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from attrs import evolve

from connectkit.models.accounts import Account
from connectkit.models.balances import Balance
from connectkit.models.capabilities import Capability
from connectkit.models.external_accounts import ExternalAccount
from connectkit.models.files import File
from connectkit.models.payments import Payment
from connectkit.models.payouts import Payout
from connectkit.models.persons import Person
from connectkit.models.refunds import Refund
from connectkit.models.settings import PayoutSettings
from connectkit.models.topups import TopUp
from connectkit.models.transfers import Transfer
from connectkit.webhooks.events import Event, Related, parse
from connectkit.webhooks.replies import Reason

from .samples import about, encoded, snapshot, thin


def read(envelope: object) -> Event[object]:
    event = parse(encoded(envelope))
    assert isinstance(event, Event)
    return event


def test_a_snapshot_is_read_whole() -> None:
    event = read(snapshot())
    assert event == Event(
        id="evt_1",
        type="mandate.updated",
        account="acct_1",
        livemode=False,
        created=datetime.fromtimestamp(1_795_000_000, tz=UTC),
        envelope={},
    )
    assert (event.api_version, event.request_id) == ("2026-10-28.endive", "req_1")
    assert (event.object_id, event.idempotency_key, event.related) == ("transfers", "key-1", None)
    assert not event.thin
    assert event.data == {"id": "transfers", "object": "mandate", "status": "active"}
    assert event.previous_attributes == {"status": "pending"}


def test_what_an_event_may_lack_is_empty() -> None:
    plain = snapshot(request=None, data={"object": {"object": "balance"}})
    del plain["account"], plain["api_version"]
    event = read(plain)
    assert (event.account, event.object_id, event.api_version) == (None, "", "")
    assert (event.request_id, event.idempotency_key) == ("", "")
    assert event.previous_attributes == {}


def test_a_thin_event_names_its_object() -> None:
    event = read(thin())
    assert event.thin
    assert event.related == Related(id="acct_1", type="v2.core.account", url="/v2/core/accounts/acct_1")
    assert (event.account, event.object_id, event.api_version) == ("acct_1", "acct_1", "")
    assert event.created == datetime(2026, 11, 23, 11, 59, 58, 123000, tzinfo=UTC)
    assert (event.request_id, event.idempotency_key) == ("req_1", "key-1")
    assert event.data == {}
    assert event.previous_attributes == {}


def test_what_a_thin_event_may_lack_is_empty() -> None:
    plain = thin(data={"requirement": "identity"})
    del plain["context"], plain["reason"], plain["related_object"]
    event = read(plain)
    assert (event.account, event.object_id, event.related, event.request_id) == (None, "", None, "")
    assert event.data == {"requirement": "identity"}


def test_a_related_object_may_be_the_only_one_of_its_kind() -> None:
    event = read(thin(related_object={"type": "balance", "url": "/v1/balance"}))
    assert event.related == Related(id="", type="balance", url="/v1/balance")


def test_the_account_is_the_last_part_of_an_organisations_path() -> None:
    assert read(thin(context="org_1/acct_2")).account == "acct_2"


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("account", Account),
        ("balance", Balance),
        ("balance_settings", PayoutSettings),
        ("capability", Capability),
        ("file", File),
        ("person", Person),
        ("payment_intent", Payment),
        ("payout", Payout),
        ("refund", Refund),
        ("topup", TopUp),
        ("transfer", Transfer),
    ],
)
def test_an_object_that_is_modelled_is_a_model(kind: str, model: type) -> None:
    data = about(kind, amount=100, currency="usd", status="pending")
    assert type(read(snapshot(data=data)).data) is model


@pytest.mark.parametrize("kind", ["bank_account", "card"])
def test_a_bank_account_or_card_is_a_model_if_it_is_an_accounts(kind: str) -> None:
    bank = read(snapshot(data=about(kind, last4="4242", account="acct_1"))).data
    assert isinstance(bank, ExternalAccount)
    assert (bank.last4, bank.account) == ("4242", "acct_1")
    of_a_customer = about(kind, last4="4242", customer="cus_1")
    assert read(snapshot(data=of_a_customer)).data == of_a_customer["object"]


def test_a_model_is_made_once_and_knows_its_event() -> None:
    event = read(snapshot(type="account.updated", data=about("account", country="US", payouts_enabled=True)))
    account = event.data
    assert isinstance(account, Account)
    assert (account.id, account.payouts_enabled) == ("obj_1", True)
    assert (account.receipt.as_of, account.receipt.request_id) == (event.created, "req_1")
    assert event.data is account


def test_an_object_of_no_kind_is_plain() -> None:
    assert read(snapshot(data={"object": {"object": ["account"]}})).data == {"object": ["account"]}


def test_what_is_new_at_stripe_changes_nothing() -> None:
    event = read(snapshot(type="moon.landed", new={"field": 1}, data={**about("moon"), "new": 1}))
    assert event.type == "moon.landed"
    assert event.data == {"id": "obj_1", "object": "moon"}


def test_an_event_is_a_plain_value() -> None:
    event = read(snapshot(data=about("person", email="ana@example.com")))
    assert {event: 1}[read(snapshot(data=about("person")))] == 1
    assert "ana@example.com" not in repr(event)
    again = pickle.loads(pickle.dumps(event))  # noqa: S301  # our own
    assert again == event
    assert again.data == event.data


def test_raw_is_the_readers_own() -> None:
    event = read(snapshot())
    event.raw["data"]["object"]["status"] = "changed"
    assert event.raw == snapshot()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"payload=1",
        b"\xff\xfe{}",
        '{"id": "é"}'.encode("latin-1"),
        b"[" * 200_000,
        b"\xef\xbb\xbf{}",
        b"1" * 5000,
        b"{} {}",
        b"\x0c{}",
    ],
)
def test_what_is_no_json_is_not_read(body: bytes) -> None:
    assert parse(body) is Reason.NOT_JSON


def test_blanks_around_an_event_are_none_of_it() -> None:
    assert isinstance(parse(b" \r\n\t" + encoded(snapshot()) + b"\n"), Event)


@pytest.mark.parametrize(
    "document", [None, 1, "event", [], [snapshot()], {}, {"detail": snapshot()}, {"object": "charge"}]
)
def test_other_json_is_no_event(document: object) -> None:
    assert parse(encoded(document)) is Reason.NOT_AN_EVENT


@pytest.mark.parametrize("kind", [snapshot, thin])
@pytest.mark.parametrize("name", ["id", "object", "created", "livemode", "type"])
def test_an_event_that_lacks_something_is_none(kind: Any, name: str) -> None:
    envelope = kind()
    del envelope[name]
    assert parse(encoded(envelope)) is Reason.NOT_AN_EVENT


WRONG: Final[Mapping[str, Sequence[Any]]] = {
    "id": (None, 1, "", "x" * 256, "evt\n1", "\ud800", ["evt_1"]),
    "type": (None, 1, "", "x" * 256, "\x00"),
    "created": (None, "soon", "2026-11-23T12:00:00Z", 1.5, 10**18, -(10**18), 10**400),
    "livemode": (None, 0, "false"),
    "account": (1, "", {"id": "acct_1"}, "\ud800"),
    "data": (None, [], {}, {"object": None}, {"object": "acct_1"}),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_an_event_with_a_field_of_another_kind_is_none(name: str, value: object) -> None:
    assert parse(encoded(snapshot(**{name: value}))) is Reason.NOT_AN_EVENT


@pytest.mark.parametrize("created", [None, 1_795_000_000, "soon", "2026-11-23T12:00:00"])
def test_a_thin_event_says_when_in_iso_text_with_an_offset(created: object) -> None:
    assert parse(encoded(thin(created=created))) is Reason.NOT_AN_EVENT


def test_numbers_that_json_lacks_are_harmless() -> None:
    body = json.dumps(snapshot(data=about("moon", mass=float("nan")))).encode()
    assert isinstance(parse(body), Event)


def test_two_events_of_one_change_are_the_same_however_they_are_spelled() -> None:
    first = snapshot(id="evt_1", data=about("moon", name="Mäni"))
    spelled = json.dumps({**first, "id": "evt_2"}, indent=2, ensure_ascii=False)
    second = parse(spelled.encode())
    assert isinstance(second, Event)
    assert second.change == read(first).change != ""
    assert read(snapshot(data=about("moon", name="Mani"))).change != second.change


def test_what_is_nested_too_deep_to_compare_is_no_known_change() -> None:
    nested = list[object]()
    for _ in range(3000):
        nested = [nested]
    assert evolve(read(snapshot()), envelope={"object": "event", "data": {"object": {"of": nested}}}).change == ""
