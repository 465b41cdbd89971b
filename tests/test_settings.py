"""Settings that are worked out and not only read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from healthchat.settings import kept_secret_key

TOGETHER = 8


def test_it_gives_one_secret_key_to_all_who_start_together(tmp_path: Path) -> None:
    with ThreadPoolExecutor(TOGETHER) as together:
        for number in range(50):
            folder = tmp_path / str(number)
            folder.mkdir()
            keys = set(together.map(kept_secret_key, [folder] * TOGETHER))
            assert len(keys) == 1
            assert len(keys.pop()) >= 50


def test_it_waits_for_a_secret_key_that_another_is_about_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret_key"
    path.touch()
    monkeypatch.setattr(time, "sleep", lambda _: path.write_text("another's"))

    assert kept_secret_key(tmp_path) == "another's"


def test_it_names_a_secret_key_that_stays_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret_key").touch()
    monkeypatch.setattr(time, "sleep", lambda _: None)

    with pytest.raises(ImproperlyConfigured, match="secret_key is empty"):
        kept_secret_key(tmp_path)
