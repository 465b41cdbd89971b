"""Watching an answer come in: whatever happens to the connection, it is shown once and whole."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, TOKENS, NewVisitor, Visitor, ask
from tests.served import Served

pytestmark = ONE_LOOP

QUESTION = "How is my cholesterol?"


def answer(page: Page, number: int = 0):
    return page.locator("chat-turn").nth(number)


async def words(page: Page, number: int = 0) -> list[str]:
    return re.findall(r"m=\d+", await answer(page, number).locator("[data-text]").inner_text())


async def begun(page: Page, number: int = 0) -> None:
    await expect(answer(page, number).locator("[data-text]")).to_contain_text("m=")


async def complete(page: Page, number: int = 0) -> None:
    await expect(answer(page, number)).to_have_attribute("data-status", "complete")
    await expect(answer(page, number).locator("[data-progress]")).to_have_count(0)


async def assert_whole(page: Page, number: int = 0) -> None:
    shown = await words(page, number)
    assert len(shown) == TOKENS
    assert shown == sorted(set(shown), key=lambda word: int(word[2:]))


async def test_it_shows_the_answer_while_it_is_written(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)

    early = len(await words(page))
    await expect(page.locator("[data-connection]")).to_have_text("Connected")
    await complete(page)

    assert early < TOKENS
    await assert_whole(page)
    await expect(page.locator("[data-connection]")).to_have_text("Done")


async def test_it_makes_the_page_the_conversations_page(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)

    await expect(page).to_have_url(re.compile(r"/c/[0-9a-f-]{36}/$"))
    await expect(page.locator("[data-conversations] a[aria-current]")).to_have_text(QUESTION)
    await expect(page.locator("[data-account] summary")).to_have_text("Guest")
    await expect(page.get_by_role("heading", name="What would you like to know")).to_be_hidden()
    assert QUESTION not in await page.title()


async def test_it_goes_on_after_a_reload_in_the_middle(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)

    await page.reload()
    await begun(page)
    await expect(answer(page)).to_have_attribute("data-status", re.compile("queued|running"))
    await complete(page)

    await assert_whole(page)
    await expect(page.locator("chat-turn")).to_have_count(1)


async def test_it_looks_the_same_after_a_reload(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await complete(page)
    await expect(page.locator("team-panel .member-status")).to_contain_text("finished")
    before = await answer(page).inner_text(), await page.locator("team-panel").inner_text()

    await page.reload()
    await expect(page.locator("team-panel .member-status")).to_contain_text("finished")

    assert (await answer(page).inner_text(), await page.locator("team-panel").inner_text()) == before


async def test_it_stops_an_answer(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)

    await page.get_by_role("button", name="Stop").click()

    await expect(answer(page)).to_have_attribute("data-status", "cancelled")
    await expect(answer(page)).to_contain_text("You stopped this answer")
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    assert 0 < len(await words(page)) < TOKENS


async def test_it_shows_in_every_tab_what_is_asked_in_one(slow_visitor: Visitor) -> None:
    first = await slow_visitor.open()
    await ask(first, QUESTION)
    await complete(first)
    second = await slow_visitor.open(first.url.removeprefix(slow_visitor.url))
    await expect(second.locator("chat-turn")).to_have_count(1)

    await ask(first, "And my kidneys?")
    await begun(second, 1)
    await complete(second, 1)

    await expect(second.locator(".question-text").nth(1)).to_have_text("And my kidneys?")
    await assert_whole(second, 1)
    await expect(second.locator("chat-turn")).to_have_count(2)
    await complete(first, 1)
    await assert_whole(first, 1)


async def test_it_answers_a_question_that_is_sent_during_an_answer(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)

    await ask(page, "And my kidneys?")
    await expect(answer(page, 1).locator("[data-progress-text]")).to_have_text("Waiting for its turn")
    await complete(page, 1)

    await assert_whole(page, 0)
    await assert_whole(page, 1)


async def test_it_says_that_it_is_offline_and_misses_nothing(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)

    await slow_visitor.context.set_offline(True)
    await expect(page.locator("[data-connection]")).to_contain_text("Offline")
    await slow_visitor.context.set_offline(False)
    await complete(page)

    await assert_whole(page)


async def test_it_keeps_a_question_that_cannot_be_sent_and_sends_it_once(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await slow_visitor.context.set_offline(True)
    await ask(page, QUESTION)
    await expect(page.locator("chat-turn")).to_contain_text("Not sent yet")

    await slow_visitor.context.set_offline(False)
    await complete(page)
    await page.reload()

    await expect(page.locator("chat-turn")).to_have_count(1)
    await expect(page.locator("[data-conversations] li a")).to_have_count(1)
    slow_visitor.complaints[:] = [line for line in slow_visitor.complaints if "ERR_INTERNET" not in line]


async def test_it_sends_what_waits_after_a_reload_too(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await page.route("**/api/chat/message", lambda route: route.abort())
    await ask(page, QUESTION)
    await expect(page.locator("chat-turn")).to_contain_text("Not sent yet")
    await page.unroute_all()

    await page.reload()
    await complete(page)

    await expect(page.locator("chat-turn")).to_have_count(1)
    slow_visitor.complaints[:] = [line for line in slow_visitor.complaints if "net::ERR_FAILED" not in line]


async def test_it_takes_back_a_question_that_cannot_be_sent(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await page.route("**/api/chat/message", lambda route: route.abort())
    await ask(page, QUESTION)

    await page.get_by_role("button", name="Take it back").click()

    await expect(page.get_by_label("Your question", exact=True)).to_have_value(QUESTION)
    await expect(page.locator("chat-turn")).to_have_count(0)
    slow_visitor.complaints[:] = [line for line in slow_visitor.complaints if "net::ERR_FAILED" not in line]


async def test_it_does_not_ask_twice_when_the_reply_is_lost(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()

    async def lose_the_reply(route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/api/chat/message", lose_the_reply, times=1)
    await ask(page, QUESTION)
    await complete(page)
    await page.reload()

    await expect(page.locator("chat-turn")).to_have_count(1)
    await expect(page.locator("[data-conversations] li a")).to_have_count(1)
    slow_visitor.complaints[:] = [line for line in slow_visitor.complaints if "net::ERR_FAILED" not in line]


async def test_it_says_what_is_wrong_with_a_question(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, "x" * 40_000)

    await expect(page.get_by_role("alert")).to_contain_text("too long")
    slow_visitor.complaints[:] = [line for line in slow_visitor.complaints if "413" not in line]


async def test_it_shows_nothing_to_another_visitor(
    slow_visitor: Visitor, new_visitor: NewVisitor, slow_chat: Served
) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await begun(page)
    stranger = await new_visitor(slow_chat)

    theirs = await stranger.open()
    await ask(theirs, "Something of my own")
    await complete(theirs)
    response = await theirs.goto(page.url)

    assert response.status == 404
    await expect(theirs.locator("body")).not_to_contain_text(QUESTION)
    stranger.complaints[:] = [line for line in stranger.complaints if "404" not in line]
    await complete(page)


async def test_it_holds_one_connection_however_often_it_is_hidden_and_shown(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    opened: list[str] = []
    ended: list[str] = []
    page.on("request", lambda request: opened.append(request.url) if "/stream" in request.url else None)
    for event in ("requestfinished", "requestfailed"):
        page.on(event, lambda request: ended.append(request.url) if "/stream" in request.url else None)
    await ask(page, QUESTION)
    await begun(page)

    for state in ("hidden", "visible") * 3:
        await page.evaluate(
            "state => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
            " document.dispatchEvent(new Event('visibilitychange')) }",
            state,
        )
        await expect(page.locator("[data-connection]")).to_have_text(re.compile("Connected|Reconnecting"))
    await complete(page)

    await assert_whole(page)
    assert len(opened) == 4
    assert len(ended) == 3
