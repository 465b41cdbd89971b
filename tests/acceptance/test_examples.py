from __future__ import annotations

from tests.acceptance import examples


def test_it_shows_the_answers_as_they_are() -> None:
    assert examples.page() == examples.DOCUMENT.read_text(encoding="utf-8")
