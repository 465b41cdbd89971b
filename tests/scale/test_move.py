"""From SQLite to PostgreSQL as docs/deploy.md says: everything is there afterwards, and goes on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.served import ROOT, Served, events_of, run_command, serve

QUESTION = "What was my last HbA1c?"


@pytest.mark.needs("postgresql")
def test_it_moves_to_postgresql_with_all_that_is_stored(tmp_path: Path, postgresql_url: str) -> None:
    database = f"sqlite:///{tmp_path / 'healthchat.sqlite3'}"
    dump = tmp_path / "healthchat.jsonl"
    with serve(tmp_path, command="demo", DATABASE_URL=database, HEALTHCHAT_GUESTS="true") as served:
        cookies, feed, before = ask(served)

    manage(tmp_path, *documented(), "--output", str(dump), database=database)
    manage(tmp_path, "migrate", "--verbosity", "0", database=postgresql_url)
    manage(tmp_path, "loaddata", str(dump), database=postgresql_url)
    manage(tmp_path, *documented(), "--output", str(tmp_path / "again.jsonl"), database=postgresql_url)

    assert rows(tmp_path / "again.jsonl") == rows(dump)
    with (
        serve(tmp_path, DATABASE_URL=postgresql_url, HEALTHCHAT_GUESTS="true") as moved,
        moved.client() as client,
    ):
        client.cookies.update(cookies)
        with client.stream("GET", feed) as response:
            assert [(one.id, one.data) for one in events_of(response)] == before
        assert client.post("/api/chat/message", json={"message": "And before that?"}).status_code == 201


def ask(served: Served) -> tuple[dict[str, str], str, list[tuple[str, str]]]:
    """Ask a question; return who asked, where its feed is, and what that sent."""
    with served.client() as client:
        run = client.post("/api/chat/message", json={"message": QUESTION}).json()["run"]
        feed = f"/api/runs/{run}/stream"
        with client.stream("GET", feed) as response:
            seen = [(one.id, one.data) for one in events_of(response)]
        return dict(client.cookies), feed, seen


def documented() -> list[str]:
    """The arguments of the dump as docs/deploy.md has them."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    [arguments] = re.findall(r"manage\.py (dumpdata .*) --output healthchat\.jsonl", text)
    return arguments.split()


def manage(folder: Path, *arguments: str, database: str) -> None:
    done = run_command(*arguments, data=folder, DATABASE_URL=database)
    assert done.returncode == 0, done.stderr


def rows(dump: Path) -> list[str]:
    """What is in a dump, whatever the order of rows and of what is in their JSON."""
    return sorted(json.dumps(json.loads(line), sort_keys=True) for line in dump.read_text().splitlines())
