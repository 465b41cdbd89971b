"""After a restore: what was under way goes on, and no number stands for anything else than what people saw under it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import AsyncClient
from django.utils import timezone

from agents.events import Text
from healthchat import jobs
from healthchat.chat import log, questions, restoration
from healthchat.chat.engine import engine
from healthchat.chat.models import Run
from healthchat.database import in_database
from healthchat.records.models import Patient, Source, Upload
from tests.chat.feeds import all_of, numbers, reading, texts

pytestmark = pytest.mark.usefixtures("chat")

KEPT = 3
"""Events of a run that are in the backup."""
SHOWN = 6
"""Events of it that people had seen when what came after the backup was lost."""

Until = Callable[..., Any]


@pytest.fixture(autouse=True)
def _answers_of_many_events(script: Callable[..., str]) -> None:
    script(tokens=10)


def under_way(owner: User, *, attempt: int = 1) -> Run:
    """A run as a backup has it that was taken while another process carried it out."""
    run = questions.ask(owner, "A question?").run
    lease = timezone.now() + timedelta(seconds=15)
    Run.objects.filter(pk=run.pk).update(status="running", worker="gone/1:1:a", lease_until=lease, attempt=attempt)
    log.append([log.recorded(run.id, seq, Text(content="before ")) for seq in range(1, KEPT + 1)])
    return run


def put_right() -> int:
    return restoration.put_right(now=timezone.now())


@pytest.fixture
async def restored(alice: User, ended: Until) -> Run:
    """A run that was under way in the backup and has ended since, with more events than people had seen."""
    run = await in_database(under_way, alice)
    await in_database(put_right)
    engine().start(run.id)
    run = await ended(run.id)
    assert await in_database(run.events.count) > SHOWN
    return run


@pytest.mark.parametrize("address", ["/api/runs/{run}/stream", "/api/chat/stream", "/api/conversations/{talk}/stream"])
async def test_it_begins_anew_for_who_has_seen_what_is_not_in_the_backup(
    restored: Run, alices_client: AsyncClient, address: str
) -> None:
    address = address.format(run=restored.id, talk=restored.conversation_id)
    response = await alices_client.get(address, headers={"Last-Event-ID": f"{restored.id}:{SHOWN}"})

    async with reading(response) as reader:
        seen = [await reader.next()]
        while seen[-1].event != "done":
            seen.append(await reader.next())

    assert json.loads(seen[1].data)["reason"] == "unknown_cursor"
    assert numbers(seen[2:])[:KEPT] == [1, 2, 3]


async def test_it_goes_on_for_who_has_seen_no_more_than_the_backup_holds(
    restored: Run, alices_client: AsyncClient
) -> None:
    last = {"Last-Event-ID": f"{restored.id}:{KEPT}"}
    seen = await all_of(await alices_client.get(f"/api/runs/{restored.id}/stream", headers=last))

    drops = json.loads(seen[1].data)
    assert (drops["type"], drops["reason"]) == ("restart", "restored")
    assert min(numbers(seen)) > KEPT + restoration.JUMP_EVENTS[0]
    assert texts(seen).count("m=") == 10


async def test_it_has_nothing_more_for_who_has_seen_the_end(restored: Run, alices_client: AsyncClient) -> None:
    last = {"Last-Event-ID": f"{restored.id}:{restored.last_seq}"}

    assert (await alices_client.get(f"/api/runs/{restored.id}/stream", headers=last)).status_code == 204


async def test_it_tells_a_poll_that_its_cursor_is_unknown(restored: Run, alices_client: AsyncClient) -> None:
    page = (await alices_client.get(f"/api/runs/{restored.id}/events?after={restored.id}:{SHOWN}")).json()

    assert page["known"] is False
    assert page["events"][0]["id"] == f"{restored.id}:1"


async def test_it_answers_with_nothing_of_what_was_written_before(restored: Run) -> None:
    answer = await in_database(lambda: restored.answer.content)

    assert "before" not in answer
    assert answer.count("m=") == 10


async def test_it_knows_a_question_that_waited_from_one_that_was_answered_elsewhere(
    alice: User, alices_client: AsyncClient, ended: Until
) -> None:
    run = (await in_database(questions.ask, alice, "A question?")).run
    assert await in_database(put_right) == 1
    engine().start(run.id)
    await ended(run.id)

    last = {"Last-Event-ID": f"{run.id}:{SHOWN}"}
    seen = await all_of(await alices_client.get(f"/api/runs/{run.id}/stream", headers=last))

    assert json.loads(seen[1].data)["reason"] == "unknown_cursor"
    assert min(numbers(seen[2:])) > SHOWN


async def test_it_counts_no_attempt_against_a_run(alice: User, ended: Until) -> None:
    run = await in_database(under_way, alice, attempt=3)

    await in_database(put_right)
    engine().start(run.id)

    assert (await ended(run.id)).status == "complete"


async def test_it_leaves_what_has_ended_as_it_is(restored: Run) -> None:
    assert await in_database(put_right) == 0
    assert (await in_database(Run.objects.get, id=restored.id)).last_seq == restored.last_seq


def test_it_has_no_import_hang(alice: User) -> None:
    patient = Patient.objects.create(owner=alice, name="Alice")
    Source.everything.create(patient=patient, name="half.xml", kind="apple", sha256="0", pending=timezone.now())
    upload = Upload.objects.create(patient=patient, name="half.xml", size=9, received=9, state="storing")

    put_right()

    assert not Source.everything.filter(patient=patient).exists()
    if jobs.by_workers():
        assert jobs.depths()[jobs.IMPORTS, "todo"] == 1
    else:
        upload.refresh_from_db()
        assert (timezone.now() - upload.changed).total_seconds() >= 120


@pytest.mark.skipif("HEALTHCHAT_ENGINE" not in os.environ, reason="there are no workers")
@pytest.mark.by_hand
def test_it_forgets_workers_that_are_not_there(alice: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, worker_id, priority) "
            "VALUES ('answers', 'answer', 'doing', '{}', %s, 0)",
            cursor.fetchone(),
        )

    put_right()

    assert (jobs.ANSWERS, "doing") not in jobs.depths()
