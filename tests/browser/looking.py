"""What has to be true of every page for those who do not see it, or do not use a mouse."""

from __future__ import annotations

from playwright.sync_api import Page

_UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, button, a[href]")]
  .filter((field) => !(field.labels?.length || field.textContent.trim() || field.ariaLabel))
  .map((field) => field.outerHTML)"""
_REPEATED = """() => { const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place) }"""
_USED = "input:not([type=hidden]), select, button, a[href]"
_UNREACHED = f"""() => [...document.querySelectorAll("{_USED}")].filter((one) => !window.reached.has(one))
  .map((one) => one.outerHTML)"""
_NOTE = "() => window.reached.add(document.activeElement)"


def accessible(page: Page) -> Page:
    """Give a page that has a language, one heading, a main part, and a name for whatever can be used."""
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title()
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate(_UNNAMED) == []
    assert page.evaluate(_REPEATED) == []
    return page


def beyond_the_keyboard(page: Page) -> object:
    """Give what the tabulator alone does not reach."""
    page.evaluate("() => { window.reached = new Set() }")
    for _ in range(page.locator(_USED).count() + 5):
        page.keyboard.press("Tab")
        page.evaluate(_NOTE)
    unreached: object = page.evaluate(_UNREACHED)
    return unreached
