"""The admin: what happened, to look at and not to touch."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from agents.events import Done, Text, ToolCall
from healthchat.chat import log, runs
from healthchat.chat.models import Event, Run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MODELS = ["conversation", "message", "run", "event"]


@pytest.fixture
def run(alice: User) -> Run:
    run = runs.ask(alice, "What was my latest HbA1c?").run
    events = [
        ToolCall(tool="latest", arguments={"concept": "a1c"}, call_id="endocrinology-1"),
        Text(content="It was 6.6 %."),
        Done(status="complete"),
    ]
    log.append([log.recorded(run.id, seq, event) for seq, event in enumerate(events, 1)])
    runs.end(run, outcome="complete", text="It was 6.6 %.", seq=3, now=NOW)
    return run


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_it_lists_what_there_is(admin: Client, run: Run, model: str) -> None:
    response = admin.get(reverse(f"admin:chat_{model}_changelist"))

    assert response.status_code == 200
    assert str(run.pk if model in ("run", "event") else run.conversation_id) in response.text


def test_it_shows_a_runs_events_in_order(admin: Client, run: Run) -> None:
    page = admin.get(reverse("admin:chat_run_change", args=[run.pk])).text

    places = [page.index(f"&quot;type&quot;:&quot;{kind}&quot;") for kind in ("tool_call", "text", "done")]
    assert places == sorted(places)


def test_it_shows_a_conversation_with_its_messages_and_runs(admin: Client, run: Run) -> None:
    page = admin.get(reverse("admin:chat_conversation_change", args=[run.conversation_id])).text

    assert "What was my latest HbA1c?" in page
    assert "It was 6.6 %." in page
    assert str(run.pk) in page


@pytest.mark.parametrize("model", MODELS)
def test_it_changes_nothing(admin: Client, run: Run, model: str) -> None:
    objects = {"conversation": run.conversation_id, "message": run.question_id, "run": run.pk}
    pk = objects.get(model) or Event.objects.values_list("pk", flat=True).first()

    answers = [
        admin.post(reverse(f"admin:chat_{model}_change", args=[pk]), {}).status_code,
        admin.post(reverse(f"admin:chat_{model}_delete", args=[pk]), {"post": "yes"}).status_code,
        admin.get(reverse(f"admin:chat_{model}_add")).status_code,
    ]

    assert answers == [403, 403, 403]
    assert Event.objects.count() == 3


@pytest.mark.parametrize("model", MODELS)
def test_it_is_closed_to_everybody_else(client: Client, alice: User, run: Run, model: str) -> None:
    address = reverse(f"admin:chat_{model}_changelist")
    anonymous = client.get(address)
    client.force_login(alice)

    assert anonymous.status_code == 302
    assert client.get(address).status_code == 302
