"""An account as API v2 shows it: what is not asked to be included is null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from connectkit.simulator.clock import rfc3339
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .capabilities import NAMES
from .showing import is_open
from .stops import stops_charges, stops_payouts

_V1_ONLY: Final = (
    "app_distribution bank_transfer_payments billie_payments bizum_payments card_issuing crypto_payments "
    "giropay_payments india_international_payments legacy_payments mb_way_payments "
    "nz_bank_account_becs_debit_payments paypay_payments payto_payments pix_payments scalapay_payments "
    "sofort_payments tax_reporting_us_1099_k tax_reporting_us_1099_misc transfers treasury upi_payments "
    "us_bank_account_ach_payments wero_payments "
)
_MERCHANT: Final = sorted(NAMES - set(_V1_ONLY.split()))
_ACH: Final = "us_bank_account_ach_payments"

_STAGES: Final = ("past_due", "currently_due", "eventually_due")
_DESCRIPTIONS: Final = {
    "business_profile.mcc": "configuration.merchant.mcc",
    "business_profile.url": "defaults.profile.business_url",
    "business_type": "identity.entity_type",
    "company.directors_provided": "identity.attestations.persons_provided.directors",
    "company.executives_provided": "identity.attestations.persons_provided.executives",
    "company.name": "identity.business_details.registered_name",
    "company.owners_provided": "identity.attestations.persons_provided.owners",
    "company.tax_id": "identity.business_details.id_numbers.us_ein",
    "individual.first_name": "identity.individual.given_name",
    "individual.last_name": "identity.individual.surname",
    "individual.ssn_last_4": "identity.individual.id_numbers.us_ssn_last_4",
    "individual.verification.document": "identity.individual.documents.primary_verification",
    "individual.verification.additional_document": "identity.individual.documents.secondary_verification",
    "company.verification.document": "identity.business_details.documents.primary_verification",
    "individual.id_number": "identity.individual.id_numbers.us_ssn",
}
_PREFIXES: Final = {
    "individual.dob.": "identity.individual.date_of_birth.",
    "individual.": "identity.individual.",
    "company.": "identity.business_details.",
    "tos_acceptance.": "identity.attestations.terms_of_service.account.",
}


def show_v2(world: World, view: Object) -> Object:
    """Give the view of an account that a request asked for."""
    account, include = view["_of"], view["_include"]
    parts = {name: part(account) for name, part in _PARTS.items() if name in include}
    configuration = {role: parts.get(f"configuration.{role}") for role in ("customer", "merchant", "recipient")}
    return {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": list(account["_configurations"]),
        "closed": account["_closed"],
        "configuration": configuration if any(configuration.values()) else None,
        "contact_email": account["email"],
        "contact_phone": account["_contact_phone"],
        "created": rfc3339(account["created"]),
        "dashboard": account["controller"]["stripe_dashboard"]["type"],
        "defaults": parts.get("defaults"),
        "display_name": account["_display_name"],
        "future_requirements": parts.get("future_requirements"),
        "identity": parts.get("identity"),
        "livemode": world.livemode,
        "metadata": account["metadata"],
        "requirements": parts.get("requirements"),
    }


def _status(account: Object, status: str, *, stopped: bool) -> Object:
    if account["_rejected"] is not None:
        detail = {"code": f"rejected_{account['_rejected']}", "resolution": "contact_stripe"}
        return {"status": "rejected", "status_details": [detail]}
    if stopped:
        stripes = account["_disabled"].startswith("rejected.")
        code = account["_disabled"].replace(".", "_") if stripes else "restricted_other"
        return {
            "status": "rejected" if stripes else "restricted",
            "status_details": [{"code": code, "resolution": "contact_stripe"}],
        }
    if status == "active":
        return {"status": "active", "status_details": []}
    if status == "pending":
        detail = {"code": "requirements_pending_verification", "resolution": "no_resolution"}
        return {"status": "pending", "status_details": [detail]}
    detail = {"code": "requirements_past_due", "resolution": "provide_info"}
    return {"status": "restricted", "status_details": [detail]}


def _held(account: Object, name: str) -> Object | None:
    status = account["capabilities"].get(name)
    return None if status is None else _status(account, status, stopped=stops_charges(account))


def _payouts(account: Object) -> Object:
    pending = "active" if account["payouts_enabled"] else "pending" if account["_pending"] else "inactive"
    return _status(account, pending, stopped=stops_payouts(account))


def _merchant(account: Object) -> Object | None:
    if "merchant" not in account["_configurations"]:
        return None
    profile, settings = account["business_profile"], account["settings"]
    names = {**{name: name for name in _MERCHANT}, "ach_debit_payments": _ACH}
    capabilities = {name: _held(account, other) for name, other in sorted(names.items())}
    return {
        "applied": True,
        "bacs_debit_payments": None,
        "branding": settings["branding"],
        "capabilities": {**capabilities, "stripe_balance": {"payouts": _payouts(account)}},
        "card_payments": {"decline_on": settings["card_payments"]["decline_on"]},
        "konbini_payments": None,
        "mcc": profile["mcc"],
        "script_statement_descriptor": _in_scripts(settings),
        "sepa_debit_payments": None,
        "statement_descriptor": {
            "descriptor": settings["payments"]["statement_descriptor"],
            "prefix": settings["card_payments"]["statement_descriptor_prefix"],
        },
        "support": {name: profile[f"support_{name}"] for name in ("address", "email", "phone", "url")},
    }


def _in_scripts(settings: Object) -> Object | None:
    """Give what customers in Japan read, where something was told of it."""
    told = {
        script: {
            "descriptor": settings["payments"][f"statement_descriptor_{script}"],
            "prefix": settings["card_payments"][f"statement_descriptor_prefix_{script}"],
        }
        for script in ("kana", "kanji")
    }
    given = {script: text if any(text.values()) else None for script, text in told.items()}
    return given if any(given.values()) else None


def _recipient(account: Object) -> Object | None:
    if "recipient" not in account["_configurations"]:
        return None
    balance = {"payouts": _payouts(account), "stripe_transfers": _held(account, "transfers")}
    return {"applied": True, "capabilities": {"bank_accounts": None, "cards": None, "stripe_balance": balance}}


def _customer(_: Object) -> None:
    """The simulator has no customers that are accounts."""


def _defaults(account: Object) -> Object:
    controller, profile = account["controller"], account["business_profile"]
    payer = controller["fees"]["payer"]
    return {
        "currency": account["default_currency"],
        "locales": None,
        "payout_methods": None,
        "profile": {
            "business_url": profile["url"],
            "doing_business_as": profile["name"],
            "product_description": profile["product_description"],
        },
        "responsibilities": {
            "fees_collector": "stripe" if payer == "account" else payer,
            "losses_collector": controller["losses"]["payments"],
            "requirements_collector": controller["requirement_collection"],
        },
    }


def _identity(account: Object) -> Object:
    country = account["country"].lower()
    if not is_open(account):
        return {
            "attestations": None,
            "business_details": None,
            "country": country,
            "entity_type": account["business_type"],
            "individual": None,
        }
    terms = account["tos_acceptance"]
    date = None if terms["date"] is None else rfc3339(terms["date"])
    accepted = {"date": date, "ip": terms["ip"], "user_agent": terms["user_agent"]}
    person, company = account["individual"], account["company"]
    return {
        "attestations": {"terms_of_service": {"account": accepted}},
        "business_details": None if company is None or person is not None else _company(company),
        "country": country,
        "entity_type": account["business_type"],
        "individual": None if person is None else person_of(person),
    }


def person_of(person: Object) -> Object:
    """Give a person as API v2 shows somebody; numbers that identify are named and never shown."""
    kinds = {"us_ssn": "id_number_provided", "us_ssn_last_4": "ssn_last_4_provided"}
    return {
        "account": person["account"],
        "address": _address(person["address"]),
        "created": rfc3339(person["created"]),
        "date_of_birth": person["dob"] if person["dob"]["year"] else None,
        "email": person["email"],
        "given_name": person["first_name"],
        "id": person["id"],
        "id_numbers": [{"type": kind} for kind, provided in kinds.items() if person[provided]],
        "metadata": person["metadata"],
        "object": "v2.core.account_person",
        "phone": person["phone"],
        "relationship": _relationship(person["relationship"]),
        "surname": person["last_name"],
    }


def _company(company: Object) -> Object:
    return {
        "address": _address(company["address"]),
        "id_numbers": [{"type": "us_ein"}] if company["tax_id_provided"] else [],
        "phone": company["phone"],
        "registered_name": company["name"],
        "structure": company["structure"],
    }


def _address(address: Object) -> Object:
    return {**address, "country": (address["country"] or "").lower() or None}


def _requirements(account: Object) -> Object:
    whole = account["requirements"]
    stages = {
        **dict.fromkeys(whole["eventually_due"], "eventually_due"),
        **dict.fromkeys(whole["currently_due"], "currently_due"),
        **dict.fromkeys(whole["past_due"], "past_due"),
    }
    entries = [_entry(account, item, stage) for stage in _STAGES for item, at in stages.items() if at == stage]
    entries += [_entry(account, item, "past_due", by="stripe") for item in whole["pending_verification"]]
    deadline = _minimum(entries, whole["current_deadline"])
    alternatives = [_alternative(account, choice) for choice in whole["alternatives"]]
    return {"alternatives": alternatives, "entries": entries, "summary": {"minimum_deadline": deadline}}


def _alternative(account: Object, choice: Object) -> Object:
    originals = [_entry(account, item, "") for item in choice["original_fields_due"]]
    others = [_entry(account, item, "") for item in choice["alternative_fields_due"]]
    return {
        "original_entries": [{name: entry[name] for name in ("description", "reference")} for entry in originals],
        "options": [
            {
                "entries": [
                    {name: entry[name] for name in ("awaiting_action_from", "description", "errors", "reference")}
                    for entry in others
                ]
            }
        ],
    }


def _minimum(entries: list[Object], until: int | None) -> Object | None:
    if not entries:
        return None
    status = entries[0]["minimum_deadline"]["status"]
    timed = status == "currently_due" and until is not None
    return {"status": status, "time": rfc3339(until) if timed and until is not None else None}


def _future(account: Object) -> Object:
    whole = account["future_requirements"]
    entries = [_entry(account, item, "currently_due") for item in whole["currently_due"]]
    since = None if whole["current_deadline"] is None else rfc3339(whole["current_deadline"])
    return {
        "alternatives": [],
        "entries": entries,
        "minimum_transition_date": since,
        "summary": {"minimum_deadline": _minimum(entries, whole["current_deadline"])},
    }


def _entry(account: Object, item: str, status: str, *, by: str = "user") -> Object:
    errors = [error for error in account["requirements"]["errors"] if error["requirement"] == item]
    restricted = [
        {
            "capability": "stripe_balance.stripe_transfers" if name == "transfers" else name,
            "configuration": "recipient" if name == "transfers" else "merchant",
            "deadline": {"status": status},
        }
        for name in account["_requested"]
    ]
    return {
        "awaiting_action_from": by,
        "description": _description(item),
        "errors": [{"code": error["code"], "description": error["reason"]} for error in errors],
        "impact": {"restricts_capabilities": restricted},
        "minimum_deadline": {"status": status},
        "reference": _reference(item),
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def _reference(item: str) -> Object | None:
    """Name the person or the inquiry that something is wanted of."""
    first = item.partition(".")[0]
    if first.startswith("person_"):
        return {"type": "person", "resource": first}
    return {"type": "inquiry", "inquiry": first} if first.startswith("interv_") else None


def _description(item: str) -> str:
    if item in _DESCRIPTIONS:
        return _DESCRIPTIONS[item]
    for prefix, other in _PREFIXES.items():
        if item.startswith(prefix):
            return other + item.removeprefix(prefix)
    return item


_PARTS: Final[Mapping[str, Callable[[Object], Object | None]]] = {
    "configuration.customer": _customer,
    "configuration.merchant": _merchant,
    "configuration.recipient": _recipient,
    "defaults": _defaults,
    "future_requirements": _future,
    "identity": _identity,
    "requirements": _requirements,
}


def _relationship(held: Object) -> Object:
    """Give a relationship with its share as digits, as API v2 has it."""
    share = held["percent_ownership"]
    return held if share is None else {**held, "percent_ownership": f"{share:g}"}
