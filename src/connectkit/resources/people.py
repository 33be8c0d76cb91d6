"""People and addresses as both of Stripe's APIs write them; who a person is, in the words of v1."""

from __future__ import annotations

from typing import Any

from connectkit.models.details import Address, Document, Individual


def given(**values: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON value
    """Leave out what was not said."""
    return {name: value for name, value in values.items() if value is not None and value != {}}


def address_of(address: Address | None) -> dict[str, Any] | None:
    """Write an address."""
    if address is None:
        return None
    return given(
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
    )


def day_of(individual: Individual) -> dict[str, int] | None:
    """Write a day of birth."""
    day = individual.date_of_birth
    return None if day is None else {"day": day.day, "month": day.month, "year": day.year}


def document_of(document: Document | None) -> dict[str, Any] | None:
    """Write the pictures of a document."""
    return None if document is None else given(front=document.front, back=document.back)


def person_of(individual: Individual) -> dict[str, Any]:
    """Write who a person is, in the words of v1."""
    return given(
        first_name=individual.first_name,
        last_name=individual.last_name,
        email=individual.email,
        phone=individual.phone,
        dob=day_of(individual),
        address=address_of(individual.address),
        id_number=individual.id_number,
        ssn_last_4=individual.ssn_last_4,
        nationality=individual.nationality,
        political_exposure=individual.political_exposure,
        verification=given(
            document=document_of(individual.document),
            additional_document=document_of(individual.additional_document),
        ),
    )
