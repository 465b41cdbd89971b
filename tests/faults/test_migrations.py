"""Data of earlier releases, with runs and an import under way: all of it is there after `migrate`, and goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import check
from tests.faults.client import Address, Caller, EventSource
from tests.faults.earlier import UPLOADED
from tests.faults.history import History
from tests.served import SQLITE_FILE, own_database, run_command, serve

pytestmark = pytest.mark.storing

WAIT_SECONDS = 60.0
EARLIER = [
    {"accounts": "0001_initial", "records": "0001_initial", "chat": "0001_initial"},
    {"accounts": "0002_tokens_sessions_disclosures", "records": "0003_upload", "chat": "0003_number"},
    {"accounts": "0002_tokens_sessions_disclosures", "records": "0004_pending_source", "chat": "0003_number"},
]
LAST = {"accounts": "0002_tokens_sessions_disclosures", "records": "0004_pending_source", "chat": "0004_folded"}
"""The migrations that releases had: the first, and the last three before today's."""


@pytest.mark.parametrize("release", [*(pytest.param(one, marks=pytest.mark.faults_long) for one in EARLIER), LAST])
async def test_it_goes_on_with_what_an_earlier_release_had_stored(tmp_path: Path, release: dict[str, str]) -> None:
    told = tmp_path / "told.json"
    with own_database(tmp_path, empty=True) as database:
        database = database or {"DATABASE_URL": f"sqlite:///{tmp_path / SQLITE_FILE}"}
        filling = f"from tests.faults.earlier import fill; fill({str(told)!r}, **{release!r})"
        manage(tmp_path, "shell", "--command", filling, **database)
        before = json.loads(told.read_text())

        manage(tmp_path, "migrate", "--verbosity", "0", **database)

        with serve(tmp_path, **database) as served:
            alice = Caller(Address("127.0.0.1", int(served.url.rpartition(":")[2])), f"sessionid={before['session']}")
            async with asyncio.timeout(WAIT_SECONDS):
                await check_runs(alice, before["runs"])
            patient = before["patient"]
            rows = (await alice.call("GET", f"/api/patients/{patient}/observations/")).json()["results"]
            assert [(row["name"], row["value"], row["unit"]) for row in rows] == [("TSH", 2.3, "mIU/L")]
            if upload := before["upload"]:
                state = (await alice.call("GET", f"/patients/{patient}/uploads/{upload}?as=json")).json()
                assert (state["state"], state["received"]) == ("receiving", len(UPLOADED))


async def check_runs(caller: Caller, runs: list[dict[str, Any]]) -> None:
    """Each replays what was stored of it, and ends; what was asked and answered is there."""
    history = History()
    for run in runs:
        asked = history.acknowledged(run["question"], {"run": run["id"], "conversation": run["conversation"]})
        await EventSource(caller, asked.feed, asked.reader()).watch_to_the_end()
        seen = [[event.id, event.event, event.data] for event in asked.readers[0].events]
        assert seen[: len(run["events"])] == run["events"]
        assert not run["ended"] or len(seen) == len(run["events"])
    await check(history, caller)


def manage(data: Path, *arguments: str, **environment: str) -> None:
    done = run_command(*arguments, data=data, **environment)
    assert done.returncode == 0, done.stderr
