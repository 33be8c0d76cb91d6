"""Which number identifies somebody in a country: Accounts v2 wants to be told, where v1 knows by the country."""

from __future__ import annotations

from typing import Final

from connectkit.errors import InvalidRequest

_PERSONS: Final = (
    "ae_eid be_nrn br_cpf ca_sin ch_oasi de_stn dk_cpr es_nif fi_hetu fr_nir gb_nino gr_afm hk_id hu_ad ie_ppsn it_cf "
    "jp_inc lu_nif mx_rfc my_nric nl_bsn no_nin nz_ird pl_pesel pt_nif ro_cnp se_pin sk_dic th_pin us_ssn za_id "
)
_COMPANIES: Final = (
    "ae_crn at_fn au_abn be_cbe bg_uic br_cnpj ca_cn ch_uid cz_ico de_hrn dk_cvr ee_rk es_cif fi_yt fr_siren gb_crn "
    "gi_crn hk_cr ie_crn jp_cn li_uid lu_rcs lv_urn mt_crn mx_rfc nl_kvk no_orgnr nz_bn ro_cui se_orgnr sg_uen sk_ico "
    "th_crn us_ein "
)
"""The number that is usual in a country, which its name begins with."""


def person_number(kind: str | None, country: str | None) -> str:
    """Give the kind of a person's number, in the words of v2.

    Args:
        kind: What was said.
        country: Where the person is at home, two letters in either case.

    Raises:
        InvalidRequest: Nothing was said, and the country does not tell.
    """
    return kind or _by(country, _PERSONS, "id_number_type")


def company_number(kind: str | None, country: str | None) -> str:
    """Give the kind of a company's number, in the words of v2.

    Args:
        kind: What was said.
        country: Where the company is, two letters in either case.

    Raises:
        InvalidRequest: Nothing was said, and the country does not tell.
    """
    return kind or _by(country, _COMPANIES, "tax_id_type")


def _by(country: str | None, kinds: str, param: str) -> str:
    usual = {kind[:2]: kind for kind in kinds.split()}
    kind = usual.get((country or "").lower())
    if kind is None:
        message = f"Accounts v2 wants to be told which kind of number it is, and the country does not tell: {param}."
        raise InvalidRequest(message, param=param, next_step="Pass Stripe's word for it, or api='v1'.")
    return kind
