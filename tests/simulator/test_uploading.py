"""Files: what Stripe takes for which purpose, how long it keeps it, and what becomes of it."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.driver import CUSTOM, Driver, Reply
from tests.simulator.till import Till

from connectkit.simulator import Simulator
from connectkit.simulator.uploading import Size, kind_of, size_of

PNG, PDF, JPEG, GIF, ZIP = b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\r\n", b"\xff\xd8\xff", b"GIF89a", b"PK\x03\x04\x00"
MB = 1024 * 1024
DAY = 86_400
sides = st.integers(1, 65_535)


def png(width: int, height: int) -> bytes:
    return PNG + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"


def jpeg(width: int, height: int) -> bytes:
    header = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF" + bytes(10)
    table = b"\xff\xc4" + struct.pack(">H", 5) + bytes(3)
    return b"\xff\xd8" + header + table + b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9)


def upload(
    driver: Driver, purpose: str, content: bytes, name: str = "a", *, boundary: str = "x", **options: str
) -> Reply:
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    return driver.send("POST", "/v1/files", head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), **options)


@pytest.mark.parametrize(
    ("purpose", "content", "name", "kind", "days", "linked"),
    [
        ("identity_document", png(8000, 8000), "a.png", "png", None, False),
        ("additional_verification", PDF, "a.pdf", "pdf", None, False),
        ("account_requirement", jpeg(10, 10), "a.jpg", "jpg", None, False),
        ("business_icon", GIF, "a.gif", "gif", None, True),
        ("business_logo", png(9000, 9000), "a.png", "png", None, True),
        ("customer_signature", b"<svg/>", "a.SVG", "svg", 7, True),
        ("dispute_evidence", PDF, "a.pdf", "pdf", 270, True),
        ("issuing_regulatory_reporting", b"{}", "a.json", "json", 730, True),
        ("platform_terms_of_service", b"# Terms", "a.md", "md", None, False),
        ("tax_document_user_upload", ZIP, "a.xlsx", "xlsx", None, True),
        ("terminal_android_apk", ZIP, "a.apk", "apk", None, True),
        ("terminal_wifi_certificate", b"\0", "a.pem", None, None, False),
    ],
)
def test_what_is_taken_is_kept_as_long_as_stripe_keeps_it(
    driver: Driver, purpose: str, content: bytes, name: str, kind: str | None, days: int | None, linked: bool
) -> None:
    reply = upload(driver, purpose, content, name)
    file, now = reply.body, driver.simulator.clock.now
    assert (reply.status, file["type"], file["size"]) == (200, kind, len(content))
    assert file["expires_at"] == (None if days is None else now + days * DAY)
    assert (file["url"] is not None) is linked
    assert driver.get(f"/v1/files/{file['id']}").body == file
    assert [one["id"] for one in driver.get("/v1/files", {"purpose": purpose}).body["data"]] == [file["id"]]
    assert driver.get("/v1/files", {"purpose": "selfie"}).body["data"] == []


@pytest.mark.parametrize(
    ("purpose", "content", "name", "told"),
    [
        ("identity_document", GIF, "a.png", "mimetypes: application/pdf, image/jpeg, image/png"),
        ("identity_document", b"I am Ana.", "a.txt", "We don't currently support that file type"),
        ("pci_document", PNG, "a.pdf", "mimetypes: application/pdf"),
        ("business_logo", PDF, "a.pdf", "mimetypes: image/jpeg, image/png, image/gif"),
        ("issuing_regulatory_reporting", b"a\0b", "a.json", "mimetypes: application/json"),
        ("tax_document_user_upload", ZIP, "a.apk", "We don't currently support"),
        ("customer_signature", b"<svg/>", "svg.exe", "We don't currently support"),
        ("identity_document", b"", "a.png", "is empty"),
        ("identity_document", PDF + bytes(10 * MB), "a.pdf", "larger than 10 MB"),
        ("dispute_evidence", PDF + bytes(5 * MB), "a.pdf", "larger than 5 MB"),
        ("business_icon", PNG + bytes(512 * 1024), "a.png", "larger than 512 KB"),
        ("identity_document", png(8001, 10), "a.png", "8001 by 10 pixels; at most 8000 by 8000"),
        ("account_requirement", jpeg(10, 9000), "a.jpg", "10 by 9000 pixels"),
    ],
)
def test_what_is_not_taken_is_refused_and_not_kept(
    driver: Driver, purpose: str, content: bytes, name: str, told: str
) -> None:
    reply = upload(driver, purpose, content, name)
    assert (reply.status, reply.error["type"], reply.error["param"]) == (400, "invalid_request_error", "file")
    assert told in reply.error["message"]
    assert driver.get("/v1/files").body["data"] == []


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("icon", png(128, 128), ""),
        ("logo", png(200, 128), ""),
        ("icon", PNG, ""),
        ("icon", png(200, 128), "square"),
        ("logo", jpeg(127, 200), "at least 128 by 128 pixels"),
    ],
)
def test_pictures_of_a_brand_have_a_least_size(driver: Driver, name: str, content: bytes, told: str) -> None:
    account = driver.made("/v1/accounts", CUSTOM)["id"]
    file = upload(driver, f"business_{name}", content).body["id"]
    reply = driver.post(f"/v1/accounts/{account}", {"settings": {"branding": {name: file}}})
    assert reply.status == (400 if told else 200)
    if told:
        assert (told in reply.error["message"], reply.error["param"]) == (True, f"settings[branding][{name}]")


@given(sides, sides)
def test_both_kinds_of_pictures_tell_their_size(width: int, height: int) -> None:
    assert size_of(png(width, height)) == size_of(jpeg(width, height)) == Size(width, height)


@given(st.sampled_from([b"", PNG, b"\xff\xd8", JPEG + b"\xe0", PDF]), st.binary(max_size=60))
def test_whatever_it_is_it_is_read_without_a_failure(beginning: bytes, rest: bytes) -> None:
    size = size_of(beginning + rest)
    assert size is None or min(size) >= 0
    assert kind_of("a.txt", beginning + rest) in {"jpg", "png", "pdf", "gif", "txt", None}


def disputed(simulator: Simulator) -> str:
    till = Till(simulator)
    till.pay(5000, payment_method="pm_card_createDispute")
    (dispute,) = till.listed("/v1/disputes")
    return f"/v1/disputes/{dispute['id']}"


def test_evidence_shows_files_that_were_uploaded_for_it(driver: Driver, simulator: Simulator) -> None:
    path = disputed(simulator)
    good = upload(driver, "dispute_evidence", PDF).body["id"]
    other = upload(driver, "pci_document", PDF).body["id"]
    told = driver.made(path, {"evidence": {"receipt": good}, "submit": False})
    assert told["evidence"]["receipt"] == good
    for file, said in ((other, "`dispute_evidence` is needed here"), ("file_nothing", "No such file upload")):
        reply = driver.post(path, {"evidence": {"uncategorized_file": file}})
        assert (reply.status, reply.error["param"]) == (400, "evidence[uncategorized_file]")
        assert said in reply.error["message"]
    assert driver.get(path).body["evidence"] == told["evidence"]


@pytest.mark.parametrize(
    ("evidence", "param"),
    [
        ({"uncategorized_text": "x" * 20_001}, "evidence[uncategorized_text]"),
        (dict.fromkeys(("access_activity_log", "uncategorized_text"), "x" * 20_000), None),
    ],
)
def test_a_text_of_evidence_has_an_end(
    driver: Driver, simulator: Simulator, evidence: dict[str, Any], param: str | None
) -> None:
    reply = driver.post(disputed(simulator), {"evidence": evidence, "submit": False})
    assert reply.status == (200 if param is None else 400)
    assert param is None or reply.error["param"] == param


def test_all_evidence_together_has_an_end(driver: Driver, simulator: Simulator) -> None:
    path = disputed(simulator)
    names = ("access_activity_log", "billing_address", "cancellation_rebuttal", "customer_name", "product_description")
    more = ("refund_policy_disclosure", "refund_refusal_explanation", "shipping_address")
    driver.made(path, {"evidence": dict.fromkeys(names, "x" * 20_000), "submit": False})
    assert driver.post(path, {"evidence": dict.fromkeys(more, "x" * 20_000)}).error["param"] == "evidence"
    first, second = (upload(driver, "dispute_evidence", PDF + bytes(3 * MB)).body["id"] for _ in range(2))
    driver.made(path, {"evidence": {"receipt": first}, "submit": False})
    reply = driver.post(path, {"evidence": {"refund_policy": second}})
    assert (reply.status, "4.5 MB" in reply.error["message"]) == (400, True)


@pytest.mark.parametrize("boundary", ["x", "y"])
def test_an_upload_is_known_again_by_its_key(driver: Driver, boundary: str) -> None:
    first = upload(driver, "dispute_evidence", PDF, key="k")
    again = upload(driver, "dispute_evidence", PDF, key="k", boundary=boundary)
    assert (again.headers["Idempotent-Replayed"], again.body) == ("true", first.body)
    assert len(driver.get("/v1/files").body["data"]) == 1


@pytest.mark.parametrize(
    ("purpose", "content", "name"),
    [
        ("dispute_evidence", PDF + b".", "a"),
        ("dispute_evidence", PDF, "b"),
        ("pci_document", PDF, "a"),
    ],
)
def test_another_upload_with_the_key_is_an_error(driver: Driver, purpose: str, content: bytes, name: str) -> None:
    upload(driver, "dispute_evidence", PDF, key="k")
    other = upload(driver, purpose, content, name, key="k")
    assert (other.status, other.error["type"]) == (400, "idempotency_error")
    elsewhere = driver.post("/v1/customers", {}, key="k")
    assert elsewhere.error["type"] == "idempotency_error"
    assert len(driver.get("/v1/files").body["data"]) == 1


def test_a_key_does_not_keep_what_was_uploaded(driver: Driver) -> None:
    content = png(9, 9) + bytes(5 * MB)
    tracemalloc.start()
    try:
        assert upload(driver, "identity_document", content, "a.png", key="k").status == 200
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < MB < len(content) < peak
