"""How requirements are called on the hosted form, where a person reads them."""

from __future__ import annotations

from typing import Final

_GROUPS: Final = {
    "business_profile": "Your business",
    "business_type": "Your business",
    "external_account": "Bank account",
    "individual": "You",
    "owners": "An owner",
    "tos_acceptance": "Terms of service",
}
_STEPS: Final = {
    "dob": "Date of birth",
    "files": "Test file",
    "id_number": "Identity number",
    "line1": "Line 1",
    "mcc": "Merchant category code",
    "ssn_last_4": "Last four digits of the social security number",
    "tax_id": "Tax identity number",
    "tos_acceptance": "I accept the terms of service",
    "url": "Website",
    "file": "Your own file, in place of the test file",
    "front": "Your own file, in place of the test file: front",
    "back": "Your own file, in place of the test file: back",
}


def group(name: str) -> str:
    """Give what a field stands below."""
    first = name.partition(".")[0]
    return _GROUPS.get(first) or _readable(first)


def label(name: str) -> str:
    """Give what a field is called: where a test file can be chosen, the field says so."""
    return called(name) + ", test file" * name.endswith("document")


def called(name: str) -> str:
    """Give what a requirement is called."""
    first, _, rest = name.partition(".")
    steps = (rest or first).removeprefix("verification.").split(".")
    told, *more = (_STEPS.get(step) or _readable(step) for step in steps)
    return ", ".join((told, *(words[:1].lower() + words[1:] for words in more)))


def _readable(step: str) -> str:
    words = step.replace("_", " ")
    return words[:1].upper() + words[1:]
