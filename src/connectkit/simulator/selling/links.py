"""Payment links: a page for whoever comes, each with a Checkout session of her own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.accounts.queries import account_of, applied
from connectkit.simulator.answers import Answer
from connectkit.simulator.calls import Call
from connectkit.simulator.hosting import refused_page
from connectkit.simulator.lists import listing
from connectkit.simulator.money.checks import check_intent
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .beginning import fee_percent
from .items import add_items, items_list, items_of, read_items
from .sessions import open_session
from .subscribing import check_subscribed

topic: Final = Topic("payment links")
topic.kind("payment_link")

_PREFIX: Final = "/b/"
_PATH: Final = "/v1/payment_links"
_WORDS: Final = (
    *("active", "allow_promotion_codes", "billing_address_collection", "consent_collection", "custom_fields"),
    *("customer_creation", "inactive_message", "name_collection", "payment_method_collection"),
    *("payment_method_types", "phone_number_collection", "submit_type", "shipping_address_collection"),
)
_DEFAULTS: Final[Mapping[str, Any]] = {
    "active": True,
    "allow_promotion_codes": False,
    "billing_address_collection": "auto",
    "custom_fields": [],
    "customer_creation": "if_required",
    "payment_method_collection": "always",
    "phone_number_collection": {"enabled": False},
    "submit_type": "auto",
}
_APART: Final = (
    *("automatic_tax", "invoice_creation", "managed_payments", "optional_items"),
    *("restrictions", "shipping_options", "tax_id_collection", "custom_text", "currency"),
)
_SAID: Final = ("description", "metadata", "trial_period_days", "trial_settings")
_PERCENT: Final = "application_fee_percent"
_FIXED: Final = ("line_items", "transfer_data", "subscription_data", _PERCENT)
_PASSED: Final = ("allow_promotion_codes", "billing_address_collection", "custom_fields", "customer_creation")


@topic.route("POST", _PATH, "PaymentLinkCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a payment link."""
    params = call.params
    _check(params)
    lines = read_items(world, call.account, params["line_items"])
    told = {"amount": sum(line.unit * line.quantity for line in lines), "currency": lines[0].currency}
    again = any(line.again for line in lines)
    _check_kind(params, again=again)
    if again:
        check_subscribed(world, call.account, lines, {**part(params, "subscription_data"), **_subscribed(params)})
    else:
        check_intent(world, call.account, {**_data(params), **told})
    id = world.ids.new("plink")
    link = world.add(
        call.account,
        {
            "id": id,
            "object": "payment_link",
            **dict.fromkeys((*_WORDS, "invoice_creation", "managed_payments")),
            **_DEFAULTS,
            **{name: params[name] for name in _WORDS if name in params},
            "after_completion": params.get("after_completion")
            or {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": None}},
            "application": None if call.account == world.platform else applied(world),
            "application_fee_amount": params.get("application_fee_amount"),
            _PERCENT: fee_percent(params.get(_PERCENT), _PERCENT),
            "automatic_tax": {"enabled": False, "liability": None},
            "currency": told["currency"],
            "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
            "livemode": world.livemode,
            "metadata": {},
            "on_behalf_of": params.get("on_behalf_of"),
            "optional_items": None,
            "payment_intent_data": params.get("payment_intent_data"),
            "payment_method_options": params.get("payment_method_options"),
            "restrictions": None,
            "shipping_options": [],
            "subscription_data": _begun_with(params),
            "tax_id_collection": {"enabled": False, "required": "never"},
            "transfer_data": params.get("transfer_data"),
            "url": f"{world.site}{_PREFIX}{id}",
        },
    )
    merge_metadata(link, params)
    add_items(world, link, lines)
    world.emit("payment_link.created", link)
    return link


def _check(params: Mapping[str, Any]) -> None:
    for name in _APART:
        if name in params:
            message = f"The simulator does not have the parameter {name} of payment links yet."
            raise Refusal(message, status=501, type="api_error", param=name)


def _check_kind(params: Mapping[str, Any], *, again: bool) -> None:
    """Refuse what is for the other kind of price."""
    names = ("payment_intent_data", "application_fee_amount") if again else ("subscription_data", _PERCENT)
    for name in names:
        if name in params:
            kind = "one-time" if again else "recurring"
            raise invalid(f"You can only pass `{name}` with {kind} prices.", param=name)
    if again and "amount" in part(params, "transfer_data"):
        message = "The simulator does not have a fixed amount to transfer of each payment of a subscription yet."
        raise Refusal(message, status=501, type="api_error", param="transfer_data[amount]")


def _data(link: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the payments of a link are made with."""
    cut = {name: link[name] for name in ("application_fee_amount", "on_behalf_of", "transfer_data") if link.get(name)}
    data = {name: value for name, value in part(link, "payment_intent_data").items() if value is not None}
    return {**data, **cut}


def _subscribed(link: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the subscriptions of a link begin with."""
    names = (_PERCENT, "on_behalf_of", "transfer_data")
    cut = {name: link[name] for name in names if link.get(name) is not None}
    data = {name: value for name, value in part(link, "subscription_data").items() if name in _SAID and value}
    return {**data, **cut}


def _begun_with(params: Mapping[str, Any]) -> Object | None:
    """Give what a link says of its subscriptions."""
    if "subscription_data" not in params:
        return None
    nothing = dict.fromkeys(("account_tax_ids", "custom_fields", "description", "footer"))
    return {
        "description": None,
        "invoice_settings": {**nothing, "issuer": {"type": "self"}},
        "metadata": {},
        "trial_period_days": None,
        "trial_settings": None,
        **params["subscription_data"],
    }


@topic.route("GET", f"{_PATH}/:id", "PaymentLinkRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a payment link."""
    return world.get(call.account, "payment_link", call.id)


@topic.route("GET", f"{_PATH}/:id/line_items", "PaymentLinkLineItemListParams")
def list_items(world: World, call: Call) -> Object:
    """List what the link is for."""
    link = world.get(call.account, "payment_link", call.id)
    return listing(world.table(call.account, "item"), call, _owner=link["id"])


@topic.expandable("payment_link", "line_items")
def _line_items(world: World, shown: Object) -> object:
    return items_list(world, world.find(shown["id"]) or {}, f"{_PATH}/{shown['id']}/line_items")


@topic.route("POST", f"{_PATH}/:id", "PaymentLinkUpdateParams", apart="payment_method_options")
def update(world: World, call: Call) -> Object:
    """Change a payment link."""
    link, params = world.get(call.account, "payment_link", call.id), call.params
    _check(params)
    if params.get("on_behalf_of"):
        account_of(world, params["on_behalf_of"], param="on_behalf_of")
    for name in _FIXED:
        if name in params:
            message = f"The simulator does not change the parameter {name} of payment links yet."
            raise Refusal(message, status=501, type="api_error", param=name)
    names = (*_WORDS, "after_completion", "application_fee_amount", "on_behalf_of", "payment_intent_data")
    told = {name: params[name] if params[name] != "" else None for name in names if name in params}
    before = {name: link[name] for name in [*told, *(["metadata"] if "metadata" in params else [])]}
    link |= told
    merge_metadata(link, params)
    world.emit("payment_link.updated", link, previous=before)
    return link


@topic.route("GET", _PATH, "PaymentLinkListParams")
def index(world: World, call: Call) -> Object:
    """List payment links, newest first."""
    return listing(world.table(call.account, "payment_link"), call, active=call.params.get("active"))


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, _: Mapping[str, str]) -> Answer:
    """Open a session for whoever comes, and lead her to its page."""
    link = world.find(path.removeprefix(_PREFIX).partition("?")[0])
    if link is None or link["object"] != "payment_link" or method != "GET":
        return refused_page("There is no such page.")
    if not link["active"]:
        return refused_page(link["inactive_message"] or "This link is not active any more.", 410)
    items = [{"price": item["price"]["id"], "quantity": item["quantity"]} for item in items_of(world, link)]
    after = part(link, "after_completion", "redirect").get("url")
    again = any(item["price"]["recurring"] for item in items_of(world, link))
    params = {name: link[name] for name in _PASSED} | {"mode": "subscription" if again else "payment"}
    params |= {"line_items": items, "metadata": dict(link["metadata"])}
    params |= {"subscription_data": _subscribed(link)} if again else {"payment_intent_data": _data(link)}
    if link["payment_method_types"]:
        params["allowed_payment_method_types"] = link["payment_method_types"]
    try:
        session = open_session(world, link["_account"], params | {"success_url": after or f"{world.site}/b/thanks"})
    except Refusal as refusal:  # an account or a price is not any more what it was
        return refused_page(refusal.message, 410)
    session |= {"payment_link": link["id"], "success_url": after}
    return Answer(303, {"Location": session["url"]})
