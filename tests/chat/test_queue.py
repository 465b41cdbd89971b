"""Who is next: limits for one person, and fairness between people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import AsyncClient

from healthchat.chat import questions, queue, runs
from healthchat.chat.engine import engine
from healthchat.chat.models import Run
from healthchat.chat.questions import Refused
from healthchat.database import in_database, write

Script = Callable[..., str]
Until = Callable[[UUID], Awaitable[Run]]


def statuses() -> list[str]:
    return list(Run.objects.order_by("created").values_list("status", flat=True))


class TestPace:
    @pytest.fixture(autouse=True)
    def two_an_hour(self, settings: object) -> None:
        settings.HEALTHCHAT_ASK_RATE = "2/hour"  # type: ignore[attr-defined]
        cache.clear()

    def test_it_refuses_the_third_of_two_and_says_when_to_come_back(self, alice: User, charlie: User) -> None:
        for number in range(2):
            questions.ask(alice, f"Question {number}?", key=f"key {number}")

        with pytest.raises(Refused) as refused:
            questions.ask(alice, "One more?")

        assert (refused.value.code, refused.value.status) == ("too_many_questions", 429)
        assert 3_500 < refused.value.retry_after <= 3_600
        assert questions.ask(charlie, "Mine?").new
        assert not questions.ask(alice, "Question 1?", key="key 1").new

    def test_it_counts_another_try(self, alice: User) -> None:
        run = questions.ask(alice, "One?").run
        Run.objects.update(status="failed")
        Run.objects.filter(pk=questions.retry(alice, run.pk).pk).update(status="failed")

        with pytest.raises(Refused, match="too_many_questions"):
            questions.retry(alice, run.pk)

    def test_it_always_answers_an_emergency(self, alice: User) -> None:
        for number in range(2):
            questions.ask(alice, f"Question {number}?")

        assert questions.ask(alice, "I have crushing chest pain and cannot breathe").triage.level == "emergency"

    async def test_it_says_so_by_the_api(self, chat: None, alices_client: AsyncClient) -> None:
        asked = [
            await alices_client.post("/api/chat/message", {"message": f"{n}?"}, content_type="application/json")
            for n in range(3)
        ]

        assert [response.status_code for response in asked] == [201, 201, 429]
        assert 3_500 < int(asked[-1].headers["Retry-After"]) <= 3_600


class TestLimits:
    @pytest.fixture(autouse=True)
    def one_at_a_time(self, settings: object) -> None:
        settings.HEALTHCHAT_PERSON_RUNS = 1  # type: ignore[attr-defined]
        settings.HEALTHCHAT_PERSON_WAITING = 2  # type: ignore[attr-defined]

    def test_it_claims_a_question_only_while_there_is_room(self, alice: User, charlie: User) -> None:
        first = questions.ask(alice, "One?", worker="here")
        second = questions.ask(alice, "Two?", worker="here")
        others = questions.ask(charlie, "Mine?", worker="here")

        assert [bool(asked.claimed) for asked in (first, second, others)] == [True, False, True]
        assert runs.claim(second.run.id, worker="here", now=second.run.created) is None

    def test_it_refuses_what_would_wait_behind_too_much(self, alice: User, charlie: User) -> None:
        for number in range(3):
            questions.ask(alice, f"Question {number}?", worker="here")

        with pytest.raises(Refused) as refused:
            questions.ask(alice, "One more?", worker="here")

        assert (refused.value.code, refused.value.status) == ("too_many_waiting", 429)
        assert questions.ask(charlie, "Mine?", worker="here").claimed

    async def test_it_says_when_to_come_back(self, chat: None, script: Script, alices_client: AsyncClient) -> None:
        script(tokens=2, hang_at=1)
        for number in range(3):
            await alices_client.post(
                "/api/chat/message", {"message": f"Question {number}?"}, content_type="application/json"
            )

        response = await alices_client.post(
            "/api/chat/message", {"message": "One more?"}, content_type="application/json"
        )

        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
        assert response.json()["error"]["code"] == "too_many_waiting"

    async def test_it_begins_what_waits_when_there_is_room_again(
        self, chat: None, alice: User, script: Script, ended: Until
    ) -> None:
        script(tokens=3)
        asked = [
            await write(questions.ask, alice, f"Question {number}?", worker=engine().worker) for number in range(3)
        ]

        engine().start(asked[0].run.id, asked[0].claimed)

        assert [(await ended(one.run.id)).status for one in asked] == ["complete"] * 3

    async def test_it_stops_what_waits_though_there_is_no_room(
        self, chat: None, alice: User, script: Script, ended: Until
    ) -> None:
        script(tokens=2, hang_at=1)
        first, second = [await write(questions.ask, alice, f"{word}?", worker="elsewhere") for word in ("One", "Two")]

        await engine().cancel(second.run.id)

        assert (await ended(second.run.id)).status == "cancelled"
        assert (await in_database(statuses))[0] == "running"


def test_it_takes_the_next_of_the_conversation_before_the_next_of_the_person(alice: User, settings: object) -> None:
    settings.HEALTHCHAT_PERSON_RUNS = 1  # type: ignore[attr-defined]
    first = questions.ask(alice, "One?", worker="here").run
    elsewhere = questions.ask(alice, "Elsewhere?").run
    behind = questions.ask(alice, "Behind?", conversation=str(first.conversation_id)).run

    def next_after(run: Run) -> object:
        Run.objects.filter(pk=run.pk).update(status=Run.Status.COMPLETE)
        return queue._next_after(run)

    assert next_after(first) == behind.pk
    assert next_after(behind) == elsewhere.pk


def test_it_counts_nothing_where_nothing_is_limited(
    alice: User, settings: object, django_assert_num_queries: Callable[..., object]
) -> None:
    settings.HEALTHCHAT_PERSON_RUNS = settings.HEALTHCHAT_PERSON_WAITING = 0  # type: ignore[attr-defined]

    with django_assert_num_queries(0):
        unfinished = queue.unfinished_of(alice.pk)

    assert unfinished.has_room
    assert unfinished.may_wait
