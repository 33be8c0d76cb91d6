"""Links by which a file can be downloaded."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver, Reply
from tests.simulator.test_uploading import PDF, png

PATH = "/v1/file_links"
PAPER = PDF + b"\xff\x00A receipt."


def upload(driver: Driver, said: dict[str, str], content: bytes = PAPER, name: str = "a b.pdf") -> Reply:
    fields = {"purpose": "dispute_evidence", **said}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n' for field, text in fields.items()
    )
    head = f'{parts}--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return driver.send("POST", "/v1/files", head.encode() + content + b"\r\n--x--\r\n")


def evidence(driver: Driver) -> str:
    id: str = upload(driver, {}).body["id"]
    return id


def fetch(driver: Driver, url: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    return driver.simulator.handle(method, url.removeprefix(driver.simulator.world.site), {}, b"")


def test_whoever_has_a_link_can_download_the_file(driver: Driver) -> None:
    file = evidence(driver)
    link = driver.made(PATH, {"file": file, "metadata": {"a": "b"}})
    assert (link["file"], link["metadata"], link["expired"], link["expires_at"]) == (file, {"a": "b"}, False, None)
    status, headers, content = fetch(driver, link["url"])
    assert (status, content, headers["Content-Type"]) == (200, PAPER, "application/pdf")
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.pdf"
    assert fetch(driver, link["url"], "POST")[0] == fetch(driver, f"{link['url']}x")[0] == 404
    assert driver.get(f"{PATH}/{link['id']}").body == link
    assert driver.get(f"{PATH}/{link['id']}", {"expand": ["file"]}).body["file"]["id"] == file
    shown = driver.get(f"/v1/files/{file}").body["links"]
    assert shown == {"object": "list", "data": [link], "has_more": False, "url": f"{PATH}?file={file}"}


def test_a_file_of_no_known_kind_is_downloaded_as_bytes(driver: Driver) -> None:
    file = upload(driver, {"purpose": "terminal_android_apk"}, b"\0", "a.bin").body["id"]
    headers = fetch(driver, driver.made(PATH, {"file": file})["url"])[1]
    assert headers["Content-Type"] == "application/octet-stream"


def test_a_link_expires(driver: Driver) -> None:
    now, file = driver.simulator.clock.now, evidence(driver)
    soon = driver.made(PATH, {"file": file, "expires_at": now + 60})
    good = driver.made(PATH, {"file": file})
    driver.simulator.advance(to=now + 60)
    assert fetch(driver, soon["url"])[0] == 404
    assert driver.get(f"{PATH}/{soon['id']}").body["expired"]
    for asked, found in (({}, [good, soon]), ({"expired": True}, [soon]), ({"expired": False}, [good])):
        listed = driver.get(PATH, {**asked, "file": file}).body["data"]
        assert [one["id"] for one in listed] == [one["id"] for one in found]
    assert driver.get(PATH, {"file": evidence(driver)}).body["data"] == []
    refusal = driver.post(f"{PATH}/{soon['id']}", {"metadata": {"a": "b"}})
    assert (refusal.status, "has expired" in refusal.error["message"]) == (400, True)


def test_when_a_link_expires_can_be_changed(driver: Driver) -> None:
    now = driver.simulator.clock.now
    path = f"{PATH}/{driver.made(PATH, {'file': evidence(driver)})['id']}"
    assert driver.made(path, {"expires_at": now + 60})["expires_at"] == now + 60
    assert driver.made(path, {"expires_at": "", "metadata": {"a": "b"}})["expires_at"] is None
    assert driver.made(path, {"metadata": ""})["metadata"] == {}
    assert driver.post(path, {"expires_at": now}).error["param"] == "expires_at"
    gone = driver.made(path, {"expires_at": "now"})
    assert (gone["expires_at"], gone["expired"]) == (now, True)


def test_a_file_can_come_with_its_link(driver: Driver) -> None:
    later = driver.simulator.clock.now + 60
    told = {"file_link_data[create]": "true", "file_link_data[metadata][a]": "b"}
    file = upload(driver, {**told, "file_link_data[expires_at]": str(later)}).body
    (link,) = file["links"]["data"]
    assert (link["file"], link["expires_at"], link["metadata"]) == (file["id"], later, {"a": "b"})
    assert upload(driver, {"file_link_data[create]": "false"}).body["links"]["data"] == []


@pytest.mark.parametrize(
    ("said", "param"),
    [
        ({"file_link_data[expires_at]": "1"}, "file_link_data[expires_at]"),
        ({"purpose": "identity_document"}, "file_link_data"),
    ],
)
def test_a_link_that_cannot_be_made_is_refused_with_its_file(driver: Driver, said: dict[str, str], param: str) -> None:
    reply = upload(driver, {"file_link_data[create]": "true", **said}, png(9, 9), "a.png")
    assert (reply.status, reply.error["param"]) == (400, param)
    assert driver.get("/v1/files").body["data"] == []


@pytest.mark.parametrize(
    ("told", "param"), [({"expires_at": 1}, "expires_at"), ({"file": "file_nothing"}, "file"), ({"file": None}, "file")]
)
def test_what_cannot_be_linked_to(driver: Driver, told: dict[str, Any], param: str) -> None:
    asked = {"file": evidence(driver), **told}
    reply = driver.post(PATH, {name: value for name, value in asked.items() if value is not None})
    assert (reply.status, reply.error["param"]) == (400, param)


def test_what_proves_who_somebody_is_cannot_be_linked_to(driver: Driver) -> None:
    file = upload(driver, {"purpose": "identity_document"}, png(9, 9), "a.png").body["id"]
    assert driver.post(PATH, {"file": file}).error["param"] == "file"


def test_a_link_is_its_accounts_own(driver: Driver) -> None:
    seller, link = driver.seller()["id"], driver.made(PATH, {"file": evidence(driver)})["id"]
    assert driver.get(f"{PATH}/{link}", account=seller).status == 404
    assert driver.post(f"{PATH}/link_nothing").status == 404
    assert driver.get(PATH, account=seller).body["data"] == []
