"""Django's own look at the settings that docs/deploy.md gives: it has nothing to say."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pytest

from tests.deployment import chapter
from tests.served import run_command

ONE_MACHINE, MANY_MACHINES = "On one machine", "On many machines"


def documented(title: str) -> dict[str, str]:
    """The settings of a chapter, with a secret for each that is to be made."""
    settings = dict(re.findall(r"^ {4,}([A-Z_]+)=(.+)$", chapter(title), re.MULTILINE))
    return {name: re.sub(r"<.*>", secrets.token_hex(32), value) for name, value in settings.items()}


@pytest.mark.parametrize("titles", [[ONE_MACHINE], [ONE_MACHINE, MANY_MACHINES]], ids=["one machine", "many machines"])
def test_it_finds_nothing_to_say(tmp_path: Path, titles: list[str]) -> None:
    settings = {name: value for title in titles for name, value in documented(title).items()}
    single = {"HEALTHCHAT_ENGINE": "inline", "DATABASE_URL": f"sqlite:///{tmp_path / 'healthchat.sqlite3'}"}

    environment = single | settings | {"HEALTHCHAT_DATA": str(tmp_path)}
    done = run_command("check", "--deploy", "--fail-level", "INFO", data=tmp_path, **environment)

    assert {"ALLOWED_HOSTS", "HEALTHCHAT_HTTPS"} <= settings.keys()
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_it_has_something_to_say_where_nothing_is_set(tmp_path: Path) -> None:
    done = run_command("check", "--deploy", data=tmp_path)

    assert "security.W" in done.stderr
