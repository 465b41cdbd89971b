"""An account in a real browser: a second factor, sessions, and leaving."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import hotp_value
from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor
from tests.served import Served

pytestmark = ONE_LOOP

PASSWORD = "correct horse battery"


async def sign_up(visitor: Visitor, name: str) -> Page:
    page = await visitor.open("/signup/")
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password confirmation").fill(PASSWORD)
    await page.get_by_role("button", name="Create the account").click()
    await page.wait_for_url("**/")
    return page


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


def code(secret: str) -> str:
    return f"{hotp_value(secret, int(time.time()) // 30):06}"


async def test_it_asks_for_the_second_factor_once_there_is_one(new_visitor: NewVisitor, chat: Served) -> None:
    page = await sign_up(await new_visitor(chat), "factor")
    await page.goto(chat.url + "/account/second-factor/totp/activate/")
    if await page.get_by_label("Password", exact=True).count():
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name=re.compile("Confirm|Continue")).click()
    secret = await page.get_by_label("Authenticator secret").input_value()
    await page.get_by_label("Authenticator code").fill(code(secret))
    await page.get_by_role("button", name="Activate").click()
    await expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()

    elsewhere = await (await new_visitor(chat)).open("/login/")
    await sign_in(elsewhere, "factor")
    await expect(elsewhere.get_by_text("authenticator code")).to_be_visible()
    await elsewhere.goto(chat.url + "/account/")
    await expect(elsewhere).to_have_url(re.compile("/login/"))

    await sign_in(elsewhere, "factor")
    await elsewhere.get_by_placeholder("Code").fill(code(secret))
    await elsewhere.get_by_role("button", name="Sign In").click()
    await expect(elsewhere).to_have_url(chat.url + "/account/")


async def test_it_signs_another_browser_out(new_visitor: NewVisitor, chat: Served) -> None:
    page = await sign_up(await new_visitor(chat), "elsewhere")
    other = await (await new_visitor(chat)).open("/login/")
    await sign_in(other, "elsewhere")
    await other.wait_for_url("**/")

    await page.goto(chat.url + "/account/")
    await page.get_by_role("button", name="Sign out there").click()
    await expect(page.get_by_text("this browser")).to_be_visible()
    await other.goto(chat.url + "/account/")

    await expect(other).to_have_url(re.compile("/login/"))


async def test_it_deletes_the_account_for_whoever_knows_the_password(new_visitor: NewVisitor, chat: Served) -> None:
    page = await sign_up(await new_visitor(chat), "leaving")
    await page.goto(chat.url + "/account/")
    await page.get_by_text("Delete this account").click()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Delete everything").click()
    await expect(page.get_by_role("status")).to_contain_text("were deleted")

    await sign_in(page, "leaving")

    await expect(page.get_by_role("alert")).to_contain_text("correct username and password")
