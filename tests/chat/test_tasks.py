"""What workers are called for besides answers. Collected where there are workers."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.contrib.auth.models import User
from django.db import connection

from healthchat import jobs
from healthchat.chat import questions, queue
from healthchat.chat.management.commands.worker import end, take_jobs
from healthchat.database import in_database, write

pytestmark = [pytest.mark.usefixtures("chat", "no_jobs"), pytest.mark.by_hand]

WAIT_SECONDS = 30.0


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
async def no_jobs(chat: None) -> None:
    """Nothing is left in the queue by other tests."""
    await in_database(forget_jobs)


def left_by_a_dead_worker(task: str, queue: str, **arguments: str) -> int:
    """A job that is being done by a worker of which nothing was heard for an hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        [worker] = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, worker_id, priority) "
            "VALUES (%s, %s, 'doing', %s, %s, 0) RETURNING id",
            [queue, task, json.dumps(arguments), worker],
        )
        return int(cursor.fetchone()[0])


def status_of(job: int) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        row = cursor.fetchone()
    return row[0] if row else None


async def tidied() -> None:
    """Have a worker do what it does every minute."""
    await in_database(jobs.hand_out, "tidy", queue=jobs.UPKEEP, key="tidy-now", timestamp=0)
    taking = asyncio.ensure_future(take_jobs([jobs.UPKEEP], 1))
    async with asyncio.timeout(WAIT_SECONDS):
        while (await in_database(jobs.depths)).keys() & {(jobs.UPKEEP, "todo"), (jobs.UPKEEP, "doing")}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await end(taking)


async def test_it_has_a_file_read_again_whose_worker_has_died() -> None:
    job = await in_database(left_by_a_dead_worker, "read", jobs.IMPORTS, upload="-", language="")

    await tidied()

    assert await in_database(status_of, job) == "todo"


async def test_it_forgets_the_job_of_an_answer_whose_worker_has_died() -> None:
    job = await in_database(left_by_a_dead_worker, "answer", jobs.ANSWERS, run="-")

    await tidied()

    assert await in_database(status_of, job) is None


def waiting() -> list[str]:
    """The runs in the order in which a worker takes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'run' FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %s "
            "ORDER BY priority DESC, id",
            [jobs.ANSWERS],
        )
        return [run for (run,) in cursor.fetchall()]


async def test_it_takes_somebodys_first_question_before_anothers_second(alice: User, charlie: User) -> None:
    asked = [await write(questions.ask, alice, f"Question {number}?") for number in range(3)]
    first_of_other = await write(questions.ask, charlie, "Mine?")

    order = await in_database(waiting)

    assert order == [str(one.run.id) for one in (asked[0], first_of_other, *asked[1:])]


async def test_it_hands_out_once_what_nobody_has_taken(alice: User) -> None:
    asked = await write(questions.ask, alice, "A question?")
    for _ in range(2):
        await write(queue.hand_out_forgotten)
    handed_out = await in_database(waiting)
    await in_database(forget_jobs)

    for _ in range(2):
        await write(queue.hand_out_forgotten)

    assert handed_out == await in_database(waiting) == [str(asked.run.id)]
