"""Which models people may choose for a conversation, and that the one they choose answers in it."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse

from healthchat.chat import questions, reach
from healthchat.chat.choice import choices, model_of, offered
from healthchat.chat.models import Conversation, Run
from healthchat.chat.questions import Refused
from tests.served import free_port

if TYPE_CHECKING:
    from pytest_django import Settings

SCRIPTED = "scripted:bare=1,tokens=3"
REMOTE = "anthropic:claude-sonnet-4-5"


@pytest.fixture(autouse=True)
def _look_anew() -> None:
    reach.forget()


@pytest.fixture
def local(settings: Settings) -> Iterator[str]:
    """A model on this machine that can be reached, beside one that cannot and one that may not be asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.HEALTHCHAT_MODEL = "rules"
        settings.HEALTHCHAT_MODELS = ["openai:local", "ollama:gone", REMOTE]
        settings.HEALTHCHAT_EGRESS = "local"
        settings.HEALTHCHAT_PROVIDERS = {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{server.getsockname()[1]}/v1",
            "OLLAMA_BASE_URL": f"http://127.0.0.1:{free_port()}/v1",
            "ANTHROPIC_API_KEY": "made-up",
        }
        yield "openai:local"


def options_in(html: str) -> list[tuple[str, str]]:
    """Each model's name and label in the page's list of them."""
    chosen = re.search(r'<select[^>]*name="model">(.*?)</select>', html, re.DOTALL)
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', chosen[1]) if chosen else []


def test_it_offers_nothing_where_there_is_one_model(alices: Client, conversation: Conversation) -> None:
    html = alices.get(reverse("conversation", args=[conversation.pk])).text

    assert [choice.name for choice in choices()] == ["rules"]
    assert offered(conversation) == []
    assert options_in(html) == []


def test_it_offers_what_is_set_up_permitted_and_reachable(
    local: str, alices: Client, conversation: Conversation
) -> None:
    there = [("", "Rule-based analyst (nothing is sent anywhere)"), (local, f"{local} (on this machine)")]

    assert [choice.name for choice in choices()] == ["rules", local, "ollama:gone"]
    for page in (reverse("chat"), reverse("conversation", args=[conversation.pk])):
        assert options_in(alices.get(page).text) == there


def test_it_says_where_a_model_elsewhere_is(local: str, settings: Settings) -> None:
    settings.HEALTHCHAT_EGRESS = "remote"

    elsewhere = next(choice for choice in choices() if choice.name == REMOTE)

    assert elsewhere.leaves_machine
    assert elsewhere.label == f"{REMOTE} (your question and results go to api.anthropic.com)"


def test_it_keeps_showing_the_chosen_one_that_cannot_be_reached(local: str, conversation: Conversation) -> None:
    conversation.change(model="ollama:gone")

    assert "ollama:gone (cannot be reached right now)" in [choice.label for choice in offered(conversation)]


def test_it_is_chosen_in_the_conversation_s_menu(local: str, alices: Client, conversation: Conversation) -> None:
    answer = alices.post(reverse("change-conversation", args=[conversation.pk]), {"model": local}, follow=True)

    conversation.refresh_from_db()
    assert (conversation.model, model_of(conversation)) == (local, local)
    assert f"From now on this model answers here: {local}" in answer.text
    assert f'<option value="{local}" selected>' in answer.text

    alices.post(reverse("change-conversation", args=[conversation.pk]), {"model": ""})
    conversation.refresh_from_db()
    assert (conversation.model, model_of(conversation)) == ("", "rules")


@pytest.mark.parametrize("name", [REMOTE, "openai:other", "nobody:at-all", "x" * 500, "rules\0"])
def test_it_refuses_what_is_not_set_up(local: str, alices: Client, conversation: Conversation, name: str) -> None:
    by_form = alices.post(reverse("change-conversation", args=[conversation.pk]), {"model": name})
    by_patch = alices.patch(f"/api/conversations/{conversation.pk}/", {"model": name}, content_type="application/json")

    assert by_form.status_code == 422
    assert "That model is not set up here." in by_form.text
    assert by_patch.status_code == 400
    conversation.refresh_from_db()
    assert conversation.model == ""


def test_it_refuses_a_question_and_a_retry_for_what_is_not_set_up(local: str, alice: User) -> None:
    with pytest.raises(Refused, match="unknown_model"):
        questions.ask(alice, "A question?", model=REMOTE)
    assert not Conversation.objects.exists()

    run = questions.ask(alice, "A question?").run
    Run.objects.filter(pk=run.pk).update(status="complete")
    with pytest.raises(Refused, match="unknown_model"):
        questions.retry(alice, run.pk, model=REMOTE)
    assert Run.objects.count() == 1


def test_a_new_conversation_begins_with_the_model_that_was_chosen(local: str, alice: User) -> None:
    first = questions.ask(alice, "A question?", model=local).run
    second = questions.ask(alice, "Another?", conversation=str(first.conversation_id)).run
    third = questions.ask(alice, "And now?", conversation=str(first.conversation_id), model="rules").run

    assert [run.model for run in (first, second, third)] == [local, local, "rules"]


def test_the_server_s_model_answers_where_the_chosen_one_is_no_longer_set_up(
    local: str, alice: User, settings: Settings
) -> None:
    first = questions.ask(alice, "A question?", model=local).run
    settings.HEALTHCHAT_MODELS = []

    second = questions.ask(alice, "Another?", conversation=str(first.conversation_id)).run

    assert (first.model, second.model) == (local, "rules")


def test_the_same_key_with_another_model_is_another_request(local: str, alice: User) -> None:
    key = str(uuid4())
    questions.ask(alice, "A question?", key=key, model=local)

    assert not questions.ask(alice, "A question?", key=key, model=local).new
    with pytest.raises(Refused, match="key_reused"):
        questions.ask(alice, "A question?", key=key)


def test_programs_list_and_choose_models(local: str, alices: Client, conversation: Conversation) -> None:
    listed = alices.get("/api/models/").json()
    address = f"/api/conversations/{conversation.pk}/"
    chosen = alices.patch(address, {"model": local}, content_type="application/json").json()

    assert [one["name"] for one in listed] == ["rules", local, "ollama:gone"]
    assert listed[0] == {"name": "rules", "host": "", "leaves_machine": False}
    assert chosen["model"] == alices.get(address).json()["model"] == local


@pytest.mark.django_db(transaction=True)
async def test_the_model_that_was_chosen_answers(
    chat: None, alices_client: AsyncClient, ended: Callable[..., Any], settings: Settings
) -> None:
    settings.HEALTHCHAT_MODEL, settings.HEALTHCHAT_MODELS = "rules", [SCRIPTED]

    asked = await alices_client.post(
        "/api/chat/message", {"message": "A question?", "model": SCRIPTED}, content_type="application/json"
    )

    run = await ended(asked.json()["run"])
    assert (run.status, run.model) == ("complete", SCRIPTED)


@pytest.mark.django_db(transaction=True)
async def test_another_model_answers_once_where_it_is_asked_to(
    chat: None, alices_client: AsyncClient, ended: Callable[..., Any], settings: Settings
) -> None:
    settings.HEALTHCHAT_MODELS = ["rules"]
    asked = await alices_client.post(
        "/api/chat/message", {"message": "What is my LDL?"}, content_type="application/json"
    )
    first = await ended(asked.json()["run"])

    again = await alices_client.post(f"/api/runs/{first.pk}/retry", {"model": "rules"}, content_type="application/json")

    run = await ended(again.json()["run"])
    assert (run.status, run.model, run.retry_of_id) == ("complete", "rules", first.pk)
    assert (await Conversation.objects.aget(pk=run.conversation_id)).model == ""


@pytest.mark.django_db(transaction=True)
async def test_the_rules_are_asked_by_a_form_too(
    chat: None, alices_client: AsyncClient, ended: Callable[..., Any]
) -> None:
    asked = await alices_client.post("/api/chat/message", {"message": "A question?"}, content_type="application/json")
    first = await ended(asked.json()["run"])
    address = reverse("retry-turn", args=[first.pk])

    refused = await alices_client.post(address, {"model": REMOTE})
    taken = await alices_client.post(address, {"model": "rules"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    again = await Run.objects.aget(retry_of=first)
    assert (await ended(again.pk)).model == "rules"
