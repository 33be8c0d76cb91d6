"""The platform itself: looked over before its first account, and the facts of countries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from connectkit.calls.caller import Caller
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest, Refused
from connectkit.models.base import part
from connectkit.models.platforms import CountrySpec, Finding, PlatformCheck
from connectkit.requests import Request
from connectkit.sellers.forms import FormReport, uncovered
from connectkit.tracking import Tracker

_COUNTRY: Final = 2  # letters
_READS: Final[Mapping[str, str]] = {
    "accounts": "/v1/accounts",
    "balance": "/v1/balance",
    "charges": "/v1/charges",
    "events": "/v1/events",
    "payouts": "/v1/payouts",
    "transfers": "/v1/transfers",
    "webhook_endpoints": "/v1/webhook_endpoints",
}
"""What a key has to be able to read, by Stripe's name of the resource."""


class AsyncPlatformRoom:
    """The platform itself: looked over before its first account, and the facts of countries."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._countries: dict[str, CountrySpec] = {}

    async def check(self) -> PlatformCheck:
        """Look the platform over before its first account; nothing changes by it.

        It tells whether the account is activated, whether it can be paid and paid out, whether sellers will see its
        name, colours and icon on Stripe's form, whether there is a way for customers to reach it, whether Connect and
        each generation of accounts can be used, and what a restricted key may not read. That a generation can be read
        does not prove that accounts can be made with it: Stripe tells new platforms so only when they try.

        Raises:
            AuthenticationFailed: The key is wrong.
            PermissionDenied: A restricted key may not read the platform's own account.
            Unreachable: There was no usable answer.
        """
        platform = (await self._caller.read(Request("get", "/v1/account"), "platform.check")).data
        findings = [*_standing(platform), *_profile(platform)]
        findings.append(await self._generation("accounts_v2", "/v2/core/accounts", _NO_V2))
        findings.append(await self._generation("accounts_v1", "/v1/accounts", _NO_V1))
        findings += [await self._permission(name, path) for name, path in _READS.items()]
        return PlatformCheck(account=platform["id"], findings=tuple(findings))

    async def country(self, country: str) -> CountrySpec:
        """Give what Stripe can do in a country; read once, and remembered by this client.

        What Stripe wants to know of a seller is not among it: that depends on more than the country, and is told by
        `capabilities.retrieve` and `onboarding.status` alone.

        Args:
            country: Two letters.

        Raises:
            InvalidRequest: It is not two letters.
            NotFound: Stripe does not know the country.
            Unreachable: There was no usable answer.
        """
        if len(country) != _COUNTRY or not (country.isascii() and country.isalpha()):
            message = "country is two letters, as 'US'."
            raise InvalidRequest(message, param="country")
        code = country.upper()
        if code not in self._countries:
            answer = await self._caller.read(Request("get", f"/v1/country_specs/{code}"), "platform.country")
            self._countries[code] = CountrySpec.parse(answer)
        return self._countries[code]

    async def form_report(self, collected: Collection[str], *, later: bool = True) -> FormReport:
        """Tell what a form of your own does not ask for, although Stripe wants it of some account.

        It compares the form with what `tracker` has seen of every account. Run it every six months, when Stripe changes
        what it wants, and when you let sellers in from another country.

        Args:
            collected: The names of what the form asks for, as `individual.first_name`; `owners` stands for all that
                begins so, `person` for any person.
            later: Whether what will be wanted one day counts as well.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        seen = [observation async for observation in Tracker(self._caller).every()]
        wanted = [tuple(observation.wanted) if later else observation.due for observation in seen]
        return uncovered(wanted, collected)

    async def _generation(self, name: str, path: str, step: str) -> Finding:
        try:
            await self._caller.read(Request("get", path, {"limit": 1}), "platform.check")
        except Refused as error:
            return Finding(name=name, good=False, told=error.message, next_step=step)
        return Finding(name=name, good=True, told="Accounts can be read through it.")

    async def _permission(self, name: str, path: str) -> Finding:
        params = {} if name == "balance" else {"limit": 1}
        try:
            await self._caller.read(Request("get", path, params), "platform.check")
        except Refused as error:
            step = f"Give the restricted key the permission to read {name}."
            return Finding(name=f"may_read_{name}", good=False, told=error.message, next_step=step)
        return Finding(name=f"may_read_{name}", good=True, told="The key may read it.")


_NO_V2: Final = "Turn Connect on in the Dashboard; a restricted key needs the permission for Accounts v2."
_NO_V1: Final = "Turn Connect on in the Dashboard; new platforms make accounts with api='v2'."


def _standing(platform: Mapping[str, Any]) -> list[Finding]:
    return [
        _finding("activated", platform.get("details_submitted"), "Activate the account in the Dashboard."),
        _finding("can_charge", platform.get("charges_enabled"), "See in the Dashboard what Stripe still wants."),
        _finding("can_be_paid_out", platform.get("payouts_enabled"), "See in the Dashboard what Stripe still wants."),
    ]


def _profile(platform: Mapping[str, Any]) -> list[Finding]:
    """Look at what sellers see on Stripe's form, and what Stripe wants of a platform's profile."""
    profile, branding = part(platform, "business_profile"), part(part(platform, "settings"), "branding")
    reachable = profile.get("support_email") or profile.get("support_phone") or profile.get("support_url")
    return [
        _finding("has_name", profile.get("name"), "Give the platform a name in the Connect settings."),
        _finding("has_icon", branding.get("icon"), "Upload an icon in the Connect settings: sellers see it."),
        _finding("has_color", branding.get("primary_color"), "Choose a colour in the Connect settings."),
        _finding("has_support", reachable, "Tell in the Dashboard how customers can reach the platform."),
    ]


def _finding(name: str, good: object, step: str) -> Finding:
    told = name.replace("_", " ")
    if good:
        return Finding(name=name, good=True, told=f"The platform {told}.")
    return Finding(name=name, good=False, told=f"Not so: the platform {told}.", next_step=step)


class PlatformRoom(Blocking[AsyncPlatformRoom]):
    """The platform itself: looked over before its first account, and the facts of countries."""

    check: Final = blocking(AsyncPlatformRoom.check)
    country: Final = blocking(AsyncPlatformRoom.country)
    form_report: Final = blocking(AsyncPlatformRoom.form_report)
