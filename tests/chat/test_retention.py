"""Old answers in fewer events, that read the same; and what has run out, gone."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Max
from django.test import AsyncClient
from django.utils import timezone

from agents.events import AnyEvent, Done, Gap, Restart, Text
from healthchat.chat import log, questions, replays, retention, runs
from healthchat.chat.engine import engine
from healthchat.chat.models import Conversation, Event, Run
from healthchat.database import in_database
from tests.chat.feeds import all_of, numbers

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chat")]

Until = Callable[[UUID], Awaitable[Run]]
Script = Callable[..., str]

LATER = timedelta(days=1)
TOKEN = re.compile(r"\b\w{64}\b")
"""A form's, which is another each time."""
TOLD = [
    Text(content="Not "),
    Text(content="this."),
    Restart(reason="resumed", attempt=2),
    Text(content="Your "),
    Gap(reason="failed", unknown="what the heart does", specialist="cardiology"),
    Text(content="HbA1c "),
    Text(content="is 6.1 %."),
    Text(content="A note: ", part="notes"),
    Text(content="none.", part="notes"),
    Text(content=" Well."),
    Done(status="complete"),
]


def told(owner: User, events: list[AnyEvent]) -> Run:
    """A run in which these events happened."""
    run = questions.ask(owner, "A question?", worker="here").run
    log.append([log.recorded(run.pk, seq, event) for seq, event in enumerate(events, 1)])
    runs.end(run, outcome="complete", text=log.answer_text(events), seq=len(events), now=timezone.now())
    run.refresh_from_db()
    return run


def fold() -> int:
    return retention.fold(before=timezone.now() + LATER)


class TestFold:
    def test_it_joins_the_pieces_of_each_part_and_changes_nothing_that_is_read(self, alice: User) -> None:
        run = told(alice, TOLD)

        assert fold() == 4

        after = log.past(run.pk)
        assert log.answer_text(after) == log.answer_text(TOLD) == "Your HbA1c is 6.1 %. Well.\n\nA note: none."
        assert [type(event).__name__ for event in after] == ["Text", "Restart", "Gap", *["Text"] * 3, "Done"]
        assert Event.objects.filter(run=run).aggregate(last=Max("seq"))["last"] == run.last_seq

    def test_it_does_it_once(self, alice: User) -> None:
        told(alice, TOLD)

        assert (fold(), fold()) == (4, 0)

    def test_it_leaves_the_young_and_the_unfinished_alone(self, alice: User) -> None:
        told(alice, TOLD)
        unfinished = questions.ask(alice, "Another?", worker="here").run
        log.append(
            [log.recorded(unfinished.pk, 1, Text(content="a")), log.recorded(unfinished.pk, 2, Text(content="b"))]
        )

        assert retention.fold(before=timezone.now() - LATER) == 0
        fold()

        assert Event.objects.filter(run=unfinished).count() == 2

    async def test_its_runs_are_replayed_in_full(self, alice: User, alices_client: AsyncClient) -> None:
        run = await in_database(told, alice, TOLD)
        await in_database(fold)

        seen = await all_of(await alices_client.get(f"/api/runs/{run.id}/stream"))

        assert numbers(seen) == [2, 3, 5, 7, 9, 10, 11]

    @pytest.mark.parametrize("kept_runs", [64, 0])
    async def test_a_cursor_that_is_left_goes_on_there(
        self, alice: User, alices_client: AsyncClient, monkeypatch: pytest.MonkeyPatch, kept_runs: int
    ) -> None:
        monkeypatch.setattr(replays, "KEPT_EVENTS", kept_runs)
        run = await in_database(told, alice, TOLD)
        await in_database(fold)

        seen = await all_of(await alices_client.get(f"/api/runs/{run.id}/stream?after={run.id}:5"))

        assert numbers(seen) == [7, 9, 10, 11]

    @pytest.mark.parametrize("address", ["/api/runs/{run}/stream", "/api/chat/stream"])
    async def test_a_cursor_that_stood_in_between_is_told_to_begin_anew(
        self, alice: User, alices_client: AsyncClient, address: str
    ) -> None:
        run = await in_database(told, alice, TOLD)
        await in_database(fold)

        response = await alices_client.get(address.format(run=run.id), headers={"Last-Event-ID": f"{run.id}:6"})
        seen = await all_of(response)

        restart = json.loads(seen[1].data)
        assert (restart["type"], restart["reason"]) == ("restart", "unknown_cursor")
        assert numbers(seen[2:]) == [2, 3, 5, 7, 9, 10, 11]

    async def test_a_poll_whose_cursor_stood_in_between_is_told_so(
        self, alice: User, alices_client: AsyncClient
    ) -> None:
        run = await in_database(told, alice, TOLD)
        await in_database(fold)

        page = (await alices_client.get(f"/api/runs/{run.id}/events?after={run.id}:4")).json()

        assert not page["known"]
        assert [event["id"] for event in page["events"]][0] == f"{run.id}:2"

    async def test_it_reads_the_same_on_the_page(
        self, alice: User, alices_client: AsyncClient, script: Script, ended: Until
    ) -> None:
        script(tokens=10, every_ms=30)
        run = (await in_database(questions.ask, alice, "What was my latest HbA1c?")).run
        engine().start(run.id)
        await ended(run.id)
        address = f"/c/{run.conversation_id}/runs/{run.id}/"
        before = TOKEN.sub("", (await alices_client.get(address)).content.decode())

        assert await in_database(fold) > 0

        assert TOKEN.sub("", (await alices_client.get(address)).content.decode()) == before


class TestExpire:
    def test_it_deletes_what_nobody_spoke_in_since(self, alice: User) -> None:
        old, young = told(alice, TOLD).conversation, told(alice, TOLD).conversation
        busy = questions.ask(alice, "Still?", worker="here").run.conversation
        past = timezone.now() - LATER
        Conversation.objects.filter(pk__in=[old.pk, busy.pk]).update(updated=past)

        assert retention.expire(before=timezone.now() - LATER / 2) == 1

        assert set(Conversation.objects.values_list("pk", flat=True)) == {young.pk, busy.pk}
        assert not Event.objects.filter(run__conversation=old.pk).exists()


def test_it_says_what_it_pruned(alice: User, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.HEALTHCHAT_KEEP_DAYS = 90
    Run.objects.filter(pk=told(alice, TOLD).pk).update(finished=timezone.now() - 31 * LATER)
    Conversation.objects.filter(pk=told(alice, TOLD).conversation_id).update(updated=timezone.now() - 91 * LATER)

    call_command("prune")

    said = capsys.readouterr().out
    assert "deleted 1 conversation\n" in said
    assert "4 events fewer" in said
