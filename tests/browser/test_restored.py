"""A page that is open while the server's data come back from a backup: it shows what there is now."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, ask
from tests.served import SQLITE_FILE, free_port, migrated_file, run_command, serve

pytestmark = ONE_LOOP

TOKENS = 60
TOKEN = re.compile(r"m=\d+")
SETTINGS = {"HEALTHCHAT_GUESTS": "true", "HEALTHCHAT_MODEL": f"scripted:bare=1,tokens={TOKENS},every_ms=150"}


async def test_it_shows_what_the_backup_has(chromium: str, new_visitor: NewVisitor, tmp_path: Path) -> None:
    before, after, port = tmp_path / "before", tmp_path / "after", free_port()
    before.mkdir()
    shutil.copy(migrated_file(), before / SQLITE_FILE)
    with serve(before, port=port, **own(before)) as served:
        visitor = await new_visitor(served)
        page = await visitor.open()
        text = page.locator("chat-turn [data-text]").first
        await ask(page, "How is my cholesterol?")
        await expect(text).to_contain_text("m=")
        await manage("backup", str(after), data=before)
        shown = await text.inner_text()
        earlier = set(TOKEN.findall(shown))
        await ask(page, "And before that?")
        await expect(page.locator("chat-turn")).to_have_count(2)
        await expect(text).not_to_have_text(shown)
        await page.get_by_label("Your question").fill("I was just about to ask")
    await manage("restored", data=after)
    with serve(after, port=port, **own(after)):
        await expect(page.locator("chat-turn")).to_have_count(1)
        await expect(page.locator("chat-turn")).to_have_attribute("data-status", "complete")
        words = TOKEN.findall(await text.inner_text())

        assert len(words) == len(set(words)) == TOKENS
        assert earlier
        assert earlier.isdisjoint(words)
        await expect(page.get_by_label("Your question")).to_have_value("I was just about to ask")
        # The browser complains that there was no server for a while.
        assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in visitor.complaints)
        visitor.complaints.clear()
        await page.close()


def own(data: Path) -> dict[str, str]:
    return SETTINGS | {"DATABASE_URL": f"sqlite:///{data / SQLITE_FILE}", "HEALTHCHAT_ENGINE": "inline"}


async def manage(*arguments: str, data: Path) -> None:
    done = await asyncio.to_thread(run_command, *arguments, data=data, **own(data))
    assert done.returncode == 0, done.stderr
