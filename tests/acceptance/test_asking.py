"""Asking and watching over the wire, as the guide's clients do."""

from __future__ import annotations

import json

import httpx

from tests.served import Served, events_of

QUESTION = "What was my latest HbA1c?"
EMERGENCY = "I have crushing chest pain going down my left arm and I am sweating"


def test_it_streams_the_answer_to_a_question_in_the_address(visitor: httpx.Client) -> None:
    with visitor.stream("GET", "/api/chat/stream", params={"message": QUESTION}) as response:
        events = list(events_of(response))

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    assert [event.event for event in events] == ["connected", *["message"] * (len(events) - 2), "done"]
    assert json.loads(events[0].data)["status"] == "connected"
    assert json.loads(events[1].data)["type"] == "triage"
    assert json.loads(events[-1].data)["status"] == "complete"


def test_it_numbers_the_events_of_a_run_without_a_gap(visitor: httpx.Client) -> None:
    with visitor.stream("GET", "/api/chat/stream", params={"message": QUESTION}) as response:
        events = list(events_of(response))

    run = json.loads(events[0].data)["run"]
    assert [event.id for event in events] == [f"{run}:{number}" for number in range(len(events))]


def test_it_answers_from_the_demo_patients_records(visitor: httpx.Client) -> None:
    with visitor.stream("GET", "/api/chat/stream", params={"message": QUESTION}) as response:
        messages = [json.loads(event.data) for event in events_of(response) if event.event == "message"]

    claims = [claim for message in messages if message["type"] == "finding" for claim in message["claims"]]
    assert any(claim.get("evidence") for claim in claims)
    assert "".join(message["content"] for message in messages if message["type"] == "text").strip()


def test_it_answers_a_post_with_the_addresses_of_the_run(visitor: httpx.Client) -> None:
    response = visitor.post("/api/chat/message", json={"message": QUESTION})

    started = response.json()
    assert response.status_code == 201
    assert started["feed"] == f"/api/runs/{started['run']}/stream"
    with visitor.stream("GET", started["feed"]) as feed:
        assert [event.event for event in events_of(feed)][-1] == "done"


def test_it_answers_a_post_with_the_feed_itself_where_that_is_accepted(visitor: httpx.Client) -> None:
    asked = {"message": QUESTION}

    with visitor.stream("POST", "/api/chat/message", json=asked, headers={"Accept": "text/event-stream"}) as response:
        names = [event.event for event in events_of(response)]

    assert names[0] == "connected"
    assert names[-1] == "done"


def test_it_goes_on_after_a_cut_and_starts_nothing(visitor: httpx.Client) -> None:
    with visitor.stream("GET", "/api/chat/stream", params={"message": QUESTION}) as response:
        events = list(events_of(response))
    cut = len(events) // 2

    again = {"Last-Event-ID": events[cut].id}
    with visitor.stream("GET", "/api/chat/stream", params={"message": QUESTION}, headers=again) as response:
        rest = list(events_of(response))

    assert rest[0].event == "connected"
    assert rest[1:] == events[cut + 1 :]
    assert visitor.get("/api/conversations/").json()["count"] == 1


def test_it_has_nothing_more_for_who_has_it_all(visitor: httpx.Client) -> None:
    started = visitor.post("/api/chat/message", json={"message": QUESTION}).json()
    with visitor.stream("GET", started["feed"]) as feed:
        last = list(events_of(feed))[-1]

    response = visitor.get(started["feed"], headers={"Last-Event-ID": last.id})

    assert response.status_code == 204


def test_it_keeps_the_conversation(visitor: httpx.Client) -> None:
    started = visitor.post("/api/chat/message", json={"message": QUESTION}).json()
    with visitor.stream("GET", started["feed"]) as feed:
        text = "".join(
            json.loads(event.data)["content"]
            for event in events_of(feed)
            if event.event == "message" and json.loads(event.data)["type"] == "text"
        )

    messages = visitor.get(f"/api/conversations/{started['conversation']}/messages/").json()["results"]

    assert [message["role"] for message in messages] == ["user", "assistant"]
    assert messages[0]["content"] == QUESTION
    assert messages[1]["content"] == text


def test_it_gives_the_same_events_as_json(visitor: httpx.Client) -> None:
    started = visitor.post("/api/chat/message", json={"message": QUESTION}).json()
    with visitor.stream("GET", started["feed"]) as feed:
        events = list(events_of(feed))[1:]

    page = visitor.get(f"/api/runs/{started['run']}/events").json()

    listed = [(event["id"], event["event"], event["data"]) for event in page["events"]]
    assert listed == [(event.id, event.event, json.loads(event.data)) for event in events]
    assert page["ended"]


def test_it_speaks_of_an_emergency_in_the_reply_itself(visitor: httpx.Client) -> None:
    started = visitor.post("/api/chat/message", json={"message": EMERGENCY}).json()

    assert started["triage"]["level"] == "emergency"
    assert "911" in started["triage"]["text"]
    with visitor.stream("GET", started["feed"]) as feed:
        messages = [json.loads(event.data) for event in events_of(feed) if event.event == "message"]
    assert messages[0]["text"] == started["triage"]["text"]
    assert not [message for message in messages if message["type"] == "tool_call"]


def test_it_starts_one_run_for_one_idempotency_key(visitor: httpx.Client) -> None:
    key = {"Idempotency-Key": "a-key"}
    first = visitor.post("/api/chat/message", json={"message": QUESTION}, headers=key)
    second = visitor.post("/api/chat/message", json={"message": QUESTION}, headers=key)
    other = visitor.post("/api/chat/message", json={"message": "Something else?"}, headers=key)

    assert second.json()["run"] == first.json()["run"]
    assert other.status_code == 422


def test_it_shows_nothing_of_one_visitor_to_another(visitor: httpx.Client, chat: Served) -> None:
    started = visitor.post("/api/chat/message", json={"message": QUESTION}).json()
    with chat.client() as stranger:
        stranger.post("/api/chat/message", json={"message": QUESTION})

        addresses = [
            started["feed"],
            f"/api/conversations/{started['conversation']}/",
            f"/api/conversations/{started['conversation']}/messages/",
            f"/api/conversations/{started['conversation']}/stream",
            f"/api/runs/{started['run']}/",
        ]
        seen = {address: stranger.get(address).status_code for address in addresses}

    assert seen == dict.fromkeys(addresses, 404)
