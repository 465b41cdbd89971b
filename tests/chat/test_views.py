"""The chat's endpoints: who may call them, with what, and what they answer to everything else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import AsyncClient, Client

from healthchat.accounts.models import Guest
from healthchat.chat import log, questions
from healthchat.chat.asking import under_way
from healthchat.chat.engine import engine
from healthchat.chat.models import Conversation, Event, Message, Run
from healthchat.database import in_database
from tests.chat.feeds import all_of, numbers, reading, texts
from tests.chat.locks import WAIT_SECONDS, log_locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chat")]

Until = Callable[[UUID], Awaitable[Run]]
Script = Callable[..., str]

ORIGIN = "https://page.example"
NOBODYS = "0b5c8b5e-6f0a-4a52-9d2c-1f0f1a6f7a11"


@pytest.fixture
async def run(alice: User, ended: Until) -> Run:
    """A run of Alice's that has ended."""
    asked = await in_database(questions.ask, alice, "What was my latest HbA1c?")
    engine().start(asked.run.id)
    return await ended(asked.run.id)


@pytest.fixture
async def hanging(alice: User, script: Script, running: Until) -> Run:
    script(tokens=10, hang_at=5)
    asked = await in_database(questions.ask, alice, "A question?")
    engine().start(asked.run.id)
    return await running(asked.run.id)


@pytest.fixture
def anonymous() -> AsyncClient:
    return AsyncClient()


def post(client: AsyncClient, body: object, **headers: str) -> Awaitable[HttpResponse]:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/api/chat/message", data, content_type="application/json", headers=headers)


def error(response: HttpResponse) -> tuple[int, str]:
    told = response.json()["error"]
    assert told["message"].endswith(".")
    return response.status_code, told["code"]


def addresses(run: Run) -> list[tuple[str, str]]:
    """Every endpoint that names something of a person's."""
    return [
        ("GET", f"/api/runs/{run.id}/stream"),
        ("GET", f"/api/runs/{run.id}/events"),
        ("POST", f"/api/runs/{run.id}/cancel"),
        ("GET", f"/api/conversations/{run.conversation_id}/stream"),
        ("GET", f"/api/chat/stream?after={run.id}:1"),
    ]


async def call(client: AsyncClient, method: str, address: str, **headers: str) -> HttpResponse:
    return await client.generic(method, address, headers=headers)


async def counts() -> list[int]:
    models = (User, Conversation, Message, Run, Event)
    return await in_database(lambda: [model.objects.count() for model in models])


class TestMessage:
    async def test_it_starts_a_run_and_says_where_to_watch_it(self, alices_client: AsyncClient, ended: Until) -> None:
        response = await post(alices_client, {"message": "A question?"})

        started = response.json()
        assert response.status_code == 201
        assert started["feed"] == f"/api/runs/{started['run']}/stream"
        assert (await ended(started["run"])).status == "complete"

    async def test_it_answers_with_the_feed_itself_where_that_is_accepted(self, alices_client: AsyncClient) -> None:
        response = await post(alices_client, {"message": "A question?"}, Accept="text/event-stream")
        events = await all_of(response)

        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert [events[0].event, events[-1].event] == ["connected", "done"]
        assert texts(events).count("m=") == 5

    async def test_it_answers_the_same_key_with_the_same_run(self, alices_client: AsyncClient) -> None:
        first = await post(alices_client, {"message": "A question?"}, **{"Idempotency-Key": "k"})
        again = await post(alices_client, {"message": "A question?"}, **{"Idempotency-Key": "k"})
        other = await post(alices_client, {"message": "Another?"}, **{"Idempotency-Key": "k"})

        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json()["run"] == first.json()["run"]
        assert error(other) == (422, "key_reused")

    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            ("{", (400, "broken_json")),
            (b"\xff\xfe", (400, "broken_json")),
            ("[" * 100_000, (400, "broken_json")),
            ("null", (400, "broken_json")),
            ("[]", (400, "broken_json")),
            ('"text"', (400, "broken_json")),
            ("{}", (422, "invalid_message")),
            ({"message": None}, (422, "invalid_message")),
            ({"message": 7}, (422, "invalid_message")),
            ({"message": ["a"]}, (422, "invalid_message")),
            ({"message": {"a": "b"}}, (422, "invalid_message")),
            ('{"message": NaN}', (422, "invalid_message")),
            ({"message": ""}, (422, "empty_message")),
            ({"message": " \n "}, (422, "empty_message")),
            ({"message": "a" * 40_000}, (413, "message_too_long")),
            ({"message": "a", "extra": 1}, (422, "unknown_field")),
            ({"message": "a", "conversation": 7}, (422, "invalid_field")),
            ({"message": "a", "patient": ["a"]}, (422, "invalid_field")),
            ({"message": "a", "on_busy": 1}, (422, "invalid_field")),
            ({"message": "a", "on_busy": "explode"}, (422, "invalid_on_busy")),
            ({"message": "a", "conversation": "1"}, (404, "unknown_conversation")),
            ({"message": "a", "conversation": "\0"}, (404, "unknown_conversation")),
            ({"message": "a", "conversation": "\ud800"}, (404, "unknown_conversation")),
            ({"message": "a", "conversation": "a" * 100_000}, (404, "unknown_conversation")),
            ({"message": "a", "patient": NOBODYS}, (404, "unknown_patient")),
        ],
        ids=lambda value: repr(value)[:40],
    )
    async def test_it_refuses_what_it_cannot_take_and_stores_nothing(
        self, alices_client: AsyncClient, body: object, answer: tuple[int, str]
    ) -> None:
        before = await counts()

        assert error(await post(alices_client, body)) == answer
        assert await counts() == before

    async def test_it_says_what_is_wrong_in_the_persons_language(self, alices_client: AsyncClient) -> None:
        refused = await alices_client.post(
            "/api/chat/message", {"message": " "}, content_type="application/json", headers={"Accept-Language": "es"}
        )

        assert refused.json()["detail"] == "Escriba antes una pregunta."

    @pytest.mark.parametrize("key", ["k" * 201, "k" * 100_000])
    async def test_it_refuses_a_key_that_cannot_be_kept(self, alices_client: AsyncClient, key: str) -> None:
        assert error(await post(alices_client, {"message": "a"}, **{"Idempotency-Key": key})) == (422, "invalid_key")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    async def test_it_takes_json_alone(self, alices_client: AsyncClient, content_type: str) -> None:
        response = await alices_client.post("/api/chat/message", '{"message": "a"}', content_type=content_type)

        assert error(response) == (415, "not_json")

    async def test_it_asks_an_anonymous_visitor_to_sign_in(self, anonymous: AsyncClient) -> None:
        assert error(await post(anonymous, {"message": "a"})) == (401, "not_signed_in")
        assert await counts() == [0] * 5

    async def test_it_takes_an_anonymous_visitor_in_as_a_guest(self, anonymous: AsyncClient, settings: Any) -> None:
        settings.HEALTHCHAT_GUESTS = True

        started = (await post(anonymous, {"message": "A question?"})).json()
        again = (await post(anonymous, {"message": "More?", "conversation": started["conversation"]})).json()

        assert again["conversation"] == started["conversation"]
        assert await in_database(Guest.objects.count) == 1
        assert (await all_of(await anonymous.get(started["feed"])))[-1].event == "done"

    async def test_it_makes_no_guest_of_a_visitor_whose_message_is_refused(
        self, anonymous: AsyncClient, settings: Any
    ) -> None:
        settings.HEALTHCHAT_GUESTS = True

        assert error(await post(anonymous, {"message": ""})) == (422, "empty_message")
        assert await counts() == [0] * 5

    async def test_it_refuses_a_message_to_a_busy_conversation_where_that_is_asked(
        self, hanging: Run, alices_client: AsyncClient
    ) -> None:
        body = {"message": "More?", "conversation": str(hanging.conversation_id), "on_busy": "reject"}

        assert error(await post(alices_client, body)) == (409, "busy")

    @pytest.mark.parametrize("on_busy", ["interrupt", "rollback"])
    async def test_it_stops_what_is_under_way_where_that_is_asked(
        self, hanging: Run, script: Script, alices_client: AsyncClient, ended: Until, on_busy: str
    ) -> None:
        script(tokens=3)

        body = {"message": "More?", "conversation": str(hanging.conversation_id), "on_busy": on_busy}
        started = (await post(alices_client, body)).json()

        assert (await ended(hanging.id)).status == "cancelled"
        assert (await ended(started["run"])).status == "complete"
        assert (await in_database(Run.objects.get, id=hanging.id)).withdrawn is (on_busy == "rollback")

    async def test_it_answers_one_who_left_while_the_question_was_stored(
        self, alice: User, alices_client: AsyncClient, ended: Until
    ) -> None:
        with log_locked():
            asking = asyncio.ensure_future(post(alices_client, {"message": "A question?"}))
            async with asyncio.timeout(WAIT_SECONDS):
                while not under_way:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.wait([asking])

        async with asyncio.timeout(WAIT_SECONDS):
            while (run := await in_database(Run.objects.filter(owner=alice).first)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (await ended(run.id)).status == "complete"


class TestStream:
    async def test_it_starts_a_run_and_shows_it(self, alices_client: AsyncClient) -> None:
        events = await all_of(await alices_client.get("/api/chat/stream", {"message": "A question?"}))

        assert [events[0].event, events[-1].event] == ["connected", "done"]
        assert numbers(events) == list(range(1, len(events)))

    async def test_it_starts_nothing_when_a_client_comes_back(self, alices_client: AsyncClient) -> None:
        events = await all_of(await alices_client.get("/api/chat/stream", {"message": "A question?"}))
        cut = len(events) // 2

        response = await alices_client.get(
            "/api/chat/stream", {"message": "A question?"}, headers={"Last-Event-ID": events[cut].id}
        )

        assert (await all_of(response))[1:] == events[cut + 1 :]
        assert await in_database(Run.objects.count) == 1

    async def test_it_has_nothing_more_for_who_has_seen_the_end(self, alices_client: AsyncClient) -> None:
        events = await all_of(await alices_client.get("/api/chat/stream", {"message": "A question?"}))

        response = await alices_client.get(
            "/api/chat/stream", {"message": "A question?"}, headers={"Last-Event-ID": events[-1].id}
        )

        assert response.status_code == 204

    async def test_it_joins_the_same_words_when_the_first_connect_was_cut(
        self, script: Script, alices_client: AsyncClient
    ) -> None:
        script(tokens=10, every_ms=20)
        async with reading(await alices_client.get("/api/chat/stream", {"message": "A question?"})):
            pass

        events = await all_of(await alices_client.get("/api/chat/stream", {"message": "A question?"}))

        assert texts(events).count("m=") == 10
        assert await in_database(Run.objects.count) == 1

    async def test_it_is_one_run_for_one_key(self, alices_client: AsyncClient) -> None:
        address = {"message": "A question?", "key": "k"}
        first = await all_of(await alices_client.get("/api/chat/stream", address))
        again = await all_of(await alices_client.get("/api/chat/stream", address))

        assert first == again
        assert await in_database(Run.objects.count) == 1

    @pytest.mark.parametrize(
        ("query", "answer"),
        [
            ("", (422, "invalid_message")),
            ("message=", (422, "empty_message")),
            ("message=a&conversation=1", (404, "unknown_conversation")),
            ("message=a&patient=x", (404, "unknown_patient")),
            ("message=a&on_busy=x", (422, "invalid_on_busy")),
            ("message=a&key=" + "k" * 201, (422, "invalid_key")),
            ("message=" + "a" * 40_000, (413, "message_too_long")),
            ("after=nonsense", (404, "unknown_cursor")),
            (f"after={NOBODYS}:1", (404, "unknown_run")),
        ],
        ids=lambda value: str(value)[:30],
    )
    async def test_it_refuses_what_it_cannot_take_and_stores_nothing(
        self, alices_client: AsyncClient, query: str, answer: tuple[int, str]
    ) -> None:
        before = await counts()

        assert error(await alices_client.get(f"/api/chat/stream?{query}")) == answer
        assert await counts() == before

    async def test_it_can_be_switched_off(self, run: Run, alices_client: AsyncClient, settings: Any) -> None:
        settings.HEALTHCHAT_QUERY_IN_URL = False
        before = await counts()

        refused = await alices_client.get("/api/chat/stream", {"message": "A question?"})
        resumed = await alices_client.get("/api/chat/stream", headers={"Last-Event-ID": f"{run.id}:1"})

        assert error(refused) == (403, "query_in_url_off")
        assert (await all_of(resumed))[-1].event == "done"
        assert await counts() == before


class TestEvents:
    async def test_it_gives_what_the_feed_gives(self, run: Run, alices_client: AsyncClient) -> None:
        events = (await all_of(await alices_client.get(f"/api/runs/{run.id}/stream")))[1:]

        page = (await alices_client.get(f"/api/runs/{run.id}/events")).json()

        assert [(one["id"], one["event"], one["data"]) for one in page["events"]] == [
            (event.id, event.event, json.loads(event.data)) for event in events
        ]
        assert (page["cursor"], page["ended"], page["known"]) == (f"{run.id}:{run.last_seq}", True, True)

    async def test_it_goes_on_after_the_cursor(self, run: Run, alices_client: AsyncClient) -> None:
        page = (await alices_client.get(f"/api/runs/{run.id}/events", {"after": f"{run.id}:{run.last_seq - 1}"})).json()

        assert [one["event"] for one in page["events"]] == ["done"]

    async def test_it_does_not_wait_for_more_once_the_run_has_ended(self, run: Run, alices_client: AsyncClient) -> None:
        after = f"{run.id}:{run.last_seq}"

        page = (await alices_client.get(f"/api/runs/{run.id}/events", {"after": after, "wait": "30"})).json()

        assert (page["events"], page["cursor"], page["ended"]) == ([], after, True)

    async def test_it_waits_for_what_comes_next(self, script: Script, alice: User, alices_client: AsyncClient) -> None:
        script(tokens=20, every_ms=10)
        run = (await in_database(questions.ask, alice, "A question?")).run
        seen: list[Any] = []
        cursor, ended = f"{run.id}:0", False

        while not ended:
            page = (await alices_client.get(f"/api/runs/{run.id}/events", {"after": cursor, "wait": "20"})).json()
            assert page["events"]
            seen += page["events"]
            cursor, ended = page["cursor"], page["ended"]

        assert [one["id"] for one in seen] == [f"{run.id}:{number}" for number in range(1, len(seen) + 1)]
        assert seen[-1]["event"] == "done"

    async def test_it_says_that_a_cursor_is_unknown(self, run: Run, alices_client: AsyncClient) -> None:
        page = (await alices_client.get(f"/api/runs/{run.id}/events", {"after": f"{run.id}:999"})).json()

        assert page["known"] is False
        assert len(page["events"]) == run.last_seq

    @pytest.mark.parametrize("wait", ["-1", "x", "1.5", "٣", "1e9", " "])
    async def test_it_refuses_a_wait_that_is_no_number(self, run: Run, alices_client: AsyncClient, wait: str) -> None:
        response = await alices_client.get(f"/api/runs/{run.id}/events", {"wait": wait})

        assert error(response) == (422, "invalid_wait")


class TestManyFeeds:
    async def test_it_refuses_one_more_than_a_person_may_have_open(
        self, hanging: Run, alices_client: AsyncClient, settings: Any
    ) -> None:
        settings.HEALTHCHAT_PERSON_FEEDS = 1
        addresses = [f"/api/runs/{hanging.id}/stream", f"/api/conversations/{hanging.conversation_id}/stream"]
        async with reading(await alices_client.get(addresses[0])) as reader:
            await reader.next()
            await reader.next()
            refused = [await alices_client.get(address) for address in (*addresses, f"/api/runs/{hanging.id}/events")]

        assert [error(response) for response in refused] == [(429, "too_many_feeds")] * 3
        assert all(int(response.headers["Retry-After"]) > 0 for response in refused)
        async with reading(await alices_client.get(addresses[0])) as reader:
            await reader.next()


class TestCancel:
    async def test_it_stops_a_run(self, hanging: Run, alices_client: AsyncClient, ended: Until) -> None:
        response = await alices_client.post(f"/api/runs/{hanging.id}/cancel")

        assert (response.status_code, response.json()["status"]) == (202, "cancelling")
        assert (await ended(hanging.id)).status == "cancelled"

    async def test_it_changes_nothing_of_a_run_that_has_ended(self, run: Run, alices_client: AsyncClient) -> None:
        response = await alices_client.post(f"/api/runs/{run.id}/cancel")

        assert (response.status_code, response.json()["status"]) == (202, "complete")
        assert len(await in_database(log.read, run.id, 0)) == run.last_seq

    async def test_it_ends_the_feeds_that_watch(self, hanging: Run, alices_client: AsyncClient) -> None:
        async with reading(await alices_client.get(f"/api/runs/{hanging.id}/stream")) as reader:
            await reader.next()
            await alices_client.post(f"/api/runs/{hanging.id}/cancel")
            events = await reader.rest()

        assert json.loads(events[-1].data)["status"] == "cancelled"


class TestWhoMayCall:
    async def test_it_shows_nothing_of_one_person_to_another(self, run: Run, charlies_client: AsyncClient) -> None:
        for method, address in addresses(run):
            status, _ = error(await call(charlies_client, method, address))
            assert status == 404, address

    async def test_it_tells_a_foreign_thing_apart_from_a_missing_one_in_no_way(
        self, run: Run, charlies_client: AsyncClient
    ) -> None:
        missing = Run(id=uuid4(), conversation_id=uuid4())

        for (method, foreign), (_, unknown) in zip(addresses(run), addresses(missing), strict=True):
            one, other = await call(charlies_client, method, foreign), await call(charlies_client, method, unknown)
            assert (one.status_code, one.content) == (other.status_code, other.content)

    async def test_it_shows_nothing_to_an_anonymous_visitor(self, run: Run, anonymous: AsyncClient) -> None:
        for method, address in addresses(run):
            assert error(await call(anonymous, method, address)) == (401, "not_signed_in"), address

    async def test_it_shows_nothing_to_another_guest(self, run: Run, anonymous: AsyncClient, settings: Any) -> None:
        settings.HEALTHCHAT_GUESTS = True
        await post(anonymous, {"message": "A question?"})

        for method, address in addresses(run):
            status, _ = error(await call(anonymous, method, address))
            assert status == 404, address

    async def test_it_shows_nothing_to_staff_who_do_not_own_it(
        self, run: Run, charlie: User, charlies_client: AsyncClient
    ) -> None:
        await in_database(User.objects.filter(id=charlie.id).update, is_staff=True, is_superuser=True)

        for method, address in addresses(run):
            status, _ = error(await call(charlies_client, method, address))
            assert status == 404, address

    async def test_it_shows_nothing_to_a_disabled_account(
        self, run: Run, alice: User, alices_client: AsyncClient
    ) -> None:
        await in_database(User.objects.filter(id=alice.id).update, is_active=False)

        for method, address in addresses(run):
            assert error(await call(alices_client, method, address)) == (401, "not_signed_in"), address
        assert error(await post(alices_client, {"message": "a"})) == (401, "not_signed_in")

    async def test_it_cancels_nothing_of_somebody_elses(self, hanging: Run, charlies_client: AsyncClient) -> None:
        assert error(await call(charlies_client, "POST", f"/api/runs/{hanging.id}/cancel")) == (404, "unknown_run")
        assert (await in_database(Run.objects.get, id=hanging.id)).cancel_requested is None

    async def test_it_says_the_owners_feeds_are_there(self, run: Run, alices_client: AsyncClient) -> None:
        for method, address in addresses(run):
            response = await call(alices_client, method, address)
            assert response.status_code in (200, 202), address
            if response.streaming:
                await response.__aiter__().aclose()

    async def test_it_ends_open_feeds_when_their_person_leaves(
        self, hanging: Run, alices_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from healthchat.chat import access

        monkeypatch.setattr(access, "LOOK_SECONDS", 0.05)
        other = AsyncClient()
        await other.alogin(username="alice", password="correct horse battery staple")
        async with (
            reading(await alices_client.get(f"/api/runs/{hanging.id}/stream")) as leaves,
            reading(await other.get(f"/api/conversations/{hanging.conversation_id}/stream")) as stays,
        ):
            assert [(await leaves.next()).event, (await stays.next()).event] == ["connected"] * 2
            await alices_client.alogout()
            events = await leaves.rest()
            await stays.next()

            assert all(event.event != "done" for event in events)
            assert error(await alices_client.get(f"/api/runs/{hanging.id}/stream")) == (401, "not_signed_in")

    @pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
    async def test_it_ends_all_feeds_of_an_account_that_is_disabled_or_has_a_new_password(
        self,
        hanging: Run,
        alice: User,
        alices_client: AsyncClient,
        monkeypatch: pytest.MonkeyPatch,
        change: dict[str, Any],
    ) -> None:
        from healthchat.chat import access

        monkeypatch.setattr(access, "LOOK_SECONDS", 0.05)
        async with (
            reading(await alices_client.get(f"/api/runs/{hanging.id}/stream")) as one,
            reading(await alices_client.get(f"/api/conversations/{hanging.conversation_id}/stream")) as other,
        ):
            await one.next()
            await other.next()
            await in_database(User.objects.filter(id=alice.id).update, **change)

            for reader in (one, other):
                assert all(event.event != "done" for event in await reader.rest())


CALLERS = [
    # Sec-Fetch-Site, Origin, may call
    ("same-origin", None, True),
    ("none", None, True),
    ("same-origin", "http://testserver", True),
    ("cross-site", None, False),
    ("cross-site", "https://evil.example", False),
    ("same-site", None, False),
    ("same-site", "http://other.testserver", False),
    ("nonsense", None, False),
    ("", None, False),
    ("none", "https://evil.example", True),
    (None, None, True),
    (None, "http://testserver", True),
    (None, "https://evil.example", False),
    (None, "null", False),
    (None, "http://testserver.evil.example", False),
    (None, "http://testserver:81", False),
    (None, "", False),
    ("cross-site", ORIGIN, True),
    ("same-site", ORIGIN, True),
    (None, ORIGIN, True),
    ("cross-site", ORIGIN + ".evil.example", False),
    ("cross-site", ORIGIN.upper(), False),
]


class TestOtherSites:
    @pytest.fixture(autouse=True)
    def _one_origin_is_let_in(self, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
        # As the settings have it where an origin is named.
        settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE]

    @pytest.mark.parametrize(("site", "origin", "may"), CALLERS)
    async def test_it_answers_to_its_own_pages_alone(
        self, run: Run, alices_client: AsyncClient, site: str | None, origin: str | None, may: bool
    ) -> None:
        headers = {name: value for name, value in (("Sec-Fetch-Site", site), ("Origin", origin)) if value is not None}
        before = await counts()

        for method, address in addresses(run):
            response = await call(alices_client, method, address, **headers)
            if may:
                assert response.status_code in (200, 202), address
            else:
                assert error(response) == (403, "cross_site"), address
            if response.streaming:
                await response.__aiter__().aclose()
        assert await counts() == before

    @pytest.mark.parametrize(("site", "origin", "may"), CALLERS)
    async def test_it_starts_nothing_for_another_site(
        self, alices_client: AsyncClient, site: str | None, origin: str | None, may: bool
    ) -> None:
        headers = {name: value for name, value in (("Sec-Fetch-Site", site), ("Origin", origin)) if value is not None}

        asked = await post(alices_client, {"message": "A question?"}, **headers)
        streamed = await alices_client.get("/api/chat/stream", {"message": "Another?"}, headers=headers)

        assert (asked.status_code, streamed.status_code) == ((201, 200) if may else (403, 403))
        assert await in_database(Run.objects.count) == (2 if may else 0)
        if streamed.streaming:
            await all_of(streamed)

    async def test_it_lets_a_named_origin_read_with_its_cookies(self, run: Run, alices_client: AsyncClient) -> None:
        response = await alices_client.get(
            f"/api/runs/{run.id}/stream", headers={"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
        )
        await all_of(response)

        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "origin" in response.headers["Vary"].lower()

    async def test_it_answers_the_preflight_of_a_named_origin(self, alices_client: AsyncClient) -> None:
        response = await alices_client.options(
            "/api/chat/message",
            headers={
                "Origin": ORIGIN,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type,idempotency-key,last-event-id",
            },
        )

        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        for header in ("content-type", "idempotency-key", "last-event-id"):
            assert header in response.headers["Access-Control-Allow-Headers"]

    async def test_it_lets_no_other_origin_read(self, run: Run, alices_client: AsyncClient) -> None:
        response = await alices_client.get(f"/api/runs/{run.id}/stream", headers={"Origin": "https://evil.example"})

        assert error(response) == (403, "cross_site")
        assert "Access-Control-Allow-Origin" not in response.headers


class TestMethods:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    async def test_it_changes_nothing_by_looking(self, run: Run, alices_client: AsyncClient, method: str) -> None:
        before = await counts()
        looked = [
            *(address for _, address in addresses(run)),
            "/api/chat/message",
            f"/api/conversations/{uuid4()}/stream",
            f"/api/runs/{uuid4()}/stream",
        ]

        for address in looked:
            response = await call(alices_client, method, address)
            if response.streaming:
                await response.__aiter__().aclose()

        assert await counts() == before
        assert (await in_database(Run.objects.get, id=run.id)).cancel_requested is None

    async def test_it_starts_no_run_for_a_head_request(self, alices_client: AsyncClient) -> None:
        response = await alices_client.head("/api/chat/stream", {"message": "A question?"})

        assert response.status_code == 405
        assert await in_database(Run.objects.count) == 0

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
    async def test_it_knows_no_other_method(self, run: Run, alices_client: AsyncClient, method: str) -> None:
        for _, address in addresses(run):
            assert (await call(alices_client, method, address)).status_code == 405, address

    @pytest.mark.parametrize("name", ["1", "0b5c8b5e-6f0a-4a52-9d2c", "%00", "..%2f..", "a" * 300])
    def test_it_knows_no_run_or_conversation_by_another_kind_of_name(self, alices: Client, name: str) -> None:
        for address in (f"/api/runs/{name}/stream", f"/api/runs/{name}/events", f"/api/conversations/{name}/stream"):
            assert alices.get(address).status_code == 404
