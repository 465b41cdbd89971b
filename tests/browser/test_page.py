"""The page itself: without JavaScript, on a phone, with the keyboard, for guests and for people with an account."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor, ask
from tests.served import Served

pytestmark = ONE_LOOP

QUESTION = "What was my latest HbA1c?"
EMERGENCY = "I have crushing chest pain going down my left arm and I am sweating"
PHONE = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}


async def complete(page: Page, number: int = 0) -> None:
    turn = page.locator("chat-turn").nth(number)
    await expect(turn).to_have_attribute("data-status", "complete")
    await expect(turn.locator("[data-progress]")).to_have_count(0)


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


async def test_it_answers_a_suggested_question_from_the_records(visitor: Visitor) -> None:
    page = await visitor.open()
    await page.get_by_role("button", name="latest HbA1c").click()
    await complete(page)

    turn = page.locator("chat-turn")
    await expect(turn.locator("[data-text]")).to_contain_text(re.compile(r"\d"))
    await expect(turn).to_contain_text("Rule-based analyst")
    await expect(turn).to_contain_text("tied to your records")


async def test_it_shows_the_team_at_work_and_the_same_after_a_reload(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    team = page.locator("team-panel")
    await expect(team.locator(".analyst .member-status")).to_contain_text("finished")
    await expect(team.locator("[data-specialist]").first).to_be_visible()
    before = await team.inner_text()

    await page.reload()
    await expect(team.locator(".analyst .member-status")).to_contain_text("finished")

    assert await team.inner_text() == before


async def test_it_opens_the_record_behind_a_number_beside_the_answer(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)

    marker = page.locator("a.citation").first
    number = await marker.inner_text()
    await marker.click()

    panel = page.locator("source-panel")
    await expect(panel.get_by_role("heading", name=f"Source {number}")).to_be_focused()
    await expect(panel.locator(".source-row").first).to_contain_text(re.compile(r"\d"))
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(marker).to_be_focused()


async def test_it_asks_a_follow_up_with_one_press(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    follow_up = page.locator("[data-follow-ups] button").first
    question = await follow_up.inner_text()

    await follow_up.click()
    await complete(page, 1)

    await expect(page.locator(".question-text").nth(1)).to_have_text(question)


async def test_it_puts_an_emergency_first(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, EMERGENCY)

    await expect(page.locator("[data-triage]")).to_contain_text("911")
    await complete(page)
    await expect(page.locator(".triage.emergency a[href='tel:911']").first).to_be_visible()
    await expect(page.locator("[data-triage]")).to_have_count(1)
    await expect(page.locator("team-panel")).to_contain_text("nobody was asked")


async def test_it_asks_and_answers_without_javascript(new_visitor: NewVisitor, chat: Served) -> None:
    plain = await new_visitor(chat, java_script_enabled=False)
    page = await plain.open()

    await page.get_by_label("Your question").fill(QUESTION)
    await page.get_by_role("button", name="Send").click()

    await expect(page).to_have_url(re.compile("/c/"))
    await expect(page.locator("chat-turn")).to_have_attribute("data-status", "complete")
    await expect(page.locator("[data-text]")).to_contain_text(re.compile(r"\d"))
    await expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)


async def test_it_says_what_is_wrong_without_javascript(new_visitor: NewVisitor, chat: Served) -> None:
    plain = await new_visitor(chat, java_script_enabled=False)
    page = await plain.open()

    await page.get_by_label("Your question").fill("   ")
    await page.get_by_role("button", name="Send").click()

    await expect(page.get_by_role("alert")).to_contain_text("Please write a question first.")
    plain.complaints[:] = [line for line in plain.complaints if "422" not in line]


@pytest.mark.parametrize("path", ["/", "/login/", "/signup/"])
async def test_it_fits_on_a_phone(new_visitor: NewVisitor, chat: Served, path: str) -> None:
    page = await (await new_visitor(chat, **PHONE)).open(path)

    assert await sideways(page) == 0


async def test_it_shows_one_part_at_a_time_on_a_phone(new_visitor: NewVisitor, chat: Served) -> None:
    page = await (await new_visitor(chat, **PHONE)).open()
    await ask(page, QUESTION)
    await complete(page)
    assert await sideways(page) == 0

    parts = {"History": "#conversations", "Chat": "#talk", "Team": "#team"}
    for tab, shown in parts.items():
        await page.get_by_label("Parts of this page").get_by_role("link", name=tab).click()
        for part in parts.values():
            await expect(page.locator(part)).to_be_visible(visible=part == shown)
        assert await sideways(page) == 0


async def test_it_keeps_what_is_being_written_over_a_reload(visitor: Visitor) -> None:
    page = await visitor.open()
    box = page.get_by_label("Your question")
    await box.fill("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")

    await page.reload()

    await expect(box).to_have_value("first line\nsecond line")
    await expect(page.locator("chat-turn")).to_have_count(0)


async def test_it_can_be_used_with_the_keyboard_alone(visitor: Visitor) -> None:
    page = await visitor.open()
    skip = page.get_by_role("link", name="Skip to the content")
    await expect(skip).not_to_be_in_viewport()
    await skip.focus()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()

    await page.goto(visitor.url)
    await expect(page.get_by_label("Your question")).to_be_focused()
    await page.get_by_role("button", name="latest HbA1c").focus()
    await page.keyboard.press("Enter")
    await complete(page)

    await page.locator("details.sources > summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("details.sources li").first).to_be_visible()


async def test_it_reads_out_sentences_and_not_tokens(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)

    said = await page.locator("[data-announcer] p").all_inner_texts()
    assert said[-1] == "The answer is complete."
    assert 2 < len(said) <= 30


async def test_it_copies_an_answer_without_its_markers(new_visitor: NewVisitor, chat: Served) -> None:
    visitor = await new_visitor(chat, permissions=["clipboard-read", "clipboard-write"])
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    shown = await page.locator("[data-text]").inner_text()

    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()

    copied = await page.evaluate("navigator.clipboard.readText()")
    assert len(copied) > 20
    assert len(copied) < len(shown)
    assert copied[:15] == shown[:15]


async def test_it_makes_no_account_for_somebody_who_only_looks(visitor: Visitor) -> None:
    page = await visitor.open()

    assert [cookie["name"] for cookie in await visitor.context.cookies() if cookie["name"] == "sessionid"] == []
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()


async def test_it_keeps_a_guests_conversation_when_they_make_an_account(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    conversation = page.url

    await page.locator("[data-account] summary").click()
    await page.get_by_role("link", name="Create an account").click()
    await page.get_by_label("Username").fill(f"visitor-{conversation[-9:-1]}")
    await page.get_by_label("Password", exact=True).fill("correct horse battery")
    await page.get_by_label("Password confirmation").fill("correct horse battery")
    await page.get_by_role("button", name="Create the account").click()
    await page.goto(conversation)
    await expect(page.locator(".question-text")).to_have_text(QUESTION)

    await page.locator("[data-account] summary").click()
    await page.get_by_role("button", name="Sign out").click()
    response = await page.goto(conversation)

    assert response.status == 404
    visitor.complaints[:] = [line for line in visitor.complaints if "404" not in line]


async def test_it_deletes_a_conversation(visitor: Visitor) -> None:
    page = await visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    await page.reload()

    await page.get_by_label("More about this conversation").click()
    await page.get_by_role("button", name="Delete this conversation").click()

    await expect(page.get_by_role("status").first).to_contain_text("The conversation was deleted.")
    await expect(page.locator("[data-conversations] li a")).to_have_count(0)
