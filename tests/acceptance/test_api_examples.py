"""The examples of docs/api.md, as a reader would run them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.served import ANSWER_SECONDS, Served

PAGE = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text()
EXAMPLES = dict(re.findall(r"```(python|sh)\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = {"python": [sys.executable, "-c"], "sh": ["sh", "-c"]}
SECRET = re.compile(r'value="(hc_[\w-]{43})"')


@pytest.fixture
def token(visitor: httpx.Client) -> str:
    """An access token that somebody with a new account makes on their account page."""
    visitor.get("/signup/")
    password = "a fine long phrase"
    account = {"username": f"reader-{os.urandom(4).hex()}", "password1": password, "password2": password}
    _post(visitor, "/signup/", **account)
    visitor.get("/account/")
    return SECRET.findall(_post(visitor, "/account/tokens/", name="example", scope="write").text)[0]


@pytest.mark.parametrize("language", ["python", "sh"])
def test_it_asks_and_follows_the_answer(language: str, token: str, chat: Served) -> None:
    if language == "sh" and shutil.which("curl") is None:
        pytest.skip("curl is not installed (Debian: apt install curl)")

    done = subprocess.run(
        [*COMMANDS[language], EXAMPLES[language]],
        env=os.environ | {"SERVER": chat.url, "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=ANSWER_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "HbA1c" in done.stdout
    assert re.search(r"\d\.\d", done.stdout)


@pytest.mark.parametrize("language", ["python", "sh"])
def test_it_takes_about_ten_lines(language: str) -> None:
    lines = [line for line in EXAMPLES[language].splitlines() if line.strip()]

    assert len(lines) <= 10


def _post(visitor: httpx.Client, address: str, **form: str) -> httpx.Response:
    form["csrfmiddlewaretoken"] = visitor.cookies["csrftoken"]
    response = visitor.post(address, data=form, follow_redirects=True)
    assert response.status_code == 200, response.text[:500]
    return response
