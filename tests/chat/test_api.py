"""The JSON API over conversations and runs: what a person, and a program in their name, can do with their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from agents.events import Citation, Done, Text
from healthchat.accounts import tokens
from healthchat.chat import log, questions, runs
from healthchat.chat.models import Conversation, Feedback, Run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def run(alice: User) -> Run:
    return answered(alice, "What was my latest HbA1c?", "It was **6.6 %** [1].")


def answered(owner: User, question: str, text: str) -> Run:
    run = questions.ask(owner, question).run
    events = [
        Text(content=text),
        Citation(number=1, claim="a-1", label="HbA1c 6.6 % on 2026-01-01", evidence=("obs-1",)),
        Done(status="complete"),
    ]
    log.append([log.recorded(run.id, seq, event) for seq, event in enumerate(events, 1)])
    runs.end(run, outcome="complete", text=text, seq=3, now=NOW)
    run.refresh_from_db()
    return run


def send(client: Client, method: str, address: str, body: object = None, **headers: str) -> HttpResponse:
    return client.generic(method, address, json.dumps(body), content_type="application/json", headers=headers)


def titles(response: HttpResponse) -> list[str]:
    found = response.json()
    return [one["title"] for one in (found["results"] if isinstance(found, dict) else found)]


def test_it_renames_a_conversation_without_moving_it(alices: Client, run: Run) -> None:
    address = f"/api/conversations/{run.conversation_id}/"
    before = alices.get(address).json()

    after = send(alices, "PATCH", address, {"title": "My sugar"}).json()

    assert after == before | {"title": "My sugar"}


@pytest.mark.parametrize("body", [{"title": ""}, {"title": "  "}, {"title": 7}, {"title": "a" * 121}, {"archived": 1}])
def test_it_refuses_a_change_that_makes_no_sense(alices: Client, run: Run, body: dict[str, Any]) -> None:
    response = send(alices, "PATCH", f"/api/conversations/{run.conversation_id}/", body)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["errors"].keys() == body.keys()


def test_it_takes_an_archived_conversation_out_of_the_list(alices: Client, run: Run) -> None:
    send(alices, "PATCH", f"/api/conversations/{run.conversation_id}/", {"archived": True})

    assert titles(alices.get("/api/conversations/")) == []
    assert titles(alices.get("/api/conversations/?archived=true")) == ["What was my latest HbA1c?"]
    send(alices, "PATCH", f"/api/conversations/{run.conversation_id}/", {"archived": False})
    assert titles(alices.get("/api/conversations/")) == ["What was my latest HbA1c?"]


@pytest.mark.parametrize(
    ("words", "found"), [("hba1c", 1), ("LATEST 6.6", 1), ("latest cholesterol", 0), ("100%", 0), ("_", 0)]
)
def test_it_finds_words_in_titles_questions_and_answers(alices: Client, run: Run, words: str, found: int) -> None:
    assert len(send(alices, "POST", "/api/conversations/search/", {"words": words}).json()) == found


def test_it_finds_nothing_of_anybody_else(charlies: Client, run: Run) -> None:
    assert send(charlies, "POST", "/api/conversations/search/", {"words": "HbA1c"}).json() == []


def test_it_really_deletes(alices: Client, run: Run) -> None:
    response = send(alices, "DELETE", f"/api/conversations/{run.conversation_id}/")

    assert response.status_code == 204
    assert Conversation.objects.count() == Run.objects.count() == 0


def test_it_deletes_nothing_that_is_being_answered(alices: Client, alice: User) -> None:
    run = questions.ask(alice, "A question?").run

    response = send(alices, "DELETE", f"/api/conversations/{run.conversation_id}/")

    assert (response.status_code, response.json()["code"]) == (409, "busy")
    assert Run.objects.count() == 1


def test_it_exports_markdown_to_read(alices: Client, run: Run) -> None:
    response = alices.get(f"/api/conversations/{run.conversation_id}/export/", {"as": "markdown"})

    assert response.headers["Content-Disposition"] == 'attachment; filename="conversation.md"'
    assert "> What was my latest HbA1c?" in response.text
    assert "It was **6.6 %** [1]." in response.text
    assert "1. HbA1c 6.6 % on 2026-01-01" in response.text


def test_it_exports_everything_that_was_recorded_as_json(alices: Client, run: Run) -> None:
    exported = alices.get(f"/api/conversations/{run.conversation_id}/export/").json()

    (only,) = exported["runs"]
    assert only["question"] == "What was my latest HbA1c?"
    assert [event["data"]["type"] for event in only["events"]] == ["text", "citation", "done"]
    assert alices.get(f"/api/conversations/{run.conversation_id}/export/", {"as": "pdf"}).status_code == 400


def test_it_keeps_one_word_on_each_answer(alices: Client, run: Run) -> None:
    address = f"/api/runs/{run.pk}/feedback/"

    assert alices.get(address).status_code == 404
    send(alices, "PUT", address, {"rating": "down", "note": "The date is wrong."})
    send(alices, "PUT", address, {"rating": "up"})

    assert list(Feedback.objects.values_list("rating", "note")) == [("up", "")]
    assert send(alices, "DELETE", address).status_code == 204
    assert Feedback.objects.count() == 0


def test_it_notes_once_that_urgent_words_were_read(alices: Client, run: Run) -> None:
    first = send(alices, "POST", f"/api/runs/{run.pk}/acknowledge/").json()["acknowledged"]

    assert first is not None
    assert send(alices, "POST", f"/api/runs/{run.pk}/acknowledge/").json()["acknowledged"] == first


def test_it_pages_without_showing_anything_twice(alices: Client, alice: User) -> None:
    for number in range(5):
        Conversation.objects.create(owner=alice, title=str(number))

    first = alices.get("/api/conversations/", {"page_size": 2}).json()
    Conversation.objects.create(owner=alice, title="new")
    second = alices.get(first["next"]).json()
    third = alices.get(second["next"]).json()

    shown = [one["title"] for page in (first, second, third) for one in page["results"]]
    assert sorted(shown) == ["0", "1", "2", "3", "4"]
    assert third["next"] is None


@pytest.mark.parametrize("cursor", ["nonsense", "cD1ub25zZW5zZQ=="])
def test_it_refuses_a_cursor_that_was_made_up(alices: Client, run: Run, cursor: str) -> None:
    assert alices.get("/api/conversations/", {"cursor": cursor}).status_code == 404


class TestToken:
    def test_it_lets_a_program_in(self, client: Client, alice: User, run: Run) -> None:
        made = tokens.make(alice, name="notebook", scope="read")

        response = client.get("/api/conversations/", headers={"Authorization": f"Bearer {made.secret}"})

        assert titles(response) == ["What was my latest HbA1c?"]
        made.token.refresh_from_db()
        assert made.token.last_used == timezone.now().date()

    def test_it_stores_no_secret(self, alice: User) -> None:
        made = tokens.make(alice, name="notebook", scope="read")

        assert made.secret not in [str(value) for value in vars(made.token).values()]

    @pytest.mark.parametrize(
        "header", ["Bearer hc_wrong", "Bearer ", "bearer \udce4".encode("utf-8", "replace").decode()]
    )
    def test_it_is_refused_even_beside_a_session(self, alices: Client, run: Run, header: str) -> None:
        response = alices.get("/api/conversations/", headers={"Authorization": header})

        assert (response.status_code, response.json()["code"]) == (401, "invalid_token")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")

    def test_it_changes_nothing_where_it_is_for_reading(self, client: Client, alice: User, run: Run) -> None:
        made = tokens.make(alice, name="notebook", scope="read")
        shown = {"Authorization": f"Bearer {made.secret}"}

        response = send(client, "PATCH", f"/api/conversations/{run.conversation_id}/", {"title": "x"}, **shown)

        assert (response.status_code, response.json()["detail"].split(".")[0]) == (
            403,
            "This access token may only read",
        )
        assert send(client, "POST", "/api/conversations/search/", {"words": "HbA1c"}, **shown).status_code == 200

    def test_it_ends_with_the_account(self, client: Client, alice: User) -> None:
        made = tokens.make(alice, name="notebook", scope="read")
        User.objects.filter(pk=alice.pk).update(is_active=False)

        response = client.get("/api/conversations/", headers={"Authorization": f"Bearer {made.secret}"})

        assert response.status_code == 401


class TestProblem:
    @pytest.mark.parametrize("address", ["/api/nowhere", "/api/runs/1/stream", "/api/patients/x/"])
    def test_it_says_in_json_that_there_is_nothing(self, alices: Client, address: str) -> None:
        response = alices.get(address)

        assert response.headers["Content-Type"] == "application/problem+json"
        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    def test_it_says_which_methods_there_are(self, alices: Client) -> None:
        response = alices.get("/api/chat/message")

        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
        assert response.json()["code"] == "method_not_allowed"

    def test_it_keeps_other_sites_out(self, alices: Client, run: Run) -> None:
        response = send(
            alices, "DELETE", f"/api/conversations/{run.conversation_id}/", **{"Sec-Fetch-Site": "cross-site"}
        )

        assert (response.status_code, response.json()["code"]) == (403, "cross_site")
        assert Run.objects.count() == 1

    def test_it_slows_down_who_asks_too_often(self, alices: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from rest_framework.throttling import UserRateThrottle

        cache.clear()
        monkeypatch.setattr(UserRateThrottle, "rate", "2/hour", raising=False)
        answers = [alices.get("/api/patients/") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) <= timedelta(hours=1).total_seconds()


class TestWordedAnew:
    def test_it_keeps_both_wordings(self, alice: User, run: Run) -> None:
        again = questions.ask(alice, "What was my first HbA1c?", replaces=str(run.pk)).run

        run.refresh_from_db()
        assert again.conversation_id == run.conversation_id
        assert again.question.replaces_id == run.question_id
        assert (run.withdrawn, again.withdrawn) == (True, False)

    def test_it_words_nobody_elses_question_anew(self, charlie: User, run: Run) -> None:
        with pytest.raises(questions.Refused) as refused:
            questions.ask(charlie, "What was it?", replaces=str(run.pk))

        assert refused.value.status == 404
