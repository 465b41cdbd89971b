"""Run the tests of the page's modules, which need Node."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# The first that takes a `.js` file for a module without a package.json.
OLDEST_NODE = (20, 19)


def node() -> str:
    path = shutil.which("node")
    if path is None:
        pytest.skip("node is not installed")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    match = re.match(r"v(\d+)\.(\d+)", version)
    if match is None or (int(match[1]), int(match[2])) < OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is older than 20.19")
    return path


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_it_passes_under_node(path: Path) -> None:
    done = subprocess.run([node(), "--test", str(path)], capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
