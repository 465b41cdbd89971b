from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from healthchat.chat import allowance
from healthchat.chat.model_list import lines, named_models_can_be_used

if TYPE_CHECKING:
    from pytest_django import Settings

KEY = "a-key-that-is-nobody-s-business"


@pytest.fixture
def staff(django_user_model: type[User], db: None) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root"))
    return client


def words(client: Client) -> str:
    response = client.get(reverse("models"))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_it_lists_the_providers_and_shows_no_key(staff: Client, settings: Settings) -> None:
    settings.HEALTHCHAT_PROVIDERS = {"ANTHROPIC_API_KEY": KEY}

    page = words(staff)

    assert "This chat is set to rules , which is part of this program and asks nobody" in page
    assert "api.anthropic.com installed set no not tried" in page
    assert "api.openai.com installed not set: OPENAI_API_KEY no not tried" in page
    assert KEY not in page


@pytest.mark.parametrize("listens", [True, False])
def test_it_tries_what_is_set_up_and_permitted(staff: Client, settings: Settings, listens: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if not listens:
            server.close()
        settings.HEALTHCHAT_PROVIDERS = {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1"}
        settings.HEALTHCHAT_MODEL = "openai:local"

        page = words(staff)

    assert "OpenAI, or a server like it (chosen)" in page
    assert f"127.0.0.1:{port} (this machine) installed not set: OPENAI_API_KEY yes {'yes' if listens else 'no'}" in page


def test_it_tries_nobody_who_is_not_set_up(settings: Settings) -> None:
    settings.HEALTHCHAT_EGRESS = "remote"
    settings.HEALTHCHAT_PROVIDERS = {}

    assert [line.reachable for line in lines(allowance.access())] == [None] * 4


@pytest.mark.parametrize("who", ["alices", "client"])
def test_it_is_for_staff(who: str, request: pytest.FixtureRequest, db: None) -> None:
    assert request.getfixturevalue(who).get(reverse("models")).status_code == 302


@pytest.mark.parametrize(
    ("model", "egress", "told"),
    [
        ("rules", "local", None),
        ("scripted:tokens=1", "local", None),
        ("openai:gpt-5", "local", "not this machine"),
        ("openai:gpt-5", "remote", "set OPENAI_API_KEY"),
        ("ollama:llama3", "local", None),
    ],
)
def test_it_says_at_start_up_that_a_model_cannot_be_used(
    settings: Settings, model: str, egress: str, told: str | None
) -> None:
    settings.HEALTHCHAT_MODEL, settings.HEALTHCHAT_EGRESS, settings.HEALTHCHAT_PROVIDERS = model, egress, {}

    found = named_models_can_be_used(None)

    assert [told in str(one.msg) for one in found if told] == ([True] if told else [])
    assert bool(found) is bool(told)
