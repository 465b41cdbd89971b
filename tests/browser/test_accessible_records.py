"""The pages of the records: nothing for axe to find, in light and in dark, and nothing wider than a small phone."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor
from tests.browser.test_accessible import complaints
from tests.browser.test_page import sideways
from tests.browser.test_records import TABLE, begun, drop, import_table
from tests.served import Served

pytestmark = ONE_LOOP

OF_PATIENT = ("", "/tests/a1c", "/rows/observation", "/rows/medication", "/sources", "/evidence/{evidence}")
OF_OWN = ("/import", "/add/value", "/add/medicine", "/add/condition", "/edit")
LANGUAGES = ("en", "es")
SMALL = {"width": 320, "height": 640}


async def pages(page: Page) -> list[str]:
    """The addresses of every page about a patient, after a table was imported; on the one that asks about another."""
    own = re.sub(r"/import$", "", page.url)
    await import_table(page)
    report = page.url
    await page.goto(own + "/rows/observation")
    evidence = await page.locator(".rows a").first.get_attribute("href")
    assert evidence is not None
    of_patient = [own + path for path in OF_PATIENT[:-1]] + [own + evidence[evidence.index("/evidence/") :]]
    await page.goto(own + "/import")
    await drop(page, "unclear.csv", TABLE.replace("5,8", "5,9"))
    await page.get_by_role("button", name="Import it like this").wait_for()
    return [page.url, report, *of_patient, *(own + path for path in OF_OWN), re.sub(r"/[0-9a-f-]+$", "", own)]


async def test_it_finds_nothing_in_the_records(visitor: Visitor) -> None:
    page = await begun(visitor)
    found: dict[str, list[str]] = {}

    for address in await pages(page):
        await page.goto(address)
        found[address] = await complaints(page)

    assert {address: said for address, said in found.items() if said} == {}


async def test_it_fits_the_smallest_phone_in_every_language(new_visitor: NewVisitor, chat: Served) -> None:
    visitor = await new_visitor(chat, viewport=SMALL)
    page = await begun(visitor)
    addresses = [*await pages(page), f"{chat.url}/", f"{chat.url}/account/"]
    wide: dict[tuple[str, str], int] = {}

    for language in LANGUAGES:
        await in_language(visitor, language)
        for address in addresses:
            await page.goto(address)
            wide[language, address] = await sideways(page)
        await expect(page.locator("html")).to_have_attribute("lang", language)

    assert {where: pixels for where, pixels in wide.items() if pixels} == {}


async def test_it_speaks_spanish_about_the_records(visitor: Visitor) -> None:
    page = await begun(visitor)
    await import_table(page)
    await page.get_by_role("link", name="Mother").click()

    await page.get_by_role("button", name="Español").click()

    await expect(page.get_by_role("heading", name="Resultados por análisis")).to_be_visible()
    test = page.locator(".test", has_text="Hemoglobina glicosilada (HbA1c)")
    await expect(test).to_contain_text("Por encima del rango")
    await test.get_by_role("link").click()
    await expect(page.get_by_role("table", name="2 valores, primero el más reciente")).to_be_visible()
    await page.goto(f"{page.url.partition('/tests/')[0]}/import")
    await drop(page, "scan.pdf", "%PDF-1.7")
    await expect(page.get_by_role("alert")).to_contain_text("Es un PDF.")


async def in_language(visitor: Visitor, language: str) -> None:
    cookie = {"name": "django_language", "value": language, "url": visitor.url}
    await visitor.context.add_cookies([cookie])
