"""The recorder: what it stores, in which order, and that nobody is told before it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db import connection, reset_queries
from hypothesis import given
from hypothesis import strategies as st

from agents.events import AnyEvent, Done, SpecialistUpdate, Text
from healthchat.chat import log
from healthchat.chat.hub import hub
from healthchat.chat.models import Conversation, Event, Run
from healthchat.chat.questions import ask
from healthchat.chat.recorder import LINGER_SECONDS, MOST_WAITING, LostRun, Sheet, merged, recorder
from healthchat.database import in_database, writer
from tests.chat.locks import WAIT_SECONDS, hurry, log_locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chat"), pytest.mark.by_hand]

WORKING = SpecialistUpdate(specialist="cardiology", status="working")
DONE = Done(status="complete")


@pytest.fixture
def sheet_of_a_run(alice: User) -> Callable[[], Sheet]:
    questions = (f"Question {number}?" for number in count())

    def new() -> Sheet:
        return Sheet(ask(alice, next(questions)).run.id, 0)

    return new


@pytest.fixture
def sheet(sheet_of_a_run: Callable[[], Sheet]) -> Sheet:
    return sheet_of_a_run()


@pytest.fixture
def sheets(sheet_of_a_run: Callable[[], Sheet]) -> list[Sheet]:
    return [sheet_of_a_run() for _ in range(3)]


def text(content: str, part: str = "answer") -> Text:
    return Text(content=content, part=part)


async def record(sheet: Sheet, *events: AnyEvent) -> None:
    for event in events:
        await recorder().record(sheet, event)


async def flush(*sheets: Sheet) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        await asyncio.gather(*(recorder().flush(sheet) for sheet in sheets))


async def stored(sheet: Sheet) -> list[tuple[int, str]]:
    events = await in_database(log.read, sheet.run, 0, limit=10_000)
    return [(event.seq, event.type) for event in events]


async def stored_text(sheet: Sheet) -> str:
    return log.answer_text(await in_database(log.past, sheet.run))


async def test_it_numbers_the_events_of_each_run_by_itself(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        await record(sheet, WORKING, text("a"), WORKING, DONE)
    await flush(*sheets)

    for sheet in sheets:
        assert await stored(sheet) == [(1, "specialist_update"), (2, "text"), (3, "specialist_update"), (4, "done")]


async def test_it_goes_on_after_the_number_that_a_run_has_reached(sheet: Sheet) -> None:
    await record(sheet, WORKING)
    await flush(sheet)

    later = Sheet(sheet.run, await in_database(log.last_seq, sheet.run))
    await record(later, WORKING)
    await flush(later)

    assert [seq for seq, _ in await stored(sheet)] == [1, 2]


async def test_it_joins_neighbouring_pieces_of_one_text(sheet: Sheet) -> None:
    await record(sheet, text("one "), text("two "), text("three"))
    await flush(sheet)

    assert await stored(sheet) == [(1, "text")]
    assert await stored_text(sheet) == "one two three"


async def test_it_joins_no_pieces_of_different_parts_or_with_something_between(sheet: Sheet) -> None:
    await record(sheet, text("a"), text("b", "lead"), text("c"), WORKING, text("d"))
    await flush(sheet)

    types = [type_ for _, type_ in await stored(sheet)]
    assert types == ["text", "text", "text", "specialist_update", "text"]
    assert await stored_text(sheet) == "acd\n\nb"


pieces = st.lists(st.tuples(st.sampled_from(["answer", "lead", None]), st.text("abc", max_size=3)), max_size=30)


@given(pieces)
def test_it_changes_neither_text_nor_order_when_it_joins(given: list[tuple[str | None, str]]) -> None:
    events: list[AnyEvent] = [text(content, part) if part else WORKING for part, content in given]

    joined = list(merged(events))

    assert flat(joined) == flat(events)
    for one, next_one in zip(joined, joined[1:], strict=False):
        assert not (isinstance(one, Text) and isinstance(next_one, Text) and one.part == next_one.part)


async def test_it_stores_what_waits_of_all_runs_in_one_transaction(sheets: list[Sheet]) -> None:
    await writer.run(watch_queries)
    with log_locked():
        await record(sheets[0], WORKING)
        await asyncio.sleep(0.05)
        for _ in range(20):
            for sheet in sheets:
                await record(sheet, WORKING)
    await flush(*sheets)

    commits = await writer.run(commits_seen)
    assert [len(await stored(sheet)) for sheet in sheets] == [21, 20, 20]
    assert commits == 2


@pytest.mark.usefixtures("alone")
async def test_it_publishes_nothing_before_it_is_stored(sheet: Sheet) -> None:
    with hub().subscribe(sheet.run) as subscription:
        with log_locked():
            await record(sheet, WORKING)
            assert not await subscription.wait(0.2)
            assert await stored(sheet) == []
        assert await subscription.wait(WAIT_SECONDS)
        assert await stored(sheet) == [(1, "specialist_update")]

        [sent] = subscription.take(10)

    assert (sent.seq, sent.last) == (1, False)
    assert sent.frame.decode().startswith(f'event: message\nid: {sheet.run}:1\ndata: {{"type":"specialist_update"')


async def test_it_publishes_exactly_what_the_log_replays(sheet: Sheet) -> None:
    with hub().subscribe(sheet.run) as subscription:
        await record(sheet, WORKING, text("a\r\nb\u2028\U0001f9ea"), DONE)
        await flush(sheet)
        published = subscription.take(10)

    replayed = [event.sent() for event in await in_database(log.read, sheet.run, 0)]
    assert published == replayed
    assert [sent.last for sent in published] == [False, False, True]


async def test_it_stores_the_end_of_a_run_with_its_last_event(sheet: Sheet) -> None:
    seen = []

    def on_end(seq: int) -> None:
        seen.append((seq, Event.objects.filter(run=sheet.run).count(), connection.in_atomic_block))

    await record(sheet, WORKING)
    await recorder().finish(sheet, DONE, on_end=on_end)

    assert seen == [(2, 2, True)]


async def test_it_stores_no_last_event_where_the_end_cannot_be_stored(sheet: Sheet) -> None:
    from django.db import IntegrityError

    def on_end(seq: int) -> None:
        raise IntegrityError("the run has ended already")

    await record(sheet, WORKING)
    await flush(sheet)
    with pytest.raises(LostRun):
        await recorder().finish(sheet, DONE, on_end=on_end)

    assert await stored(sheet) == [(1, "specialist_update")]


async def test_it_writes_nothing_of_a_run_that_another_process_has_taken(sheets: list[Sheet]) -> None:
    lost, *others = sheets
    await in_database(write_elsewhere, lost)

    with log_locked():
        await record(others[0], WORKING)
        await asyncio.sleep(0.05)
        for sheet in sheets:
            await record(sheet, WORKING, DONE)
    await flush(*others)

    with pytest.raises(LostRun):
        await record(lost, WORKING)
    assert await stored(lost) == [(1, "triage")]
    assert [len(await stored(sheet)) for sheet in others] == [3, 2]


async def test_it_tells_who_waits_that_the_run_is_lost(sheet: Sheet) -> None:
    await in_database(write_elsewhere, sheet)
    await record(sheet, WORKING)

    with pytest.raises(LostRun):
        await flush(sheet)


async def test_it_tries_again_until_the_database_can_be_written(
    sheets: list[Sheet], caplog: pytest.LogCaptureFixture
) -> None:
    await writer.run(hurry)

    with log_locked():
        for number in range(30):
            for sheet in sheets:
                await record(sheet, text(f"{number} "), WORKING)
        async with asyncio.timeout(WAIT_SECONDS):
            while "trying again" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await stored(sheets[0]) == []
    await flush(*sheets)

    for sheet in sheets:
        assert [seq for seq, _ in await stored(sheet)] == list(range(1, 61))
        assert await stored_text(sheet) == "".join(f"{number} " for number in range(30))
    assert "30 " not in caplog.text


async def test_it_makes_those_who_record_wait_when_too_much_waits(sheet: Sheet) -> None:
    with log_locked():
        await record(sheet, WORKING)
        await asyncio.sleep(0.05)
        for _ in range(MOST_WAITING - 1):
            recorder()._add(sheet, text("a"))
        one_more = asyncio.ensure_future(record(sheet, text("b")))
        await asyncio.wait([one_more], timeout=0.1)
        assert not one_more.done()
    await asyncio.wait_for(one_more, WAIT_SECONDS)
    await flush(sheet)

    assert await stored_text(sheet) == "a" * (MOST_WAITING - 1) + "b"


async def test_it_loses_nothing_of_many_runs_under_load(sheets: list[Sheet]) -> None:
    async def carry_out(sheet: Sheet) -> None:
        for number in range(300):
            await record(sheet, text(f"{number} "))
            if number % 7 == 0:
                await record(sheet, WORKING)
                await asyncio.sleep(LINGER_SECONDS / 20)

    async with asyncio.timeout(WAIT_SECONDS):
        await asyncio.gather(*map(carry_out, sheets))
    await flush(*sheets)

    for sheet in sheets:
        events = await stored(sheet)
        assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
        assert await stored_text(sheet) == "".join(f"{number} " for number in range(300))


async def test_it_forgets_a_run_that_was_deleted_meanwhile(sheets: list[Sheet]) -> None:
    gone, *others = sheets
    await in_database(Conversation.objects.filter(runs=gone.run).delete)

    for sheet in sheets:
        await record(sheet, WORKING)
    await flush(*others)

    with pytest.raises(LostRun):
        await record(gone, WORKING)
    assert not await in_database(Run.objects.filter(id=gone.run).exists)
    assert [len(await stored(sheet)) for sheet in others] == [1, 1]


@pytest.mark.parametrize("content", ["half a pair \ud83d", "nul \0", "\udc00\ud800"])
async def test_it_harms_no_run_by_a_text_that_cannot_be_stored(sheets: list[Sheet], content: str) -> None:
    odd, *others = sheets

    await record(odd, text(content), WORKING)
    for sheet in others:
        await record(sheet, WORKING)
    await flush(*sheets)

    assert await stored(odd) == [(1, "text"), (2, "specialist_update")]
    assert [len(await stored(sheet)) for sheet in others] == [1, 1]


async def test_it_logs_no_words_of_a_person(sheet: Sheet, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="healthchat")
    await in_database(write_elsewhere, sheet)
    await record(sheet, text("sentinel-words"))
    with pytest.raises(LostRun):
        await flush(sheet)

    assert "can no longer be recorded here" in caplog.text
    assert "sentinel-words" not in caplog.text


def flat(events: list[AnyEvent]) -> list[tuple[str, str]]:
    """Each character of each text by itself, and everything else as it is."""
    characters = []
    for event in events:
        if isinstance(event, Text):
            characters += [(event.part, character) for character in event.content]
        else:
            characters.append(("", "specialist_update"))
    return characters


def write_elsewhere(sheet: Sheet) -> None:
    Event.objects.create(run_id=sheet.run, seq=1, name="message", type="triage", data='{"type":"triage"}')


def watch_queries() -> None:
    connection.ensure_connection()
    connection.force_debug_cursor = True
    reset_queries()


def commits_seen() -> int:
    return sum(query["sql"] == "COMMIT" for query in connection.queries_log)
