"""What is said of a link to Stripe's form."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import frozen

LinkType: TypeAlias = Literal["account_onboarding", "account_update"]


@frozen
class LinkOptions:
    """What is said of a link to Stripe's form.

    Attributes:
        type: What the form is for.
        return_url: Where the seller comes back to.
        refresh_url: Where the seller is sent when the link no longer works.
        fields: What is asked for.
        future_requirements: Whether what will be wanted from a known day on is asked for as well.
    """

    type: LinkType
    return_url: str
    refresh_url: str
    fields: Literal["currently_due", "eventually_due"] = "currently_due"
    future_requirements: bool = False

    @property
    def urls(self) -> dict[str, Any]:
        """Where the seller comes back to, as both APIs write it."""
        return {"return_url": self.return_url, "refresh_url": self.refresh_url}

    @property
    def collection(self) -> dict[str, Any]:
        """What is asked for, as both APIs write it; nothing where that is Stripe's default."""
        options: dict[str, str] = {}
        if self.fields != "currently_due":
            options["fields"] = self.fields
        if self.future_requirements:
            options = {"fields": self.fields, "future_requirements": "include"}
        return {"collection_options": options} if options else {}
