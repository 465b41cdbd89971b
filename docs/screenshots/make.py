"""Take the README's screenshots, of a chat that is started for them: `make screenshots`."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from tests import parts  # noqa: E402
from tests.served import Served, serve  # noqa: E402

QUESTION = "How has my HbA1c changed since I started metformin?"
EMERGENCY = "I have crushing chest pain going down my left arm and I am sweating"
DESKTOP = {"viewport": {"width": 1360, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
ANSWER_MILLISECONDS = 60_000
PRINTED_WIDTH = 794
"""Of A4, in CSS pixels."""
ADMIN = re.compile(r"as (admin), password (\S+) ")


def main() -> None:
    chromium = parts.find("chromium")
    if chromium is None:
        sys.exit("Chromium is not installed (Debian: apt install chromium).")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), command="demo", HEALTHCHAT_GUESTS="true") as chat,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        take_chat(browser, chat)
        take_emergency(browser, chat)
        take_account(browser, chat)
        take_records(browser, chat)
        take_admin(browser, chat)


def take_chat(browser: Browser, chat: Served) -> None:
    page = visit(browser, chat, **DESKTOP)
    save(page, "welcome-desktop")
    answer(page, QUESTION)
    save(page, "chat-desktop")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PRINTED_WIDTH, "height": 1123})
    save(page, "chat-print", full_page=True)
    page.close()
    page = visit(browser, chat, color_scheme="dark", **DESKTOP)
    answer(page, QUESTION)
    save(page, "chat-dark")
    page.close()
    page = visit(browser, chat, locale="es-ES", **PHONE)
    save(page, "welcome-phone-spanish")
    page.close()
    page = visit(browser, chat, **PHONE)
    answer(page, QUESTION)
    save(page, "chat-phone")
    page.get_by_role("link", name="Team", exact=True).click()
    save(page, "team-phone")
    page.close()


def take_emergency(browser: Browser, chat: Served) -> None:
    page = visit(browser, chat, **DESKTOP)
    answer(page, EMERGENCY, foot=False)
    save(page, "emergency-desktop")
    page.close()


def take_account(browser: Browser, chat: Served) -> None:
    page = visit(browser, chat, path="/signup/", **DESKTOP)
    page.get_by_label("Username").fill("maria")
    page.get_by_label("Password", exact=True).fill("a fine long phrase")
    page.get_by_label("Password confirmation").fill("a fine long phrase")
    page.get_by_role("button", name="Create the account").click()
    page.goto(f"{chat.url}/account/")
    page.get_by_label("What it is for").fill("My notebook")
    page.get_by_role("button", name="Make a token").click()
    save(page, "account-desktop", full_page=True)
    page.goto(f"{chat.url}/account/second-factor/totp/activate/")
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill("a fine long phrase")
        page.get_by_role("button").last.click()
    save(page, "second-factor-desktop", full_page=True)
    page.close()


def take_records(browser: Browser, chat: Served) -> None:
    page = visit(browser, chat, **DESKTOP)
    answer(page, QUESTION)
    page.goto(f"{chat.url}/patients")
    save(page, "people-desktop")
    page.get_by_role("link", name="Look at the records").first.click()
    save(page, "records-desktop")
    page.locator("#tests").get_by_role("link", name="Hemoglobin A1c").click()
    save(page, "test-desktop")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PRINTED_WIDTH, "height": 1123})
    save(page, "test-print", full_page=True)
    page.emulate_media(media="screen", color_scheme="dark")
    page.set_viewport_size(PHONE["viewport"])
    save(page, "test-phone-dark")
    page.close()


def take_admin(browser: Browser, chat: Served) -> None:
    page = visit(browser, chat, path="/admin/login/?next=/admin/chat/run/", **DESKTOP)
    name, password = ADMIN.findall(chat.printed())[0]
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.locator("#result_list").wait_for()
    save(page, "admin-runs")
    page.locator("#result_list tbody tr", has_text="none").first.locator("th a").click()
    page.get_by_label("Why do you need to see this?").wait_for()
    page.set_viewport_size({"width": 1360, "height": 1240})
    save(page, "admin-timeline")
    page.close()


def visit(browser: Browser, chat: Served, path: str = "/", **options: Any) -> Page:
    page = browser.new_page(reduced_motion="reduce", **options)
    page.goto(chat.url + path)
    return page


def answer(page: Page, question: str, *, foot: bool = True) -> None:
    page.locator("#message").fill(question)
    page.locator("[data-send]").click()
    expect(page.locator("chat-turn[data-status=complete]")).to_be_visible(timeout=ANSWER_MILLISECONDS)
    if foot:
        expect(page.locator("chat-turn .answer-foot")).to_be_visible(timeout=ANSWER_MILLISECONDS)


def save(page: Page, name: str, *, full_page: bool = False) -> None:
    page.screenshot(path=HERE / f"{name}.png", full_page=full_page)


if __name__ == "__main__":
    main()
