"""Measures the admin over a million events, in a database of its own.

    .venv/bin/python docs/performance/admin.py [EVENTS]

prints, per page, the milliseconds (the best of three), the queries and the kilobytes.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from pages import new_database, opened

EVENTS_A_RUN = 50
TRIES = 3


def main(events: int) -> None:
    with new_database():
        measure(events)


def measure(events: int) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

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
        milliseconds, queries, html = opened(client, address, tries=TRIES)
        print(f"{milliseconds:8.0f} ms {queries:4} queries {len(html) / 1_000:7.0f} kB  {address}")


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
