"""Buyers who are known, to the platform and to its sellers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from attrs import asdict, evolve

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.base import Answer
from connectkit.models.setups import Customer, SavedMethod, SharedCustomer
from connectkit.requests import Request, checked_id, compact

from .arguments import checked_metadata, given, optional_id

_PATH: Final = "/v1/customers"
_METHODS: Final = "/v1/payment_methods"
_SHARED: Final = "shared_customer"
_PERSONAL: Final = ("email", "name", "phone")


class AsyncCustomers:
    """Buyers who are known, to the platform and to its sellers.

    A customer of the platform pays destination and separate charges. A direct charge lives on the seller's account,
    which knows customers of its own: `share` makes one known there.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        email: str | None = None,
        name: str | None = None,
        phone: str | None = None,
        description: str | None = None,
        payment_method: str | None = None,
        metadata: Mapping[str, str] | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Customer:
        """Make a buyer known. Address, name and telephone number are never stored here.

        Args:
            key: Your own name of this customer.
            email: Her address.
            name: Her name.
            phone: Her telephone number.
            description: Words of your own.
            payment_method: A way to pay that is hers from now on.
            metadata: Notes of your own.
            account: The connected account that is to know her; the platform if it is not given.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: Her bank refused the way to pay.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: She may have been made; the same key finds out.
        """
        params = given(
            email=email,
            name=name,
            phone=phone,
            description=description,
            payment_method=optional_id(payment_method, "payment_method", "pm_"),
            metadata=checked_metadata(metadata),
        )
        request = Request("post", _PATH, params, account=self._caller.account(account))
        intent = Intent("customers.create", key, request, params, Customer.KEEP, personal=_PERSONAL)
        return Customer.parse(await self._caller.perform(intent, wait=wait), request.account)

    async def retrieve(self, customer_id: str, *, account: str | None = None) -> Customer:
        """Read a customer.

        Args:
            customer_id: The customer.
            account: The connected account that knows her.

        Raises:
            InvalidRequest: It is not the id of a customer.
            NotFound: There is none, or another account knows her.
            Unreachable: There was no usable answer.
        """
        owner = self._caller.account(account)
        path = f"{_PATH}/{checked_id(customer_id, 'customer_id', 'cus_')}"
        return Customer.parse(await self._caller.read(Request("get", path, account=owner), "customers.retrieve"), owner)

    async def payment_methods(
        self, customer_id: str, *, type: str | None = None, account: str | None = None
    ) -> AsyncGenerator[SavedMethod, None]:
        """Go through the ways to pay that a customer has kept, the newest first, to the end.

        Args:
            customer_id: The customer.
            type: Only those of this type, in Stripe's word, as `card`.
            account: The connected account that knows her.

        Raises:
            InvalidRequest: It is not the id of a customer.
            NotFound: There is none, or another account knows her.
            Unreachable: There was no usable answer.
        """
        path = f"{_PATH}/{checked_id(customer_id, 'customer_id', 'cus_')}/payment_methods"
        request = Request("get", path, given(type=type, limit=100), account=self._caller.account(account))
        async for item in self._caller.pages(request, "customers.payment_methods"):
            yield SavedMethod.parse(Answer(data=item))

    async def detach(self, payment_method: str, *, account: str | None = None) -> None:
        """Remove a way to pay that a customer has kept: nothing is ever paid with it again. It can be called again.

        Args:
            payment_method: The way to pay.
            account: The connected account that knows its customer.

        Raises:
            InvalidRequest: It is not the id of a way to pay.
            NotFound: There is none.
            Refused: Somebody else has removed it meanwhile.
            Unreachable: There was no usable answer.
        """
        path = f"{_METHODS}/{checked_id(payment_method, 'payment_method', 'pm_', 'card_', 'src_')}"
        owner = self._caller.account(account)
        method = await self._caller.read(Request("get", path, account=owner), "customers.detach")
        if method.data["customer"] is not None:
            await self._caller.update(Request("post", f"{path}/detach", account=owner), "customers.detach")

    async def share(
        self, customer_id: str, *, key: str, payment_method: str, account: str, wait: float = 0.0
    ) -> SharedCustomer:
        """Make a customer of the platform known to a connected account, with a copy of one way to pay.

        It is copied once for each account, and kept there for a customer of its own: a copy that nobody owns could be
        used a single time. From then on the two go their own ways: what is changed or removed here stays there.

        Args:
            customer_id: The customer of the platform.
            key: Your own name of this.
            payment_method: The way to pay, which has to be hers: what nobody owns would be used up by the copy. Cards
                and US bank accounts can be copied.
            account: The connected account.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such customer, or the way to pay is not hers.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: She may have been made known; the same key finds out.
        """
        customer = checked_id(customer_id, "customer_id", "cus_")
        method = checked_id(payment_method, "payment_method", "pm_", "card_", "src_")
        owner = checked_id(account, "account", "acct_")
        note = await self._caller.note(_SHARED, f"{owner}/{customer}/{method}")
        if note.text:
            return SharedCustomer(**json.loads(note.text))
        copying = Request("post", _METHODS, {"customer": customer, "payment_method": method}, owner)
        copy = str((await self._caller.mint(copying, "customers.share")).data["id"])
        keeping = Request("post", _PATH, {"payment_method": copy}, account=owner)
        asked = {"customer": customer, "payment_method": method}
        intent = Intent("customers.share", key, keeping, asked, (*Customer.KEEP, "payment_method"))
        made = Customer.parse(await self._caller.perform(intent, wait=wait), owner)
        kept = await self._method_of(made.id, owner)
        shared = SharedCustomer(account=owner, customer=made.id, payment_method=kept)
        await self._caller.set_note(evolve(note, text=compact(asdict(shared))))
        return shared

    async def _method_of(self, customer: str, account: str) -> str:
        """Give the way to pay that a customer of our own making has: of several copies, one was kept."""
        request = Request("get", f"{_PATH}/{customer}/payment_methods", {"limit": 1}, account=account)
        methods = [str(item["id"]) async for item in self._caller.pages(request, "customers.share")]
        return methods[0]


class Customers(Blocking[AsyncCustomers]):
    """Buyers who are known, to the platform and to its sellers."""

    create: Final = blocking(AsyncCustomers.create)
    retrieve: Final = blocking(AsyncCustomers.retrieve)
    payment_methods: Final = iterating(AsyncCustomers.payment_methods)
    detach: Final = blocking(AsyncCustomers.detach)
    share: Final = blocking(AsyncCustomers.share)
