"""Who writes the answers: chosen for a conversation, asked again where it could not, or left to the rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor, ask
from tests.llm.provider import Fault, Provider
from tests.served import Served, serve

pytestmark = ONE_LOOP

MODEL = "openai-chat:scripted"
QUESTION = "What was my latest HbA1c?"
RULES = "Rule-based analyst"
BOTH_WAYS = [pytest.param({}, id="with JavaScript"), pytest.param({"java_script_enabled": False}, id="without")]


class Place(NamedTuple):
    served: Served
    provider: Provider


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """A chat that is set to a model of a scripted provider."""
    provider = Provider("openai-chat")
    async with provider.serving():
        environment = {"HEALTHCHAT_MODEL": MODEL, "OPENAI_BASE_URL": f"{provider.url}/v1"}
        with serve(tmp_path_factory.mktemp("models"), command="demo", HEALTHCHAT_GUESTS="true", **environment) as chat:
            yield Place(chat, provider)


async def answered(page: Page, number: int = 0) -> Locator:
    turn = page.locator("chat-turn").nth(number)
    await expect(turn).to_have_attribute("data-status", "complete")
    await expect(turn.locator(".answer-foot")).to_be_visible()
    return turn


async def asked(visitor: Visitor, model: str = "") -> Page:
    page = await visitor.open()
    if model:
        await page.get_by_label("Who writes the answers").select_option(model)
    await page.get_by_label("Your question").fill(QUESTION)
    await page.get_by_role("button", name="Send").click()
    return page


@pytest.mark.parametrize("how", BOTH_WAYS)
async def test_the_model_that_is_chosen_answers(place: Place, new_visitor: NewVisitor, how: dict[str, bool]) -> None:
    visitor = await new_visitor(place.served, **how)

    page = await asked(visitor, "rules")

    turn = await answered(page)
    await expect(turn).to_contain_text(RULES)
    await page.reload()
    await page.get_by_label("More about this conversation").click()
    await page.get_by_label("Who writes the answers").select_option(label=f"{MODEL} (on this machine)")
    await page.get_by_role("button", name="Choose").click()
    await expect(page.get_by_text(f"From now on this model answers here: {MODEL}")).to_be_visible()
    await page.get_by_label("Your question").fill(QUESTION)
    await page.get_by_role("button", name="Send").click()
    await expect(await answered(page, 1)).to_contain_text(MODEL)


@pytest.mark.parametrize("how", BOTH_WAYS)
async def test_a_model_is_asked_again_in_whose_place_the_rules_answered(
    place: Place, new_visitor: NewVisitor, how: dict[str, bool]
) -> None:
    visitor = await new_visitor(place.served, **how)
    # A refusal is not asked for again by itself.
    place.provider.break_with(Fault("context_overflow", "answer", times=1))

    page = await asked(visitor)

    turn = await answered(page)
    await expect(turn).to_contain_text("The model stopped while it wrote the answer.")
    await expect(turn.locator(".answer-foot")).to_contain_text(RULES)
    before = len(place.provider.asked)
    await turn.get_by_role("button", name="Ask the model again").click()
    await expect(page.get_by_text("2 / 2")).to_be_visible()
    again = page.locator("chat-turn").last
    await expect(again).to_have_attribute("data-status", "complete")
    await expect(again.locator(".answer-foot")).to_contain_text(MODEL)
    await expect(again).not_to_contain_text("The model stopped")
    assert [one.of_specialist for one in place.provider.asked[before:]] == [False]


async def test_a_stopped_answer_is_left_to_the_rules(place: Place, new_visitor: NewVisitor) -> None:
    visitor = await new_visitor(place.served)
    place.provider.break_with(Fault("stall", "answer", times=1))
    page = await visitor.open()
    await ask(page, QUESTION)
    await page.get_by_role("button", name="Stop").click()
    turn = page.locator("chat-turn").first
    await expect(turn).to_have_attribute("data-status", "cancelled")

    await turn.get_by_role("button", name="Let the rule-based analyst answer").click()

    again = page.locator("chat-turn").last
    await expect(again).to_have_attribute("data-status", "complete")
    await expect(again.locator(".answer-foot")).to_contain_text(RULES)
