"""An upgrade that changes nothing in the database, one process after the other, while people ask and watch.

The version before is the first that had today's migrations, taken from the repository's history; it runs with what is
installed for today's.
"""

from __future__ import annotations

import asyncio
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.faults.server import Server
from tests.scale.site import site
from tests.scale.test_backup import LONGEST_SECONDS, MODEL, Load
from tests.served import ROOT

pytestmark = [pytest.mark.needs("postgresql", "redis"), pytest.mark.faults_long]

BETWEEN_SECONDS = 2.0


@pytest.fixture
def version_before(tmp_path: Path) -> Path:
    """The project as it was when its migrations changed for the last time."""
    commit = git("log", "-1", "--format=%H", "--", *map(str, ROOT.glob("healthchat/*/migrations/0*.py")))
    if not commit or commit == git("rev-parse", "HEAD") or git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip("there is no history in which today's migrations were already there")
    folder = tmp_path / "before"
    archive = tmp_path / "before.tar"
    git("archive", f"--output={archive}", commit)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder


async def test_it_goes_on_while_one_process_after_the_other_is_upgraded(tmp_path: Path, version_before: Path) -> None:
    with site(tmp_path / "site", HEALTHCHAT_MODEL=MODEL, HEALTHCHAT_PERSON_RUNS="0") as made:
        processes = [*made.workers, *made.servers]
        for process in processes:
            await restart(process, version_before)
        load = Load(made.servers)
        await load.begin()

        async with asyncio.timeout(LONGEST_SECONDS):
            for process in processes:
                await asyncio.sleep(BETWEEN_SECONDS)
                await restart(process, ROOT)
            await asyncio.sleep(BETWEEN_SECONDS)
            await load.end()
            await load.ask_again()
            await load.check()


async def restart(process: Server, root: Path) -> None:
    """Stop a process, and start the version that lies in a folder."""
    await asyncio.to_thread(process.stop)
    process.root = root
    await asyncio.to_thread(process.start)


def git(*arguments: str) -> str:
    """What git says; nothing where there is no repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
