"""Somebody with a browser: opens a page, writes into the fields of its form, sends it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

Fetch = Callable[[str, str, bytes], tuple[int, Mapping[str, str], bytes]]


class Form(HTMLParser):
    """The form of a page.

    Attributes:
        values: What stands in each field that is written into or chosen from.
        choices: What can be chosen.
        ticks: What can be ticked, and what that says.
        uploads: What takes a file.
        buttons: What the form is sent off with.
        text: What else the page says.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.ticks: dict[str, str] = {}
        self.uploads: list[str] = []
        self.buttons: list[str] = []
        self.text = ""
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "checkbox":
            self.ticks[given["name"]] = given["value"]
        elif tag == "input" and given.get("type") == "file":
            self.uploads.append(given["name"])
        elif tag == "input":
            self.values[given["name"]] = given["value"]
        elif tag == "select":
            self._select = given["name"]
        elif tag == "button" and "name" in given:
            self.buttons.append(given["name"])

    def handle_data(self, data: str) -> None:
        if self._select and data.strip():
            self.choices.setdefault(self._select, []).append(data)
            self.values.setdefault(self._select, data)
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def _part(told: str, content: bytes) -> bytes:
    return f"--between\r\nContent-Disposition: form-data; {told}\r\n\r\n".encode() + content + b"\r\n"


class Visitor:
    """Somebody who follows a link.

    Args:
        fetch: Fetches a path, by method and body.
        url: The link.
    """

    def __init__(self, fetch: Fetch, url: str) -> None:
        parts = urlsplit(url)
        self._fetch = fetch
        self._path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.pages = 0
        self._arrive(*fetch("GET", self._path, b""))

    def _arrive(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.sent_to = headers["Location"] if status == 303 else ""
        self.form = Form("" if self.sent_to else body.decode())
        self.pages += not self.sent_to

    def send(self, button: str = "submit", **written: str) -> None:
        """Write into fields, tick every box, and send the form off."""
        assert button in self.form.buttons
        filled = {**self.form.values, **self.form.ticks, **written, button: button}
        self._arrive(*self._fetch("POST", self._path, urlencode(filled).encode()))

    def upload(self, **files: tuple[str, bytes]) -> None:
        """Choose files for some fields, by name and content, none for others, and send the form off."""
        filled = {**self.form.values, **self.form.ticks, "submit": "submit"}
        chosen = {**dict.fromkeys(self.form.uploads, ("", b"")), **files}
        parts = [_part(f'name="{name}"', text.encode()) for name, text in filled.items()]
        parts += [_part(f'name="{name}"; filename="{called}"', content) for name, (called, content) in chosen.items()]
        self._arrive(*self._fetch("POST", self._path, b"".join(parts) + b"--between--\r\n"))

    def finish(self) -> str:
        """Leave everything as it stands in the fields, until the form is done; give where that leads."""
        while not self.sent_to:
            assert self.pages < 9, self.form.text
            self.send()
        return self.sent_to


def visit(handle: Callable[..., tuple[int, Mapping[str, str], bytes]], url: str) -> Visitor:
    """Follow a link of a simulator in this process."""
    return Visitor(lambda method, path, body: handle(method, path, {}, body), url)
