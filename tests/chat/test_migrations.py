"""What the migrations make of data that is there already."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.chat.earlier import UPLOADED
from tests.faults.checker import check
from tests.faults.client import Address, Caller, EventSource
from tests.faults.history import History
from tests.served import SQLITE_FILE, own_database, run_command, serve

pytestmark = pytest.mark.django_db(transaction=True)

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TURNS = 3
WAIT_SECONDS = 60.0
RELEASES = [
    {"accounts": "0001_initial", "records": "0001_initial", "chat": "0001_initial"},
    {"accounts": "0002_tokens_sessions_disclosures", "records": "0003_upload", "chat": "0003_number"},
    {"accounts": "0002_tokens_sessions_disclosures", "records": "0004_pending_source", "chat": "0003_number"},
    {"accounts": "0002_tokens_sessions_disclosures", "records": "0004_pending_source", "chat": "0004_folded"},
]
"""The migrations that earlier releases had: the first, and the last three before today's."""


@pytest.fixture
def migrate() -> Iterator[Any]:
    """Takes the database to a migration of the chat, and gives the models as they were then."""

    def to(name: str) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate([("chat", name)])
        return executor.loader.project_state([("chat", name)]).apps

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_it_numbers_what_was_said_before_there_were_numbers(migrate: Any) -> None:
    before = migrate("0002_archive_feedback_versions")
    Message, Run = before.get_model("chat", "Message"), before.get_model("chat", "Run")  # noqa: N806
    owner = before.get_model("auth", "User").objects.create(username="alice")
    talks = [before.get_model("chat", "Conversation").objects.create(owner=owner) for _ in range(2)]
    asked: dict[UUID, list[UUID]] = {talk.pk: [] for talk in talks}
    for number in range(TURNS):
        for talk in talks:
            question = Message.objects.create(conversation=talk, role="user", content=f"Question {number}?")
            answer = Message.objects.create(conversation=talk, role="assistant", content=f"Answer {number}.")
            run = Run.objects.create(conversation=talk, owner=owner, question=question, answer=answer, model="rules")
            Run.objects.filter(pk=run.pk).update(created=BEGAN + timedelta(minutes=number))
            asked[talk.pk].append(run.pk)
    again = Run.objects.create(conversation=talks[1], owner=owner, question=question, model="rules", retry_of=run)

    after = migrate("0003_number")
    Message, Run = after.get_model("chat", "Message"), after.get_model("chat", "Run")  # noqa: N806

    asked[talks[1].pk].append(again.pk)
    for talk, runs in asked.items():
        found = Run.objects.filter(conversation=talk).order_by("number").values_list("pk", "number")
        assert list(found) == [(run, number) for number, run in enumerate(runs, 1)]
        words = Message.objects.filter(conversation=talk).order_by("number").values_list("number", "content")
        assert list(words)[:3] == [(1, "Question 0?"), (2, "Answer 0."), (3, "Question 1?")]


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: "-".join(name[:4] for name in release.values()))
async def test_it_goes_on_with_what_an_earlier_release_had_stored(tmp_path: Path, release: dict[str, str]) -> None:
    told = tmp_path / "told.json"
    with own_database(tmp_path, empty=True) as database:
        database = database or {"DATABASE_URL": f"sqlite:///{tmp_path / SQLITE_FILE}"}
        filling = f"from tests.chat.earlier import fill; fill({str(told)!r}, **{release!r})"
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
