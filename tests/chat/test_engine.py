"""The engine: each run ends once, however it is carried out, stopped or left behind."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from agents import scripted
from healthchat.chat import log, questions, runs
from healthchat.chat.engine import Engine, engine
from healthchat.chat.hub import hub
from healthchat.chat.models import Event, Run
from healthchat.database import in_database
from tests.chat.clock import Clock
from tests.chat.locks import WAIT_SECONDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chat")]

Until = Callable[[UUID], Awaitable[Run]]
Script = Callable[..., str]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def ask(owner: User, text: str = "A question?", **options: object) -> Run:
    asked = await in_database(questions.ask, owner, text, **options)  # type: ignore[arg-type]
    return asked.run


async def start(owner: User) -> Run:
    run = await ask(owner)
    engine().start(run.id)
    return run


async def names(run: Run) -> list[str]:
    return [event.name for event in await in_database(log.read, run.id, 0, limit=10_000)]


async def stored(run: Run) -> list[dict[str, object]]:
    return [json.loads(event.data) for event in await in_database(log.read, run.id, 0, limit=10_000)]


async def answer(run: Run) -> str | None:
    def read() -> str | None:
        found = Run.objects.select_related("answer").get(id=run.id)
        return found.answer.content if found.answer else None

    return await in_database(read)


async def folded(run: Run) -> str:
    return log.answer_text(await in_database(log.past, run.id))


def write(run: Run, *events: dict[str, object]) -> None:
    for seq, event in enumerate(events, 1):
        Event.objects.create(run=run, seq=seq, name="message", type=event["type"], data=json.dumps(event))


def write_numbered(run: Run, seq: int) -> None:
    data = json.dumps({"type": "text", "content": "?", "part": "answer"})
    Event.objects.create(run=run, seq=seq, name="message", type="text", data=data)


@transaction.atomic
def asked_and_left(owner: User, *, attempts: int = 1, said: str = "") -> Run:
    """A run that was begun so often, by a process that died each time; in one go, before anybody else takes it."""
    run = questions.ask(owner, "A question?").run
    if said:
        write(run, {"type": "text", "content": said, "part": "answer"})
    for _ in range(attempts):
        assert runs.claim(run.id, worker="gone", now=LONG_AGO) is not None
        Run.objects.filter(id=run.id).update(lease_until=None)
    return run


async def test_it_carries_a_run_out_and_stores_the_answer(alice: User, script: Script, ended: Until) -> None:
    script(tokens=20)

    run = await ended((await start(alice)).id)

    assert run.status == "complete"
    assert (await names(run))[-1] == "done"
    assert (await names(run)).count("done") == 1
    assert run.last_seq == len(await names(run))
    assert await answer(run) == await folded(run)
    assert (await folded(run)).count("m=") == 20


async def test_it_carries_a_run_out_once_however_often_it_is_started(alice: User, ended: Until) -> None:
    run = await ask(alice)
    for _ in range(10):
        engine().start(run.id)
    await ended(run.id)
    for _ in range(10):
        engine().start(run.id)
    await asyncio.sleep(0.1)

    assert (await names(run)).count("done") == 1
    assert (await folded(run)).count("m=") == 5


async def test_it_carries_out_the_questions_of_a_conversation_in_turn(alice: User, ended: Until) -> None:
    first = await ask(alice)
    second = await ask(alice, "And then?", conversation=str(first.conversation_id))
    third = await ask(alice, "And then?", conversation=str(first.conversation_id))
    for run in (third, second, first):
        engine().start(run.id)

    done = [await ended(run.id) for run in (first, second, third)]

    assert [run.status for run in done] == ["complete"] * 3
    assert done[0].finished < done[1].started  # type: ignore[operator]
    assert done[1].finished < done[2].started  # type: ignore[operator]


async def test_it_ends_a_run_that_raises_as_failed_and_says_nothing_of_why(
    alice: User, script: Script, ended: Until, caplog: pytest.LogCaptureFixture
) -> None:
    script(tokens=20, fail_at=10)

    run = await ended((await start(alice)).id)

    *_, error, done = await stored(run)
    assert (run.status, run.error_code) == ("failed", "internal_error")
    assert (await names(run))[-2:] == ["error", "done"]
    assert error["reference"] == run.reference
    assert error["code"] == "internal_error"
    assert "script" not in str(error).lower()
    assert done["status"] == "failed"
    assert run.reference in caplog.text
    assert "ScriptedFailure" in caplog.text
    assert await answer(run) == await folded(run)


@pytest.mark.parametrize(
    "model", ["scripted:tokens=x,bare=1", "scripted:bare=1,unknown=1", "scripted:bare=1,fail_at=0"]
)
async def test_it_ends_a_run_whose_model_cannot_begin_as_failed(
    alice: User, settings: pytest.FixtureRequest, ended: Until, model: str
) -> None:
    settings.HEALTHCHAT_MODEL = model  # type: ignore[attr-defined]

    run = await ended((await start(alice)).id)

    assert run.status == "failed"
    assert await names(run) == ["error", "done"]
    assert await answer(run) is None


async def test_it_stores_odd_characters_as_they_were_sent(alice: User, script: Script, ended: Until) -> None:
    script(tokens=3, odd_at=1)

    run = await ended((await start(alice)).id)

    assert scripted.ODD in await folded(run)
    assert await answer(run) == await folded(run)


class TestCancelling:
    async def test_it_stops_a_running_run_and_keeps_what_was_said(
        self, alice: User, script: Script, running: Until, ended: Until
    ) -> None:
        script(tokens=1000, hang_at=10)
        run = await start(alice)
        await running(run.id)

        await engine().cancel(run.id)

        run = await ended(run.id)
        assert run.status == "cancelled"
        assert (await names(run)).count("done") == 1
        assert (await names(run))[-1] == "done"
        assert await answer(run) == await folded(run) != ""

    async def test_it_stops_a_queued_run_at_once_though_another_is_ahead(
        self, alice: User, script: Script, running: Until, ended: Until
    ) -> None:
        script(tokens=1, hang_at=0)
        ahead = await start(alice)
        behind = await ask(alice, "And then?", conversation=str(ahead.conversation_id))

        await engine().cancel(behind.id)

        run = await ended(behind.id)
        assert (run.status, await names(run)) == ("cancelled", ["done"])
        assert (await in_database(Run.objects.get, id=ahead.id)).status != "cancelled"

    async def test_it_leaves_a_run_that_has_ended_as_it_is(self, alice: User, ended: Until) -> None:
        run = await ended((await start(alice)).id)

        await engine().cancel(run.id)
        await asyncio.sleep(0.05)

        after = await in_database(Run.objects.get, id=run.id)
        assert (after.status, after.last_seq) == ("complete", run.last_seq)
        assert len(await names(run)) == run.last_seq

    async def test_it_stops_a_run_while_it_is_being_claimed(self, alice: User, script: Script, ended: Until) -> None:
        script(tokens=1, hang_at=0)
        run = await ask(alice)

        engine().start(run.id)
        await asyncio.sleep(0)
        async with asyncio.timeout(runs.LEASE_SECONDS / 2):
            await engine().cancel(run.id)
            run = await ended(run.id)

        assert run.status == "cancelled"

    async def test_it_goes_on_with_the_next_question_of_the_conversation(
        self, alice: User, script: Script, running: Until, ended: Until
    ) -> None:
        script(tokens=10, hang_at=5)
        first = await start(alice)
        await running(first.id)
        script(tokens=3)
        second = await ask(alice, "And then?", conversation=str(first.conversation_id))

        await engine().cancel(first.id)

        assert (await ended(second.id)).status == "complete"

    @pytest.mark.parametrize("sleep", [0, 0.001, 0.003, 0.006, 0.01, 0.02, 0.04])
    async def test_it_ends_once_when_cancels_race_with_the_end(
        self, alice: User, script: Script, ended: Until, sleep: float
    ) -> None:
        script(tokens=5, every_ms=1)
        asked = [await ask(alice, f"Question {number}?") for number in range(4)]
        for run in asked:
            engine().start(run.id)
        await asyncio.sleep(sleep)

        await asyncio.gather(*(engine().cancel(run.id) for run in asked for _ in range(3)))

        for run in [await ended(run.id) for run in asked]:
            events = await stored(run)
            assert (await names(run)).count("done") == 1
            assert events[-1]["status"] == run.status
            assert run.last_seq == len(events)
            assert (await answer(run) or "") == await folded(run)


class TestLeftovers:
    async def test_it_finds_queued_runs_that_nobody_started(self, alice: User, ended: Until) -> None:
        run = await ask(alice)

        engine().watch()

        assert (await ended(run.id)).status == "complete"

    async def test_it_goes_on_with_a_run_whose_process_died(self, alice: User, script: Script, ended: Until) -> None:
        script(tokens=3)
        run = await in_database(asked_and_left, alice, said="Cut o")

        engine().watch()

        run = await ended(run.id)
        first, restart, *rest = await stored(run)
        assert (run.status, run.attempt) == ("complete", 2)
        assert first["content"] == "Cut o"
        assert (restart["type"], restart["reason"], restart["attempt"]) == ("restart", "resumed", 2)
        assert rest[-1]["type"] == "done"
        assert await answer(run) == await folded(run)
        assert "Cut o" not in await folded(run)

    async def test_it_gives_up_honestly_after_the_last_attempt(self, alice: User, ended: Until) -> None:
        run = await in_database(asked_and_left, alice, attempts=runs.ATTEMPTS)

        engine().watch()

        run = await ended(run.id)
        assert (run.status, run.error_code) == ("failed", "too_many_attempts")
        assert (await names(run))[-2:] == ["error", "done"]

    async def test_it_leaves_a_run_alone_that_another_process_carries_out(self, alice: User) -> None:
        run = await ask(alice)
        await in_database(runs.claim, run.id, worker="other", now=datetime.now(UTC))

        engine().start(run.id)
        await asyncio.sleep(0.1)

        assert await names(run) == []
        assert (await in_database(Run.objects.get, id=run.id)).worker == "other"

    async def test_it_drops_a_run_whose_lease_it_has_lost(
        self, alice: User, script: Script, running: Until, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from healthchat.chat import engine as module

        monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
        script(tokens=10, hang_at=5)
        run = await start(alice)
        await running(run.id)
        before = await stored(run)

        await in_database(Run.objects.filter(id=run.id).update, worker="other")
        async with asyncio.timeout(WAIT_SECONDS):
            while run.id in hub().here:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        now = await in_database(Run.objects.get, id=run.id)
        assert (now.status, now.worker, now.cancel_requested) == ("running", "other", None)
        assert await stored(run) == before

    async def test_it_sees_at_a_heartbeat_that_another_process_was_asked_to_cancel(
        self, alice: User, script: Script, running: Until, ended: Until, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from healthchat.chat import engine as module

        monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
        script(tokens=10, hang_at=5)
        run = await start(alice)
        await running(run.id)

        await in_database(runs.request_cancel, run.id, now=datetime.now(UTC))

        assert (await ended(run.id)).status == "cancelled"


class TestClocks:
    """Leases hold and run out by how long nobody renewed them, not by the time of day that is written in them."""

    @pytest.fixture(autouse=True)
    def _time_passes_quickly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from healthchat.chat import engine as module

        monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
        monkeypatch.setattr(module, "SWEEP_SECONDS", 0.05)
        monkeypatch.setattr(runs, "LEASE_SECONDS", 0.6)

    @pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1)], ids=str)
    async def test_it_keeps_its_runs_when_the_clock_jumps(
        self, alice: User, script: Script, running: Until, clock: Clock, jump: timedelta
    ) -> None:
        script(tokens=10, hang_at=5)
        run = await start(alice)
        await running(run.id)
        other = Engine()
        other.watch()

        clock.jump(jump)
        await asyncio.sleep(1.5)

        now = await in_database(Run.objects.get, id=run.id)
        await other.stop()
        assert (now.worker, now.attempt, now.status) == (engine().worker, 1, "running")

    @pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(), timedelta(days=-1)], ids=str)
    async def test_it_goes_on_with_what_a_dead_process_held_whatever_its_clock_said(
        self, alice: User, ended: Until, ahead: timedelta
    ) -> None:
        run = await ask(alice)
        await in_database(runs.claim, run.id, worker="elsewhere", now=datetime.now(UTC) + ahead)

        engine().watch()

        run = await ended(run.id)
        assert (run.status, run.attempt) == ("complete", 2)

    async def test_it_goes_on_with_what_it_holds_and_was_never_told_of(self, alice: User, ended: Until) -> None:
        run = await ask(alice)
        await in_database(runs.claim, run.id, worker=engine().worker, now=datetime.now(UTC))

        engine().watch()

        run = await ended(run.id)
        assert (run.status, run.attempt) == ("complete", 2)

    async def test_it_leaves_nothing_undone_that_it_could_not_record(
        self, alice: User, script: Script, running: Until, ended: Until
    ) -> None:
        script(tokens=20, every_ms=100)
        run, other = await start(alice), await start(alice)
        await running(run.id)

        last = await in_database(log.last_seq, run.id)
        await in_database(write_numbered, run, last + 10)

        assert (await ended(run.id)).attempt == 2
        assert (await ended(other.id)).status == "complete"


class TestStopping:
    async def test_it_gives_its_leases_back_and_another_goes_on_at_once(
        self, alice: User, script: Script, running: Until, ended: Until
    ) -> None:
        script(tokens=50, every_ms=10)
        run = await start(alice)
        await running(run.id)

        await engine().stop()
        stopped = await in_database(Run.objects.get, id=run.id)
        before = await stored(run)
        other = Engine()
        other.start(run.id)

        run = await ended(run.id)
        await other.stop()
        events = await stored(run)
        assert stopped.status == "running"
        assert stopped.lease_until is None
        assert events[: len(before)] == before
        assert events[len(before)]["type"] == "restart"
        assert (run.status, run.attempt) == ("complete", 1)
        assert (await folded(run)).count("m=") == 50

    async def test_it_gives_back_a_run_that_it_is_just_claiming(self, alice: User) -> None:
        run = await ask(alice)

        engine().start(run.id)
        await asyncio.sleep(0)
        await engine().stop()

        assert run.id in await in_database(runs.to_carry_out)

    @pytest.mark.by_hand
    async def test_it_stores_the_end_of_a_run_that_was_just_ending(self, alice: User, script: Script) -> None:
        script(tokens=1)
        asked = [await ask(alice, f"Question {number}?") for number in range(10)]
        for run in asked:
            engine().start(run.id)
        async with asyncio.timeout(WAIT_SECONDS):
            while not hub().here:  # noqa: ASYNC110
                await asyncio.sleep(0)

        await engine().stop()

        left = set(await in_database(runs.to_carry_out))
        for run in asked:
            assert (await names(run)).count("done") == (run.id not in left)

    async def test_it_starts_nothing_any_more(self, alice: User) -> None:
        await engine().stop()
        run = await ask(alice)

        engine().start(run.id)
        await asyncio.sleep(0.05)

        assert (await in_database(Run.objects.get, id=run.id)).status == "queued"


async def test_it_logs_no_words_of_a_person(
    alice: User, script: Script, ended: Until, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="healthchat")
    script(tokens=5, fail_at=3)
    run = await ask(alice, "sentinel-words")
    engine().start(run.id)
    await ended(run.id)

    assert str(run.id) in caplog.text
    assert "sentinel-words" not in caplog.text
    assert "m=" not in caplog.text


async def test_a_source_that_never_waits_leaves_the_others_their_turns(
    alice: User, script: Script, ended: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tokens(_: scripted.Script) -> AsyncIterator[str]:
        for number in range(5_000):
            yield f"{number} "
        told.set()

    async def others() -> None:
        nonlocal turns
        while not told.is_set():
            turns += 1
            await asyncio.sleep(0)

    turns, told = 0, asyncio.Event()
    monkeypatch.setattr(scripted, "tokens", tokens)
    script()
    run = await start(alice)

    await asyncio.wait_for(others(), WAIT_SECONDS)

    assert turns >= 50
    assert (await ended(run.id)).status == "complete"
    assert await answer(run) == "".join(f"{number} " for number in range(5_000))
