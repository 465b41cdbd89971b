"""Measure the admin over a million events: `.venv/bin/python -m tests.chat.measure_admin` (makes its own database).

Prints, per page, the milliseconds, the queries and the kilobytes; the best of three.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

EVENTS_A_RUN = 50
TRIES = 3


def main(events: int) -> None:
    folder = tempfile.mkdtemp(prefix="healthchat-measure-")
    os.environ["HEALTHCHAT_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "healthchat.settings"
    os.environ["ALLOWED_HOSTS"] = "testserver"
    try:
        import django

        django.setup()
        measure(events)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(events: int) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    run, conversation = filled(events)
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    for address in (
        "/admin/chat/conversation/",
        "/admin/chat/message/",
        "/admin/chat/run/",
        "/admin/chat/run/?status__exact=failed",
        "/admin/chat/run/?triage=emergency",
        "/admin/chat/run/?model=rules&o=-6",
        f"/admin/chat/run/?q={run}",
        f"/admin/chat/run/{run}/change/",
        "/admin/chat/event/",
        "/admin/chat/event/?type=error",
        "/admin/chat/event/?p=100",
        f"/admin/chat/event/?q={run}",
        f"/admin/chat/conversation/{conversation}/change/",
    ):
        best, queries, size = float("inf"), 0, 0
        for _ in range(TRIES):
            with CaptureQueriesContext(connection) as captured:
                began = time.perf_counter()
                response = client.get(address)
                best = min(best, time.perf_counter() - began)
            assert response.status_code == 200, (address, response.status_code)
            queries, size = len(captured), len(response.content)
        sys.stdout.write(f"{best * 1_000:8.0f} ms {queries:4} queries {size / 1_000:7.0f} kB  {address}\n")


def filled(events: int) -> tuple[object, object]:
    from django.contrib.auth.models import User
    from django.db import transaction

    from agents.events import Done, Text, ToolCall
    from healthchat.chat import log
    from healthchat.chat.models import Conversation, Event, Message, Run

    owner = User.objects.create_user("owner")
    now = datetime.now(UTC)
    text = Text(content="Your latest HbA1c was 6.6 %. " * 8)
    call = ToolCall(tool="latest_value", arguments={"concept": "a1c"}, call_id="e-1", specialist="endocrinology")
    happened = [call, *[text] * (EVENTS_A_RUN - 2), Done(status="complete")]
    lines = [log.recorded(Run().pk, seq, event) for seq, event in enumerate(happened, 1)]
    run = conversation = None
    for begin in range(0, events // EVENTS_A_RUN, 1_000):
        numbers = range(begin, min(begin + 1_000, events // EVENTS_A_RUN))
        talks = [Conversation(owner=owner, title=f"Question {number}", created=now, updated=now) for number in numbers]
        asked = [Message(conversation=talk, role="user", content="A question?", created=now) for talk in talks]
        made = [
            Run(
                conversation=talk,
                owner=owner,
                question=question,
                model="rules",
                status="failed" if number % 97 == 0 else "complete",
                triage="emergency" if number % 89 == 0 else "none",
                created=now - timedelta(minutes=number),
                started=now,
                finished=now,
                last_seq=EVENTS_A_RUN,
                number=1,
            )
            for number, talk, question in zip(numbers, talks, asked, strict=True)
        ]
        with transaction.atomic():
            Conversation.objects.bulk_create(talks)
            Message.objects.bulk_create(asked)
            Run.objects.bulk_create(made)
            Event.objects.bulk_create(
                [
                    Event(run=one, seq=line.seq, name=line.name, type=line.type, data=line.data)
                    for one in made
                    for line in lines
                ]
            )
        run, conversation = made[-1].pk, talks[-1].pk
    return run, conversation


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
