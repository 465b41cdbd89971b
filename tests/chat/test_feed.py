"""Feeds: replay, then live, with no gap and no repetition, whatever the cursor and however slow the reader."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from healthchat.chat import feed, log, questions, recorder, replays, runs
from healthchat.chat import hub as hubs
from healthchat.chat.engine import engine
from healthchat.chat.hub import hub
from healthchat.chat.models import Conversation, Run
from healthchat.database import in_database, writer
from tests.chat.feeds import WAIT_SECONDS, all_of, numbers, reading, texts
from tests.chat.locks import hurry, log_locked
from tests.event_stream import ServerSentEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chat")]

Until = Callable[[UUID], Awaitable[Run]]
Script = Callable[..., str]


async def ask(owner: User, text: str = "A question?", **options: object) -> Run:
    asked = await in_database(questions.ask, owner, text, **options)  # type: ignore[arg-type]
    return asked.run


def feed_of(run: Run) -> str:
    return f"/api/runs/{run.id}/stream"


@pytest.fixture
def unmerged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece of text is an event of its own, however busy the machine is."""
    monkeypatch.setattr(recorder, "merged", iter)


@pytest.fixture
async def finished(alice: User, script: Script, ended: Until, unmerged: None) -> Run:
    """A run of thirty events that has ended."""
    script(tokens=29)
    run = await ask(alice)
    engine().start(run.id)
    run = await ended(run.id)
    assert run.last_seq == 30
    return run


@pytest.fixture
async def hanging(alice: User, script: Script, running: Until) -> Run:
    """A run under way that says nothing more until it is stopped."""
    script(tokens=10, hang_at=5)
    run = await ask(alice)
    engine().start(run.id)
    return await running(run.id)


class TestRunFeed:
    async def test_it_connects_before_anything_else(self, finished: Run, alices_client: AsyncClient) -> None:
        first, *_ = await all_of(await alices_client.get(feed_of(finished)))

        assert first.event == "connected"
        assert first.id == f"{finished.id}:0"
        assert json.loads(first.data) == {
            "status": "connected",
            "run": str(finished.id),
            "conversation": str(finished.conversation_id),
        }

    async def test_it_begins_with_exactly_these_bytes(self, finished: Run, alices_client: AsyncClient) -> None:
        async with reading(await alices_client.get(feed_of(finished), {"after": f"{finished.id}:3"})) as reader:
            first = (await reader.chunk()).decode()

        event, cursor, retry, data, *rest = first.split("\n")
        assert event == "event: connected"
        assert cursor == f"id: {finished.id}:3"
        assert retry.startswith("retry: ")
        assert feed.RETRY_MILLISECONDS[0] <= int(retry.removeprefix("retry: ")) <= feed.RETRY_MILLISECONDS[1]
        assert data.startswith('data: {"status": "connected", ')
        assert rest == ["", ""]

    async def test_it_has_the_headers_of_a_feed(self, finished: Run, alices_client: AsyncClient) -> None:
        response = await alices_client.get(feed_of(finished))
        await all_of(response)

        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store, no-transform"
        assert response.headers["X-Accel-Buffering"] == "no"
        for name in ("Connection", "Content-Encoding", "Content-Length", "Transfer-Encoding", "ETag", "Last-Modified"):
            assert name not in response.headers

    async def test_it_compresses_nothing(self, finished: Run, alices_client: AsyncClient) -> None:
        response = await alices_client.get(feed_of(finished), headers={"Accept-Encoding": "gzip, br, zstd"})

        assert (await all_of(response))[-1].event == "done"
        assert "Content-Encoding" not in response.headers

    async def test_it_replays_a_run_that_has_ended(self, finished: Run, alices_client: AsyncClient) -> None:
        events = await all_of(await alices_client.get(feed_of(finished)))

        assert numbers(events) == list(range(1, finished.last_seq + 1))
        assert [event.event for event in events] == ["connected", *["message"] * (finished.last_seq - 1), "done"]
        assert texts(events).count("m=") == 29

    async def test_it_replays_the_same_bytes_each_time(self, finished: Run, alices_client: AsyncClient) -> None:
        first, *more = [await all_of(await alices_client.get(feed_of(finished))) for _ in range(3)]

        assert more == [first, first]

    async def test_it_replays_what_follows_the_cursor_wherever_that_is(
        self, finished: Run, alices_client: AsyncClient
    ) -> None:
        whole = await all_of(await alices_client.get(feed_of(finished)))

        for seq in range(finished.last_seq):
            cursor = f"{finished.id}:{seq}"
            connected, *rest = await all_of(await alices_client.get(feed_of(finished), {"after": cursor}))
            assert connected.id == cursor
            assert rest == whole[seq + 1 :]

    async def test_it_replays_a_long_run_page_by_page(
        self, finished: Run, alices_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def read(run: UUID, after: int) -> list[log.Recorded]:
            pages.append(after)
            return kept(run, after, limit=7)

        kept, pages = log.read, list[int]()
        whole = await all_of(await alices_client.get(feed_of(finished)))
        monkeypatch.setattr(replays, "KEPT_EVENTS", finished.last_seq - 1)
        monkeypatch.setattr(log, "read", read)

        assert await all_of(await alices_client.get(feed_of(finished))) == whole
        assert pages == [0, 7, 14, 21, 28, 30]

    async def test_it_believes_the_header_before_the_address(self, finished: Run, alices_client: AsyncClient) -> None:
        response = await alices_client.get(
            feed_of(finished), {"after": f"{finished.id}:1"}, headers={"Last-Event-ID": f"{finished.id}:4"}
        )

        assert numbers(await all_of(response)) == list(range(5, finished.last_seq + 1))

    async def test_it_has_nothing_more_after_the_end(self, finished: Run, alices_client: AsyncClient) -> None:
        last = f"{finished.id}:{finished.last_seq}"

        for response in (
            await alices_client.get(feed_of(finished), headers={"Last-Event-ID": last}),
            await alices_client.get(feed_of(finished), {"after": last}),
        ):
            assert (response.status_code, response.content) == (204, b"")

    @pytest.mark.parametrize("cursor", ["nonsense", "{other}:1", "{run}:999999", "{run}:-1", "{run}", "1"])
    async def test_it_has_the_client_start_anew_at_an_unknown_cursor(
        self, finished: Run, alices_client: AsyncClient, cursor: str
    ) -> None:
        cursor = cursor.format(run=finished.id, other=uuid4())

        connected, restart, *rest = await all_of(
            await alices_client.get(feed_of(finished), headers={"Last-Event-ID": cursor})
        )

        told = json.loads(restart.data)
        assert connected.id == f"{finished.id}:0"
        assert (restart.event, told["type"], told["reason"]) == ("message", "restart", "unknown_cursor")
        assert restart.id == connected.id
        assert numbers(rest) == list(range(1, finished.last_seq + 1))

    async def test_it_goes_live_after_the_replay(
        self, alice: User, script: Script, running: Until, alices_client: AsyncClient
    ) -> None:
        script(tokens=40, every_ms=5)
        run = await ask(alice)
        engine().start(run.id)
        await running(run.id)

        events = await all_of(await alices_client.get(feed_of(run)))

        assert numbers(events) == list(range(1, len(events)))
        assert events[-1].event == "done"
        assert texts(events).count("m=") == 40

    async def test_it_goes_on_from_cursor_to_cursor_while_the_run_goes_on(
        self, alice: User, script: Script, alices_client: AsyncClient
    ) -> None:
        script(tokens=150, every_ms=4)
        run = await ask(alice)
        engine().start(run.id)
        chance = random.Random(3)
        seen: list[ServerSentEvent] = []
        cursor = ""

        while not (seen and seen[-1].event == "done"):
            headers = {"Last-Event-ID": cursor} if cursor else {}
            async with reading(await alices_client.get(feed_of(run), headers=headers)) as reader:
                for _ in range(chance.randrange(1, 12)):
                    event = await reader.next()
                    cursor = event.id
                    if event.event != "connected":
                        seen.append(event)
                    if event.event == "done":
                        break

        assert numbers(seen) == list(range(1, len(seen) + 1))
        assert seen == (await all_of(await alices_client.get(feed_of(run))))[1:]

    async def test_it_loses_and_repeats_nothing_when_its_queue_is_forgotten(
        self,
        alice: User,
        script: Script,
        ended: Until,
        alices_client: AsyncClient,
        monkeypatch: pytest.MonkeyPatch,
        unmerged: None,
    ) -> None:
        monkeypatch.setattr(hubs, "QUEUE_EVENTS", 7)
        script(tokens=120, every_ms=3)
        run = await ask(alice)

        async with reading(await alices_client.get(feed_of(run))) as reader:
            seen = [await reader.next(), await reader.next()]
            await asyncio.sleep(0.1)
            seen += [await reader.next()]
            run = await ended(run.id)
            seen += await reader.rest()

        assert run.last_seq == 121
        assert numbers(seen) == list(range(1, run.last_seq + 1))

    async def test_it_keeps_little_for_a_reader_that_never_reads(
        self, hanging: Run, alices_client: AsyncClient
    ) -> None:
        sent = [hubs.Sent(seq, b"frame", False) for seq in range(100_000)]
        async with reading(await alices_client.get(feed_of(hanging))) as reader:
            await reader.next()
            await reader.next()
            [subscription] = hub().topics[hanging.id]
            for begin in range(0, len(sent), 100):
                hub().publish(hanging.id, sent[begin : begin + 100])
                assert len(subscription._queue) <= hubs.QUEUE_EVENTS

    async def test_it_gives_every_reader_the_same(
        self, alice: User, script: Script, alices_client: AsyncClient
    ) -> None:
        script(tokens=60, every_ms=3)
        run = await ask(alice)

        responses = [await alices_client.get(feed_of(run)) for _ in range(5)]
        everything = await asyncio.gather(*map(all_of, responses))

        assert all(events == everything[0] for events in everything)
        assert everything[0][-1].event == "done"

    async def test_it_lets_a_reader_leave_and_the_run_go_on(
        self, alice: User, script: Script, ended: Until, alices_client: AsyncClient
    ) -> None:
        script(tokens=40, every_ms=5)
        run = await ask(alice)
        async with reading(await alices_client.get(feed_of(run))) as reader:
            await reader.next()
            await reader.next()
            assert hub().watchers == 1

        assert hub().watchers == 0
        assert (await ended(run.id)).status == "complete"

    async def test_it_shows_what_another_process_records(
        self, hanging: Run, alices_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from agents.events import Gap, encode
        from healthchat.chat.models import Event

        monkeypatch.setattr(feed, "LOOK_SECONDS", 0.05)
        hub().closed(hanging.id)
        gap = Gap(reason="stopped", unknown="what was cut off")
        async with reading(await alices_client.get(feed_of(hanging))) as reader:
            await reader.next()
            seen = [await reader.next()]
            while int(seen[-1].id.partition(":")[2]) < await in_database(hanging.events.count):
                seen.append(await reader.next())
            row = {"run_id": hanging.id, "seq": len(seen) + 1, "name": "message", "type": "gap", "data": encode(gap)}
            await in_database(Event.objects.create, **row)

            event = await reader.next()

        assert event == ServerSentEvent("message", encode(gap), f"{hanging.id}:{len(seen) + 1}")

    async def test_it_sends_a_heartbeat_when_there_is_nothing_else(
        self, hanging: Run, alices_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feed, "HEARTBEAT_SECONDS", 0.05)

        async with reading(await alices_client.get(feed_of(hanging))) as reader:
            while (chunk := await reader.chunk()) != b":\n":
                assert chunk.endswith(b"\n\n")

            assert await reader.chunk() == b":\n"

    async def test_it_says_so_while_nothing_can_be_recorded(
        self, script: Script, alice: User, alices_client: AsyncClient, unmerged: None
    ) -> None:
        await writer.run(hurry)
        script(tokens=30, every_ms=20)
        run = await ask(alice)
        engine().start(run.id)

        async with reading(await alices_client.get(feed_of(run))) as reader:
            seen = [await reader.next() for _ in range(4)]
            with log_locked():
                while '"waiting"' not in seen[-1].data:
                    seen.append(await reader.next())
                assert (seen[-1].event, seen[-1].id) == ("connected", seen[-2].id)
            seen += await reader.rest()

        recorded = [event for event in seen if event.event != "connected"]
        assert numbers(recorded) == list(range(1, len(recorded) + 1))
        assert (recorded[-1].event, texts(recorded).count("m=")) == ("done", 30)
        assert [json.loads(event.data)["status"] for event in seen if event.event == "connected"][:2] == [
            "connected",
            "waiting",
        ]

    async def test_it_tells_clients_to_come_back_when_the_process_ends(
        self, hanging: Run, alices_client: AsyncClient
    ) -> None:
        async with reading(await alices_client.get(feed_of(hanging))) as reader:
            await reader.next()
            await reader.next()
            hub().close()
            events = await reader.rest()

        assert all(event.event != "done" for event in events)
        assert reader._parser.retry is not None
        assert reader.raw.endswith(b"\n\n")
        assert hub().watchers == 0

    async def test_it_needs_no_thread_while_it_waits(self, hanging: Run, alices_client: AsyncClient) -> None:
        readers = []
        for _ in range(40):
            reader = reading(await alices_client.get(feed_of(hanging)))
            readers.append(reader)
            opened = await reader.__aenter__()
            await opened.next()
            await opened.next()
        threads = threading.active_count()
        for reader in readers:
            await reader.__aexit__(None, None, None)

        assert threads < 20

    async def test_it_follows_a_run_that_begins_only_after_it(
        self, alice: User, script: Script, running: Until, hanging: Run, alices_client: AsyncClient
    ) -> None:
        script(tokens=3)
        queued = await ask(alice, "And then?", conversation=str(hanging.conversation_id))

        async with reading(await alices_client.get(feed_of(queued))) as reader:
            assert (await reader.next()).event == "connected"
            await engine().cancel(hanging.id)
            events = await reader.rest()

        assert texts(events).count("m=") == 3
        assert events[-1].event == "done"

    async def test_it_carries_out_a_run_that_it_finds_orphaned(self, alice: User, alices_client: AsyncClient) -> None:
        from datetime import UTC, datetime

        run = await ask(alice)
        await in_database(runs.claim, run.id, worker="gone", now=datetime(2020, 1, 1, tzinfo=UTC))

        events = await all_of(await alices_client.get(feed_of(run)))

        assert events[-1].event == "done"
        assert json.loads(events[-1].data)["status"] == "complete"


class TestConversationFeed:
    async def test_it_shows_run_after_run(
        self, alice: User, conversation: Conversation, alices_client: AsyncClient
    ) -> None:
        async with reading(await alices_client.get(f"/api/conversations/{conversation.id}/stream")) as reader:
            connected = await reader.next()
            first = await ask(alice, "One?", conversation=str(conversation.id))
            engine().start(first.id)
            seen = await until_done(reader)
            second = await ask(alice, "Two?", conversation=str(conversation.id))
            engine().start(second.id)
            seen_then = await until_done(reader)

        assert connected.event == "connected"
        assert json.loads(connected.data)["conversation"] == str(conversation.id)
        assert [event.id for event in seen] == [f"{first.id}:{n}" for n in range(1, len(seen) + 1)]
        assert [event.id for event in seen_then] == [f"{second.id}:{n}" for n in range(1, len(seen_then) + 1)]

    async def test_it_goes_on_in_the_middle_of_a_run(
        self, alice: User, finished: Run, alices_client: AsyncClient
    ) -> None:
        address = f"/api/conversations/{finished.conversation_id}/stream"
        whole = await all_of(await alices_client.get(feed_of(finished)))

        async with reading(await alices_client.get(address, {"after": f"{finished.id}:4"})) as reader:
            connected = await reader.next()
            seen = await until_done(reader)

        assert connected.id == f"{finished.id}:4"
        assert seen == whole[5:]

    async def test_it_goes_on_after_the_end_of_a_run(
        self, alice: User, finished: Run, script: Script, alices_client: AsyncClient
    ) -> None:
        address = f"/api/conversations/{finished.conversation_id}/stream"
        last = {"Last-Event-ID": f"{finished.id}:{finished.last_seq}"}
        script(tokens=3)

        async with reading(await alices_client.get(address, headers=last)) as reader:
            await reader.next()
            following = await ask(alice, "And then?", conversation=str(finished.conversation_id))
            engine().start(following.id)
            seen = await until_done(reader)

        assert [event.id for event in seen] == [f"{following.id}:{n}" for n in range(1, len(seen) + 1)]

    async def test_it_shows_what_was_asked_while_nobody_watched(
        self, alice: User, finished: Run, script: Script, ended: Until, alices_client: AsyncClient
    ) -> None:
        script(tokens=3)
        asked = []
        for question in ("Two?", "Three?"):
            run = await ask(alice, question, conversation=str(finished.conversation_id))
            engine().start(run.id)
            asked.append(await ended(run.id))

        address = f"/api/conversations/{finished.conversation_id}/stream"
        last = {"Last-Event-ID": f"{finished.id}:{finished.last_seq}"}
        async with reading(await alices_client.get(address, headers=last)) as reader:
            await reader.next()
            seen = [await until_done(reader) for _ in asked]

        assert [events[-1].id for events in seen] == [f"{run.id}:{run.last_seq}" for run in asked]

    async def test_it_begins_with_what_is_under_way(
        self, alice: User, hanging: Run, alices_client: AsyncClient
    ) -> None:
        async with reading(await alices_client.get(f"/api/conversations/{hanging.conversation_id}/stream")) as reader:
            await reader.next()
            first = await reader.next()
            await engine().cancel(hanging.id)
            seen = [first, *await until_done(reader)]

        assert [event.id for event in seen] == [f"{hanging.id}:{n}" for n in range(1, len(seen) + 1)]

    async def test_it_misses_no_question_that_is_asked_while_it_looks(
        self, alice: User, finished: Run, script: Script, alices_client: AsyncClient
    ) -> None:
        script(tokens=1)
        address = f"/api/conversations/{finished.conversation_id}/stream"
        async with reading(await alices_client.get(address, {"after": f"{finished.id}:0"})) as reader:
            await until_done(reader)
            for number in range(25):
                run = await ask(alice, f"Question {number}?", conversation=str(finished.conversation_id))
                async with asyncio.timeout(feed.HEARTBEAT_SECONDS / 2):
                    next_event = asyncio.ensure_future(reader.next())
                    await asyncio.sleep(random.random() / 500)
                    engine().start(run.id)
                    assert (await next_event).id == f"{run.id}:1"
                    assert (await reader.next()).event == "done"

    @pytest.mark.parametrize("cursor", ["nonsense", "{other}:1", "{run}:999999"])
    async def test_it_has_the_client_start_anew_at_an_unknown_cursor(
        self, finished: Run, alices_client: AsyncClient, cursor: str
    ) -> None:
        address = f"/api/conversations/{finished.conversation_id}/stream"
        cursor = cursor.format(run=finished.id, other=uuid4())

        async with reading(await alices_client.get(address, headers={"Last-Event-ID": cursor})) as reader:
            connected, restart = await reader.next(), await reader.next()

        assert connected.event == "connected"
        assert json.loads(restart.data)["reason"] == "unknown_cursor"

    async def test_it_tells_clients_to_come_back_when_the_process_ends(
        self, conversation: Conversation, alices_client: AsyncClient
    ) -> None:
        async with reading(await alices_client.get(f"/api/conversations/{conversation.id}/stream")) as reader:
            await reader.next()
            closing = asyncio.get_running_loop().call_later(0.05, hub().close)
            assert await reader.rest() == []
            closing.cancel()

        assert reader.raw.count(b"retry: ") == 2
        assert hub().watchers == 0


async def until_done(reader: object) -> list[ServerSentEvent]:
    events = []
    async with asyncio.timeout(WAIT_SECONDS):
        while not events or events[-1].event != "done":
            events.append(await reader.next())  # type: ignore[attr-defined]
    return events
