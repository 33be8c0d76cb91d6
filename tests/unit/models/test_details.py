"""What a platform tells of a seller."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectkit.errors import InvalidRequest
from connectkit.models.details import AccountDetails, Address, BusinessProfile, Company, Individual, TermsAcceptance

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_no_repr_shows_a_value() -> None:
    details = AccountDetails(
        individual=Individual(
            first_name="Ana",
            date_of_birth=date(1990, 5, 17),
            id_number="123456789",
            address=Address(line1="1 Main Street", city="Springfield", postal_code="12345", country="US"),
        ),
        terms=TermsAcceptance(date=NOW, ip="203.0.113.7"),
    )
    assert repr(details) == "AccountDetails(individual=…, terms=…)"
    assert repr(details.individual) == "Individual(first_name=…, date_of_birth=…, address=…, id_number=…)"


@pytest.mark.parametrize("blank", ["", "  "])
def test_what_is_not_known_is_left_out_and_not_blank(blank: str) -> None:
    for make in (
        lambda: Individual(first_name=blank),
        lambda: Company(name=blank),
        lambda: BusinessProfile(url=blank),
        lambda: TermsAcceptance(date=NOW, ip="203.0.113.7", user_agent=blank),
    ):
        with pytest.raises(InvalidRequest, match="is empty"):
            make()


def test_terms_are_accepted_at_a_time_and_from_an_address() -> None:
    with pytest.raises(InvalidRequest, match="time zone") as caught:
        TermsAcceptance(date=NOW.replace(tzinfo=None), ip="203.0.113.7")
    assert caught.value.param == "date"
    with pytest.raises(InvalidRequest, match="not an IP address") as caught:
        TermsAcceptance(date=NOW, ip="my house")
    assert caught.value.param == "ip"
    assert "my house" not in str(caught.value)
    assert TermsAcceptance(date=NOW, ip="2001:db8::1").ip == "2001:db8::1"
