"""The documents say what the code says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from agents import events

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path.relative_to(ROOT) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_it_lists_every_setting_in_the_readme() -> None:
    read = set(re.findall(r"(?:env\.\w+|one_of|rate)\(\s*\"(\w+)\"", (ROOT / "healthchat/settings.py").read_text()))

    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))

    assert listed == read


def test_it_lists_every_event_with_its_fields() -> None:
    written = {
        kind.__struct_config__.tag: [field.name for field in msgspec.structs.fields(kind) if field.name != "timestamp"]
        for kind in get_args(events.Message)
    }

    section = (ROOT / "docs/events.md").read_text().split("## The types of a message")[1]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", section.partition("|---|")[2], re.MULTILINE)
    listed = {kind: re.findall(r"`(\w+)`", fields) for kind, fields in rows}

    assert listed == written


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_it_links_to_what_is_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text())

    missing = [target for target in targets if not (ROOT / page.parent / target).exists()]

    assert missing == []
