"""Older words: what a request may say that does not name the simulated version of the API, or names an older one."""

from __future__ import annotations

from typing import Any, Final

from .calls import Call

_RENAMED_ON: Final = "2026-10-28"
_RENAMED: Final = {"payment_method_types": "allowed_payment_method_types"}
_WHERE: Final = ("/v1/payment_intents", "/v1/setup_intents", "/v1/checkout/sessions")


def renewed(call: Call, sent: dict[str, Any]) -> dict[str, Any]:
    """Give the parameters of a request in the words of the simulated version."""
    if (call.version[:10] >= _RENAMED_ON and call.names_version) or not call.path.startswith(_WHERE):
        return sent
    return {_RENAMED.get(name, name): value for name, value in sent.items()}
