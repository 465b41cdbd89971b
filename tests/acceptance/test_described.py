"""The API does what its description says: generated requests of every kind, one by one and one after the other.

`make api-check` sends more of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SCALED
from tests.served import own_database, run_command, serve

EXAMPLES = os.environ.get("API_EXAMPLES", "4")
PHASES = "fuzzing,stateful" if SCALED else "examples,coverage,fuzzing,stateful"
"""Whether each field is checked does not depend on where it is stored."""
MINUTES = 60
CONFIG = Path(__file__).with_name("schemathesis.toml")

MAKE_TOKEN = """
from django.contrib.auth.models import User
from healthchat.accounts import tokens
user = User.objects.create_user("program", password="a fine long phrase")
print("TOKEN", tokens.make(user, name="test", scope="write").secret)
"""


@pytest.mark.storing
def test_it_does_what_it_says(tmp_path: Path) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: make test installs it")
    assert schemathesis
    environment = {
        "HEALTHCHAT_GUESTS": "false",
        "HEALTHCHAT_MODEL": "scripted:bare=1,tokens=3",
        "HEALTHCHAT_API_RATE": "0",
        "HEALTHCHAT_ASK_RATE": "0",
    }
    with own_database(tmp_path) as database, serve(tmp_path, command="demo", **environment, **database) as served:
        made = run_command("shell", "-v0", "-c", MAKE_TOKEN, data=tmp_path, **environment, **database)
        token = re.findall(r"TOKEN (\S+)", made.stdout)[0]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)),
                *("run", f"{served.url}/api/schema/"),
                *("--header", f"Authorization: Bearer {token}", "--max-examples", EXAMPLES, "--no-color"),
                *("--phases", PHASES, "--request-timeout", "20", "--seed", "1"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=MINUTES * 60,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "Traceback" not in served.printed()
