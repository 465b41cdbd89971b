"""Take the README's screenshots, of a chat that is started for them: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from tests import parts  # noqa: E402
from tests.served import serve  # noqa: E402

QUESTION = "How has my HbA1c changed since I started metformin?"
SIZES = {"chat-desktop": (1360, 900), "chat-phone": (390, 844)}
ANSWER_MILLISECONDS = 60_000


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
        for name, (width, height) in SIZES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            page.goto(chat.url)
            page.locator("#message").fill(QUESTION)
            page.locator("[data-send]").click()
            expect(page.locator("chat-turn[data-status=complete] .answer-foot")).to_be_visible(
                timeout=ANSWER_MILLISECONDS
            )
            page.screenshot(path=HERE / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main()
