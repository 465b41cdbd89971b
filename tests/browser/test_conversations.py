"""Finding, renaming, archiving and saving conversations, wording a question anew, thumbs, and urgent answers."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor, ask
from tests.browser.test_page import EMERGENCY, QUESTION, complete
from tests.served import Served

pytestmark = ONE_LOOP


async def test_it_words_a_question_anew_and_keeps_both(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)

    await page.get_by_label("Edit the question").click()
    await page.get_by_label("The question, worded anew").fill("What was my first HbA1c?")
    await page.get_by_role("button", name="Ask this instead").click()
    await complete(page, 1)

    await expect(page.locator(".question-text:visible")).to_have_text("What was my first HbA1c?")
    versions = page.get_by_role("navigation", name="Versions of this question")
    await expect(versions).to_have_text(re.compile(r"Version\s+2 / 2"))
    await versions.get_by_role("link", name="Earlier version").click()
    await expect(page.locator(".question-text")).to_have_text(QUESTION)
    await expect(page.locator("[data-text]")).to_contain_text(re.compile(r"\d"))
    await page.reload()
    await expect(versions).to_have_text(re.compile(r"Version\s+1 / 2"))
    await expect(page.get_by_label("Edit the question")).to_have_count(0)
    await expect(versions.get_by_role("link", name="Later version")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".question-text")).to_have_text("What was my first HbA1c?")


async def test_it_words_a_question_anew_without_javascript(new_visitor: NewVisitor, chat: Served) -> None:
    page = await (await new_visitor(chat, java_script_enabled=False)).open()
    await ask(page, QUESTION)
    await page.get_by_role("button", name="Send").click()
    await complete(page)

    await page.get_by_label("Edit the question").click()
    await page.get_by_label("The question, worded anew").fill("What was my first HbA1c?")
    await page.get_by_role("button", name="Ask this instead").click()
    await expect(page.locator(".question-text")).to_have_text("What was my first HbA1c?")
    await complete(page)

    await page.get_by_role("link", name="Earlier version").click()
    await expect(page.locator(".question-text")).to_have_text(QUESTION)


async def test_it_keeps_what_one_thinks_of_an_answer(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)

    await page.get_by_role("button", name="Not a good answer").click()
    await page.get_by_label("What is wrong with it?").fill("I meant another one.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Saved")).to_be_visible()
    await page.reload()

    await expect(page.get_by_role("button", name="Not a good answer")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_label("What is wrong with it?")).to_have_value("I meant another one.")


async def test_it_renames_finds_archives_and_saves_a_conversation(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    menu = page.get_by_label("More about this conversation")

    await menu.click()
    await page.get_by_label("Name", exact=True).fill("My sugar")
    await page.get_by_role("button", name="Rename").click()
    entry = page.locator("[data-conversations] li a")
    await expect(entry).to_have_text("My sugar")

    await menu.click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Save as Markdown").click()
    saved = await (await download.value).path()
    assert QUESTION in saved.read_text()

    find = page.get_by_label("Search your conversations")
    await find.click()
    await find.fill("cholesterol")
    await expect(page.get_by_text("Nothing of yours has these words")).to_be_visible()
    await find.fill("hba1c sugar")
    await expect(entry).to_have_text("My sugar")
    assert "hba1c" not in page.url

    await menu.click()
    await page.get_by_role("button", name="Into the archive").click()
    await expect(entry).to_have_count(0)
    await page.goto(visitor.url + "/archive/")
    await expect(entry).to_have_text("My sugar")


async def test_it_shows_an_urgent_answer_in_every_tab_until_it_was_read(visitor: Visitor) -> None:
    first, second = await visitor.open(), await visitor.open()
    await ask(first, EMERGENCY)
    await complete(first)
    for page in (first, second):
        await expect(page.locator("[data-urgent-run]")).to_contain_text("This may be an emergency")
        await expect(page.locator("[data-urgent-run] a[href='tel:911']")).to_be_visible()

    await second.get_by_role("button", name="I have read this").click()

    for page in (first, second):
        await expect(page.locator("[data-urgent-run]")).to_have_count(0)
    await first.reload()
    await expect(first.locator("[data-triage]")).to_be_visible()
    await expect(first.locator("[data-urgent-run]")).to_have_count(0)


async def test_it_takes_a_waiting_question_back(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, "One?")
    await expect(page.locator("[data-text]").first).to_contain_text("m=")
    await ask(page, "Two?")
    waiting = page.locator("chat-turn").nth(1)
    await expect(waiting).to_contain_text("Waiting for its turn")

    await waiting.get_by_role("button", name="Take it back").click()

    await expect(waiting).to_have_attribute("data-status", "cancelled")
    await complete(page)


async def test_it_speaks_spanish(new_visitor: NewVisitor, chat: Served) -> None:
    page = await (await new_visitor(chat, locale="es-ES")).open()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await page.get_by_role("button", name="última HbA1c").click()
    await complete(page)

    await expect(page.locator(".question-text")).to_have_text("¿Cuál fue mi última HbA1c?")
    await expect(page.locator("[data-text]")).to_contain_text("Su resultado más reciente")
    await expect(page.locator("chat-turn")).to_contain_text("cifras ligadas a sus historiales")
    await expect(page.locator("team-panel")).to_contain_text("especialista")
    await expect(page.locator("[data-connection]")).to_have_text("Listo")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_it_shows_the_api_with_nothing_from_elsewhere(visitor: Visitor) -> None:
    requested: list[str] = []
    page = await visitor.open("/login/")
    page.on("request", lambda request: requested.append(request.url))

    await page.goto(visitor.url + "/api/docs/")
    await expect(page.locator("#swagger-ui")).to_contain_text("/api/chat/message")

    assert [url for url in requested if not url.startswith((visitor.url, "data:"))] == []
