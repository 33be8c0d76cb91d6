"""What a visitor of the hosted form would write: Stripe's documented test values that pass, by country."""

from __future__ import annotations

from typing import Final, NamedTuple

from .documents import PASSING


class Place(NamedTuple):
    """An address.

    Attributes:
        city: The city.
        postal_code: Its postal code.
        state: State or province, where there are some.
    """

    city: str
    postal_code: str
    state: str = ""


_PLACES: Final = {
    "AU": Place("Sydney", "2000", "NSW"),
    "BR": Place("São Paulo", "01310-100", "SP"),
    "CA": Place("Toronto", "M5V 2T6", "ON"),
    "DE": Place("Berlin", "10115"),
    "FR": Place("Paris", "75001"),
    "GB": Place("London", "WC1A 1AA"),
    "IN": Place("Mumbai", "400001", "MH"),
    "JP": Place("渋谷区", "1500001", "東京都"),
    "MX": Place("Ciudad de México", "06000", "CDMX"),
    "US": Place("San Francisco", "94103", "CA"),
}
_ELSEWHERE: Final = Place("Capital", "10000", "Capital")

_WORDS: Final = {
    "business_profile.mcc": "5734",
    "business_profile.name": "Rocket Rides",
    "business_profile.product_description": "Software for testing payments.",
    "business_profile.url": "https://accessible.stripe.com",
    "settings.card_payments.statement_descriptor_prefix": "ROCKET",
    "settings.payments.statement_descriptor": "ROCKET RIDES",
}
_PARTS: Final = {
    "additional_document": PASSING,
    "date": "1",
    "day": "1",
    "document": PASSING,
    "email": "jenny.rosen@example.com",
    "first_name": "Jenny",
    "first_name_kana": "ジェニー",
    "first_name_kanji": "珍二",
    "gender": "female",
    "id_number": "000000000",
    "ip": "127.0.0.1",
    "last_name": "Rosen",
    "last_name_kana": "ローゼン",
    "last_name_kanji": "露禅",
    "line1": "address_full_match",
    "month": "1",
    "name": "Rocket Rides",
    "name_kana": "ロケット",
    "name_kanji": "火箭",
    "phone": "0000000000",
    "political_exposure": "none",
    "registration_number": "12345678",
    "ssn_last_4": "0000",
    "tax_id": "000000000",
    "title": "CEO",
    "town": "神宮前",
    "year": "1901",
}


def sample(item: str, country: str) -> str:
    """Give a value that passes for a requirement; `""` where there is none."""
    last = item.rpartition(".")[2]
    place = _PLACES.get(country, _ELSEWHERE)._asdict()
    if last == "nationality":
        return country
    return str(_WORDS.get(item) or place.get(last) or _PARTS.get(last) or "")
