"""Where an account stands: its requirements, capabilities and flags follow from what is known of it.

Every change of an account goes through `changing`: it works the standing out anew and tells the change by events, in
both shapes. Verification is asynchronous, as Stripe's is in most countries: an account is pending in the answer that
completes it, and verified right after it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import Final

from connectkit.simulator.clock import DAY
from connectkit.simulator.shapes import Object, copied
from connectkit.simulator.state import World

from .checking import Problem, facts, is_idle, is_instant, is_listed, is_mild, is_waiting, people, problems
from .countries import ASYNCHRONOUS
from .documents import flaw
from .foreseeing import is_enforced, problems_to_come
from .making import no_requirements
from .needs import checked_items, is_there, later_items, missing_items
from .queries import bank_accounts
from .stops import stays_paid, stops_charges, stops_payouts
from .telephones import bad_telephones

_MERCHANT_NAMES: Final = {"us_bank_account_ach_payments": "ach_debit_payments"}
_COUPLED: Final = ("card_payments", "transfers")
_BANK: Final = "external_account"
_LISTS: Final = ("currently_due", "eventually_due", "past_due", "pending_verification")


@contextmanager
def changing(world: World, account: Object) -> Generator[None]:
    """Work out where an account stands after the changes of the block, and tell what changed."""
    before = world.render(account)
    shown = _v2_parts(world, account)
    yield
    settle(world, account)
    _tell(world, account, before, shown)


def settle(world: World, account: Object) -> None:
    """Work out where an account stands, silently."""
    missing = missing_items(world, account)
    blocking = [item for item in missing if item != _BANK]
    if account["_unanswered"] and not is_waiting(account):
        account["_unanswered"] = False
        account["_pending"].clear()
    verified = account["_checked"] == facts(world, account)
    if not blocking and not verified and account["_requested"] and not account["_pending"]:
        verified = _verify(world, account)
    coming = problems_to_come(world, account)
    enforced = is_enforced(account)
    wrong = [*problems(world, account), *bad_telephones(world, account)] if verified else []
    wrong += coming if verified and enforced else []
    past = missing + [item for item in dict.fromkeys(problem.requirement for problem in wrong) if item not in missing]
    demanded = _demanded(world, account)
    late = [item for item, until in demanded.items() if until <= world.clock.now and item not in past]
    waiting = [item for item in demanded if item not in late and item not in past]
    due = past + late + waiting
    later = [item for item in later_items(account) if item not in due]
    account["requirements"] = {
        **no_requirements(),
        "alternatives": [
            {"original_fields_due": [item], "alternative_fields_due": [instead]}
            for item, instead in ((problem.requirement, _instead(problem.requirement)) for problem in wrong)
            if instead
        ],
        "current_deadline": min((demanded[item] for item in waiting), default=None),
        "currently_due": due,
        "disabled_reason": _disabled_reason(world, account, past + late),
        "errors": _errors(wrong),
        "eventually_due": due + later,
        "past_due": past + late,
        "pending_verification": list(account["_pending"]),
    }
    account["future_requirements"] = _future(account, [] if enforced else coming)
    _show_people(world, account)
    patience = world.kept["switches"].charges_off_after * DAY
    ignored = any(until + patience <= world.clock.now for item, until in demanded.items() if item in late)
    stopped = is_listed(world, account) or is_idle(account)
    grave = any(not is_mild(account, problem) for problem in wrong)
    _set_capabilities(account, blocked=bool(blocking or grave or ignored or stopped))
    _set_flags(world, account, due, late=bool(late or wrong))


def _instead(item: str) -> str:
    """Name what does as well: a document is worth more than a number that was typed."""
    owner, _, number = item.rpartition(".")
    return f"{owner}.verification.document" if number in ("id_number", "tax_id") else ""


def _future(account: Object, coming: list[Problem]) -> Object:
    """Give what will be wanted from a known day on; it disables nothing before."""
    foreseen: dict[str, int] = account["_foreseen"]
    items = [item for item in foreseen if item not in account["requirements"]["currently_due"]]
    deadline = min((foreseen[item] for item in items), default=None)
    return {
        **no_requirements(),
        "current_deadline": deadline,
        "currently_due": items,
        "errors": _errors(coming),
        "eventually_due": items,
    }


def _errors(wrong: list[Problem]) -> list[Object]:
    return [{"code": problem.code, "reason": problem.reason, "requirement": problem.requirement} for problem in wrong]


def _demanded(world: World, account: Object) -> dict[str, int]:
    """Give what was asked for by a day and is not there yet; what was given since is forgotten."""
    held: dict[str, int] = account["_demanded"]
    foreseen: dict[str, int] = account["_foreseen"]
    at_once = is_enforced(account)
    for item in [item for item, since in foreseen.items() if at_once or since <= world.clock.now]:
        since = min(foreseen.pop(item), world.clock.now)
        held.setdefault(item, since if at_once else since + world.kept["switches"].foreseen_grace * DAY)
    for known in (held, foreseen):
        for item in [item for item in known if _is_met(world, account, item)]:
            del known[item]
    return held


def _is_met(world: World, account: Object, item: str) -> bool:
    """Tell whether something that was asked for is there; a document is there when it has passed."""
    owner, _, kind = item.rpartition(".verification.")
    if not kind.endswith("document"):
        return is_there(world, account, item)
    held = [account["_numbers"]] if owner == "company" else []
    held += [person["_numbers"] for name, person in people(world, account) if name == owner]
    files: list[str] = [numbers.get(kind, "") for numbers in held]
    return any(file and not flaw(world, account["id"], file) for file in files)


def _show_people(world: World, account: Object) -> None:
    """Tell of each person what of the account's requirements is about the person."""
    whole = account["requirements"]
    for name, person in people(world, account):
        mine = {key: [item for item in whole[key] if item.startswith(f"{name}.")] for key in _LISTS}
        person["requirements"].update(
            {key: [item.removeprefix(f"{name}.") for item in items] for key, items in mine.items()}
        )
        for kind in ("requirements", "future_requirements"):
            person[kind]["errors"] = [
                {**error, "requirement": error["requirement"].removeprefix(f"{name}.")}
                for error in account[kind]["errors"]
                if error["requirement"].startswith(f"{name}.")
            ]


def _verify(world: World, account: Object) -> bool:
    """Look at what is known, at once or right after the answer; tell whether it is done."""
    if is_waiting(account):
        account["_unanswered"], account["_pending"] = True, ["company.tax_id"]
        return False
    if account["country"] in ASYNCHRONOUS and not is_instant(account) and not account["_submitted"]:
        account["_pending"] = checked_items(account)
        world.clock.at(world.clock.now, partial(_finish, world, account))
        return False
    account["_checked"] = facts(world, account)
    _mark_people(world, account)
    return True


def _finish(world: World, account: Object) -> None:
    with changing(world, account):
        account["_pending"] = []
        account["_checked"] = facts(world, account)
        _mark_people(world, account)


def _mark_people(world: World, account: Object) -> None:
    wrong = {problem.requirement.partition(".")[0]: problem for problem in problems(world, account)}
    for name, person in people(world, account):
        failed = wrong.get(name)
        person["verification"]["status"] = "verified" if failed is None else "unverified"
        about = failed is not None and failed.requirement.endswith("document") and person["_numbers"].get("document")
        person["verification"]["document"]["details_code"] = "document_failed_other" if about else None


def _disabled_reason(world: World, account: Object, due: list[str]) -> str | None:
    if account["_rejected"] is not None:
        return f"rejected.{account['_rejected']}"
    if account["_disabled"] is not None:
        return str(account["_disabled"])
    if is_listed(world, account):
        return "listed"
    if not account["_requested"]:
        return "action_required.requested_capabilities"
    if due:
        return "requirements.past_due"
    blocking = account["_pending"] and "active" not in account["capabilities"].values()
    return "requirements.pending_verification" if blocking else None


def _set_capabilities(account: Object, *, blocked: bool) -> None:
    held = account["capabilities"]
    account["capabilities"] = {
        name: _status(account, held.get(name), blocked=blocked) for name in account["_requested"]
    }
    if not all(account["capabilities"].get(name) != "inactive" for name in _COUPLED):
        for name in _COUPLED:
            if name in account["capabilities"]:
                account["capabilities"][name] = "inactive"


def _status(account: Object, held: str | None, *, blocked: bool) -> str:
    disabled = account["_rejected"] or stops_charges(account) or account["_closed"]
    if blocked or disabled or not _through(account):
        return "inactive"
    return "pending" if account["_pending"] and held != "active" else "active"


def _through(account: Object) -> bool:
    """A form of Stripe's has to be sent off, however much the platform filled in before."""
    return bool(account["controller"]["requirement_collection"] == "application" or account["_submitted"])


def _set_flags(world: World, account: Object, due: list[str], *, late: bool) -> None:
    active = "active" in account["capabilities"].values()
    bank = any(bank["status"] == "new" for bank in bank_accounts(world, account["id"]))
    account["charges_enabled"] = active
    account["payouts_enabled"] = (active or stays_paid(account)) and bank and not late
    account["payouts_enabled"] &= not stops_payouts(account)
    if account["controller"]["requirement_collection"] == "application":
        account["details_submitted"] = not due
    else:
        account["details_submitted"] = account["_submitted"]


def _tell(world: World, account: Object, before: Object, shown: dict[str, object]) -> None:
    after = world.render(account)
    previous = {name: value for name, value in before.items() if after.get(name) != value}
    if previous:
        world.emit("account.updated", account, previous=previous)
        for name, status in account["capabilities"].items():
            if status != before["capabilities"].get(name):
                world.emit("capability.updated", capability(world, account, name))
    for part, value in _v2_parts(world, account).items():
        if shown[part] != value:
            tell_thin(world, account, f"v2.core.account[{part}].updated" if part else "v2.core.account.updated")
    _tell_statuses(world, account, before["capabilities"])


def _tell_statuses(world: World, account: Object, before: Object) -> None:
    for name, status in account["capabilities"].items():
        if status != before.get(name):
            role = "recipient" if name == "transfers" else "merchant"
            other = "stripe_balance.stripe_transfers" if role == "recipient" else _MERCHANT_NAMES.get(name, name)
            type_ = f"v2.core.account[configuration.{role}].capability_status_updated"
            tell_thin(world, account, type_, {"updated_capability": other})


def tell_thin(world: World, account: Object, type: str, data: Object | None = None) -> None:
    """Make a thin event about an account, in the platform's scope."""
    id = account["id"]
    related = {"id": id, "type": "v2.core.account", "url": f"/v2/core/accounts/{id}"}
    world.emit_thin(type, related, data=data)


def _v2_parts(world: World, account: Object) -> dict[str, object]:
    return {
        "": [account["email"], account["_contact_phone"], account["_display_name"], dict(account["metadata"])],
        "identity": [account["business_type"], account["tos_acceptance"]["date"], facts(world, account)],
        "requirements": repr(account["requirements"]),
        "defaults": [account["default_currency"], account["business_profile"]["name"]],
    }


def capability(world: World, account: Object, name: str) -> Object:
    """Give a capability of an account, as Stripe shows it; of one that was not asked for, what it would demand."""
    requested = name in account["_requested"]
    status = account["capabilities"].get(name, "unrequested")
    whole: Object = account["requirements"]
    if not requested:
        wished = {**account, "_requested": {**account["_requested"], name: world.clock.now}}
        missing = missing_items(world, wished)
        whole = {**no_requirements(), "currently_due": missing, "eventually_due": missing}
    lists = {key: list(whole[key]) for key in ("currently_due", "errors", "eventually_due", "past_due")}
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": copied(account["future_requirements"]) if requested else no_requirements(),
        "requested": requested,
        "requested_at": account["_requested"].get(name),
        "requirements": {
            **no_requirements(),
            **lists,
            "disabled_reason": _capability_reason(account, status, whole),
            "pending_verification": list(whole["pending_verification"]),
        },
        "status": status,
        "_account": account["id"],
    }


def _capability_reason(account: Object, status: str, whole: Object) -> str | None:
    """Say why a capability is not active; Stripe has other words for it than of the account."""
    if status != "inactive":
        return None
    disabled = account["_disabled"] or ""
    if account["_rejected"] is not None or disabled.startswith("rejected."):
        return "rejected.other"
    if disabled:
        return "platform_paused" if disabled == "platform_paused" else "pending.review"
    if is_idle(account):
        return "paused.inactivity"
    return "requirements.fields_needed" if whole["currently_due"] else None
