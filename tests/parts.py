"""The programs that some tests run beside the project: where they are, and what to do where they are not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

# Chromium's headless shell is the same browser without windows of its own, and takes a third of the time for a page.
PROGRAMS = {"chromium": ("chromium-headless-shell", "chromium"), "redis": ("redis-server",)}
DEBIAN_PACKAGES = {"chromium": "chromium", "redis": "redis-server", "postgresql": "postgresql", "nginx": "nginx"}


def find(part: str) -> str | None:
    """The path of a part's program, or None."""
    if part == "postgresql":
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        return shutil.which("initdb") or (str(installed[-1]) if installed else None)
    return next(filter(None, map(shutil.which, PROGRAMS.get(part, (part,)))), None)


def require(part: str) -> str:
    """The path of a part's program; without it skip the test, or fail it in CI, where every part can be installed."""
    path = find(part)
    if path is not None:
        return path
    reason = f"{part} is not installed (Debian: apt install {DEBIAN_PACKAGES[part]})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
