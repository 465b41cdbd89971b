"""What workers are called for: answers, and what keeps the installation tidy."""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.management import call_command
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from healthchat import jobs
from healthchat.chat import queue
from healthchat.chat.engine import engine

STALLED_SECONDS = 30
"""A worker that has shown no sign of life for so long is dead."""


@app.task(name=queue.ANSWER, queue=jobs.ANSWERS)
async def answer(run: str) -> None:
    """Carry out a run. What has become of it is in the run itself: whatever happens to this job, nothing is lost."""
    await engine().carry_out(UUID(run))


@app.periodic(cron="23 3 * * *")
@app.task(name="prune", queue=jobs.UPKEEP, queueing_lock="prune")
async def prune(timestamp: int) -> None:
    """Remove what has run out, once a day."""
    await sync_to_async(call_command)("prune", verbosity=0)


@app.periodic(cron="* * * * *")
@app.task(name="tidy", queue=jobs.UPKEEP, queueing_lock="tidy", priority=1, pass_context=True)
async def tidy(context: JobContext, timestamp: int) -> None:
    """Deal with the jobs of workers that have died, which would stay `doing` for ever."""
    stalled = await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    for job in stalled:
        await _take_up(context, job)


async def _take_up(context: JobContext, job: Job) -> None:
    manager = context.app.job_manager
    if job.queue == jobs.IMPORTS:
        await manager.retry_job(job)
    else:
        # A run is found by its lease, and what is periodic comes again.
        await manager.finish_job(job, status=Status.ABORTED, delete_job=True)
