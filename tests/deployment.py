"""docs/deploy.md as the tests read it: what it says to set and to do is what they set and do."""

from __future__ import annotations

import re

from tests.served import ROOT


def chapter(title: str) -> str:
    """What stands under a heading."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    [said] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(said)


def commands(title: str) -> list[str]:
    """The blocks of commands of a chapter, or of settings."""
    return [block.group() for block in re.finditer(r"(?:^    .+\n)+", chapter(title), re.MULTILINE)]
