"""Carries out what the queue hands out."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from healthchat import jobs

CONNECTIONS = 3
"""To PostgreSQL, for the queue itself; one more listens for new jobs."""
POLL_SECONDS = 2.0
"""How often the queue is looked into though nobody called."""
RETRY_SECONDS = 1.0
END_SECONDS = 5.0
LEAVE_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Carry out runs, imports and upkeep from the queue (HEALTHCHAT_ENGINE=procrastinate). Stop it with Ctrl-C or "
        "SIGTERM: what is not finished is handed to other workers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queues", default=",".join(jobs.QUEUES), help=f"which queues to serve ({','.join(jobs.QUEUES)})"
        )
        parser.add_argument(
            "--concurrency",
            type=int,
            default=settings.HEALTHCHAT_PROCESS_RUNS,
            help=f"how many jobs at once ({settings.HEALTHCHAT_PROCESS_RUNS})",
        )

    def handle(self, *args: Any, queues: str, concurrency: int, **options: Any) -> None:
        if not jobs.by_workers():
            raise CommandError("There is no queue to take from. Set HEALTHCHAT_ENGINE=procrastinate.")
        names = [name.strip() for name in queues.split(",")]
        if unknown := set(names) - set(jobs.QUEUES):
            raise CommandError(f"There is no queue {', '.join(sorted(unknown))}; there are {', '.join(jobs.QUEUES)}.")
        if concurrency < 1:
            raise CommandError("A worker carries out at least one job at once.")
        asyncio.run(self._work(names, concurrency))

    async def _work(self, queues: Sequence[str], concurrency: int) -> None:
        from healthchat.chat.engine import become_worker
        from healthchat.loop import favour_the_loop
        from healthchat.pubsub import pubsub

        favour_the_loop()
        told = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        engine = become_worker()
        engine.watch()
        await asyncio.to_thread(__import__, "agents.consultation")
        self.stdout.write(f"healthchat works on {', '.join(queues)}")
        self.stdout.flush()
        taking = asyncio.ensure_future(take_jobs(queues, concurrency))
        taking.add_done_callback(lambda _: told.set())
        await told.wait()
        logger.info("stopping: work that is not finished is handed on")
        await engine.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                await end(taking)
        if others := pubsub():
            await others.close()
        # A worker that takes nothing and stays would not be started anew.
        if taking.done() and not taking.cancelled():
            taking.result()


async def end(taking: asyncio.Task[None]) -> None:
    """Have it end that jobs are taken. A cancellation may end no more than a job, so there may have to be another."""
    while not taking.done():
        taking.cancel()
        await asyncio.wait([taking], timeout=END_SECONDS)


async def take_jobs(queues: Sequence[str], concurrency: int) -> None:
    """Take jobs from the queue until cancelled, and go on once the database is back after it was gone."""
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError

    from healthchat.postgresql import POOL

    while True:
        connector = PsycopgConnector(kwargs=connector_params(), max_size=CONNECTIONS, **POOL)
        queue = app.with_connector(connector)
        try:
            await queue.open_async()
            await queue.run_worker_async(
                queues=list(queues),
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs="always",
                fetch_job_polling_interval=POLL_SECONDS,
                # Runs are the engine's: a job that is left does not end one.
                shutdown_graceful_timeout=0,
                # The engine looks after its own connections.
                task_middleware=[],
            )
        except (ConnectorException, OperationalError, OSError) as error:
            logger.warning("the queue cannot be read, trying again: %s", type(error).__name__)
        finally:
            # Also what was opened only half: its tasks would outlive every cancellation.
            await queue.close_async()
        await asyncio.sleep(RETRY_SECONDS)
