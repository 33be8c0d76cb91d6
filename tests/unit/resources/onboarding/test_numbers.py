"""Which number identifies somebody in a country."""

from __future__ import annotations

import pytest

from connectkit.errors import InvalidRequest
from connectkit.resources.onboarding.numbers import company_number, person_number


@pytest.mark.parametrize(
    ("country", "person", "company"),
    [("US", "us_ssn", "us_ein"), ("br", "br_cpf", "br_cnpj"), ("MX", "mx_rfc", "mx_rfc"), ("GB", "gb_nino", "gb_crn")],
)
def test_the_country_tells(country: str, person: str, company: str) -> None:
    assert (person_number(None, country), company_number(None, country)) == (person, company)


@pytest.mark.parametrize("country", ["IN", "", None])
def test_what_the_country_does_not_tell_has_to_be_said(country: str | None) -> None:
    with pytest.raises(InvalidRequest) as caught:
        person_number(None, country)
    assert caught.value.param == "id_number_type"
    with pytest.raises(InvalidRequest) as caught:
        company_number(None, country)
    assert caught.value.param == "tax_id_type"
    assert (person_number("xx_id", country), company_number("xx_co", country)) == ("xx_id", "xx_co")
