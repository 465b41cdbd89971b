"""A backup of one machine: whole, or not there; for the rest see tests/scale/test_backup.py."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from healthchat.chat.models import Conversation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_any_database("PostgreSQL has its own backup")]


@pytest.fixture
def data(settings: object, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "uploads").mkdir(parents=True)
    settings.DATA = folder  # type: ignore[attr-defined]
    return folder


def test_it_has_the_database_the_key_and_files_that_wait(data: Path, conversation: Conversation) -> None:
    (data / "secret_key").write_text("key")
    (data / "uploads" / "1").write_text("half of a file")
    to = data.parent / "backup"

    call_command("backup", to, verbosity=0)

    [database] = to.glob("*sqlite3*")
    with sqlite3.connect(database) as copy:
        assert copy.execute("SELECT id FROM chat_conversation").fetchall() == [(conversation.pk.hex,)]
    copy.close()
    assert (to / "secret_key").read_text() == "key"
    assert (to / "uploads" / "1").read_text() == "half of a file"
    assert to.stat().st_mode & 0o077 == 0


def test_it_holds_nothing_of_what_was_deleted(data: Path, alice: User) -> None:
    words = "zinnober-quastenflosser"
    Conversation.objects.create(owner=alice, title=words).delete()
    to = data.parent / "backup"

    call_command("backup", to, verbosity=0)

    [database] = to.glob("*sqlite3*")
    assert words.encode() not in database.read_bytes()


def test_it_leaves_what_is_there_as_it_is(data: Path) -> None:
    there = data.parent / "backup"
    there.mkdir()
    (there / "mine").touch()

    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", there)

    assert [path.name for path in there.iterdir()] == ["mine"]


def test_it_leaves_nothing_where_it_does_not_succeed(data: Path) -> None:
    (data / "uploads" / "folder").mkdir()
    to = data.parent / "backup"

    with pytest.raises(CommandError, match="No backup was taken"):
        call_command("backup", to)

    assert not list(data.parent.glob("backup*"))


def test_it_says_how_another_database_is_backed_up(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "postgresql")

    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", data.parent / "backup")
