"""Measures the first paint of a conversation with 200 messages, in a database of its own.

    .venv/bin/python docs/performance/page.py

prints the server's milliseconds (the best of ten), the queries, and what the page weighs with its scripts and styles.
"""

from __future__ import annotations

import gzip
import re

from pages import ROOT, new_database, opened

MESSAGES = 200
TRIES = 10
STATIC = ROOT / "static"


def main() -> None:
    with new_database():
        measure()


def measure() -> None:
    from django.test import Client

    owner, conversation = filled()
    client = Client()
    client.force_login(owner)
    files, weight, packed = assets(client.get(f"/c/{conversation}/").text)
    print(f"{len(files)} scripts and styles: {weight / 1_000:.0f} kB ({packed / 1_000:.0f} kB packed)")
    for address in ("/", f"/c/{conversation}/", f"/c/{conversation}/?all"):
        milliseconds, queries, html = opened(client, address, tries=TRIES)
        sizes = f"{len(html) / 1_000:6.0f} kB ({len(gzip.compress(html)) / 1_000:.0f} kB packed)"
        print(f"{milliseconds:6.0f} ms {queries:3} queries {sizes}  {address}")


def filled() -> tuple[object, object]:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from agents import events
    from healthchat.chat import log, questions, runs
    from healthchat.chat.models import Run

    owner = User.objects.create_user("owner")
    conversation = None
    text = "Your latest **HbA1c** was 6.6 % on 17 May 2026 [1]. " * 6
    for number in range(MESSAGES // 2):
        run = questions.ask(owner, f"What was my latest HbA1c, number {number}?", conversation=conversation).run
        conversation = str(run.conversation_id)
        happened = [
            events.Triage(level="none"),
            events.Understanding(summary="Your latest HbA1c"),
            events.Plan(complexity="simple", tasks=(events.Task(specialist="endocrinology", task="Find it."),)),
            events.Text(content=text),
            events.Citation(number=1, claim="a-1", label="HbA1c 6.6 % on 17 May 2026", evidence=("obs-1",)),
            events.Grounding(checked=12, matched=12, struck=0),
            events.Done(status="complete", follow_ups=("How has it changed?", "What is HbA1c?")),
        ]
        log.append([log.recorded(run.pk, seq, event) for seq, event in enumerate(happened, 1)])
        Run.objects.filter(pk=run.pk).update(status="running")
        runs.end(run, outcome="complete", text=text, seq=len(happened), now=timezone.now())
    return owner, conversation


def assets(html: str) -> tuple[set[str], int, int]:
    """What the page loads, with every module that its modules import."""
    found: set[str] = set()
    waiting = re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css|svg))"', html)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name.endswith(".js"):
            imports = re.findall(r'from "\./([^"]+)"|import "\./([^"]+)"', (STATIC / name).read_text())
            waiting += [f"js/{one or other}" for one, other in imports]
    contents = [(STATIC / name).read_bytes() for name in found]
    return found, sum(map(len, contents)), sum(len(gzip.compress(content)) for content in contents)


if __name__ == "__main__":
    main()
