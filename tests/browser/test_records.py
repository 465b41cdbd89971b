"""Records in a real browser: a file by one drag, a table that is asked about, a chart that is read out."""

from __future__ import annotations

import secrets
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor
from tests.records.importers.samples import apple, steps
from tests.served import Served

pytestmark = ONE_LOOP

TABLE = "Datum;Bepaling;Uitslag;Eenheid\n03/04/2025;HbA1c;5,8;%\n05/06/2025;HbA1c;7,1;%\n"
WIDER = """[...document.querySelectorAll("#content *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
  .map((one) => one.outerHTML.slice(0, 200))"""
DROP = """(target, [name, text]) => {
  const data = new DataTransfer()
  data.items.add(new File([text], name))
  return ["dragenter", "dragover", "drop"].map(
    (type) => target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })),
  )
}"""


async def begun(visitor: Visitor) -> Page:
    """The import page of a person whom somebody new has just added."""
    page = await visitor.open("/signup/")
    password = secrets.token_hex(12)
    await page.get_by_label("Username").fill(f"ann-{secrets.token_hex(6)}")
    for field in await page.locator("input[type=password]").all():
        await field.fill(password)
    await page.get_by_role("button", name="Create the account").click()
    await page.get_by_role("link", name="Records", exact=True).first.click()
    await page.get_by_label("Name", exact=True).fill("Mother")
    await page.get_by_role("button", name="Add, and import a file next").click()
    await expect(page.get_by_role("heading", name="Import a file")).to_be_visible()
    return page


async def drop(page: Page, name: str, text: str, *, at: str = "[data-form]") -> None:
    # Nothing takes the file before the page says that it may be dropped.
    await expect(page.locator("[data-drop-hint]")).to_be_visible()
    await page.locator(at).evaluate(DROP, [name, text])


async def import_table(page: Page) -> None:
    await drop(page, "labs.csv", TABLE)
    await page.get_by_label("The day comes first").check()
    await page.get_by_role("button", name="Import it like this").click()
    await expect(page.get_by_text("2 new records came in")).to_be_visible()


async def test_it_takes_a_table_by_one_drag_and_draws_it(visitor: Visitor) -> None:
    page = await begun(visitor)

    await import_table(page)
    await page.get_by_role("link", name="Mother").click()
    await expect(page.locator(".test", has_text="Hemoglobin A1c").get_by_text("Above range")).to_be_visible()
    await page.get_by_role("link", name="Hemoglobin A1c").click()

    await expect(page.locator(".course-mark")).to_have_count(2)
    chart = page.get_by_role("group", name="Chart of 2 values")
    await expect(chart.get_by_role("link", name="7.1 %, 2025-06-05")).to_have_count(1)
    await expect(chart).to_match_aria_snapshot("""
        - group /Chart of 2 values/:
          - link "5.8 %, 2025-04-03"
          - link "7.1 %, 2025-06-05"
    """)
    await expect(page.get_by_role("table", name="2 values, the newest first")).to_be_visible()
    await chart.get_by_role("link", name="5.8 %, 2025-04-03").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What the record says")).to_be_visible()


async def test_it_sends_a_large_file_in_pieces_and_shows_how_far_it_is(visitor: Visitor) -> None:
    page = await begun(visitor)
    filler = "<!--" + "x" * 1000 + "-->"
    content = apple(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"), *[filler] * 10_000)
    assert len(content) > 8 << 20

    await drop(page, "export.xml", content.decode())

    await expect(page.get_by_text("1 new record came in")).to_be_visible()


async def test_it_says_why_a_file_is_refused(visitor: Visitor) -> None:
    page = await begun(visitor)

    await drop(page, "scan.pdf", "%PDF-1.7")

    await expect(page.get_by_role("alert")).to_contain_text("This is a PDF")


async def test_it_takes_a_file_that_is_dropped_beside_the_form(visitor: Visitor) -> None:
    page = await begun(visitor)

    await drop(page, "scan.pdf", "%PDF-1.7", at="h1")

    await expect(page.get_by_role("alert")).to_contain_text("This is a PDF")


async def test_it_keeps_the_page_that_a_file_is_dropped_on_and_says_where_files_go(visitor: Visitor) -> None:
    for path in ("/", "/patients"):
        page = await visitor.open(path)
        hint = page.locator("drop-hint:defined")
        await expect(hint).to_be_attached()

        opened = await page.locator("h1").evaluate(DROP, ["labs.csv", TABLE])

        assert opened == [True, False, False]
        await expect(hint).to_contain_text("Choose whose records the file is about")
        await page.mouse.click(5, 5)
        await expect(hint).to_be_hidden()


async def test_it_fits_a_phone(new_visitor: NewVisitor, chat: Served) -> None:
    page = await begun(await new_visitor(chat, viewport={"width": 360, "height": 740}))

    await import_table(page)

    for link, heading in (("Mother", "Results by test"), ("Hemoglobin A1c", "Hemoglobin A1c")):
        await page.get_by_role("link", name=link).click()
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
        await page.wait_for_load_state()
        assert await page.evaluate(WIDER) == []


async def test_it_works_without_javascript(new_visitor: NewVisitor, chat: Served, tmp_path: Path) -> None:
    table = tmp_path / "labs.csv"
    table.write_text(TABLE, encoding="utf-8")
    page = await begun(await new_visitor(chat, java_script_enabled=False))

    await page.get_by_label("Choose a file").set_input_files(table)
    await page.get_by_role("button", name="Import", exact=True).click()
    await page.get_by_label("The month comes first").check()
    await page.get_by_role("button", name="Import it like this").click()

    await expect(page.get_by_text("2 new records came in")).to_be_visible()
